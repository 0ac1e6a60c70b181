"""Tables as CSV (RFC 4180) that a spreadsheet shows and does not compute."""

import csv
from collections.abc import Iterable, Iterator
from typing import Any

# A spreadsheet takes a cell that begins so for a formula (OWASP, CSV injection).
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


class _Line:
    """What csv.writer writes to: it hands the line on."""

    def write(self, line: str) -> str:
        return line


def csv_of(rows: Iterable[Iterable[object]]) -> Iterator[str]:
    """A line for each row; None is an empty cell."""
    writer: Any = csv.writer(_Line(), quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    for row in rows:
        yield writer.writerow([_cell(value) for value in row])


def _cell(value: object) -> str:
    text = "" if value is None else str(value)
    return f"'{text}" if text.lstrip().startswith(FORMULA) or text.startswith(FORMULA) else text
