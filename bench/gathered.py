"""All goals of all benches, and what else they give as a number, in one table of Markdown, a column for each database."""

import platform
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path

from . import machine
from .report import Row

BEGIN, END = "<!-- the last run: begin -->", "<!-- the last run: end -->"
DATABASES = ("SQLite", "PostgreSQL")


def markdown(found: Mapping[str, Iterable[Row]], missing: Iterable[str], load: float) -> str:
    """`found` has the rows of each database, `missing` the benches that broke off, `load` that of the machine before."""
    lines: dict[tuple[str, str], dict[str, Row]] = {}
    for database, rows in found.items():
        for row in rows:
            if row.value is not None:
                lines.setdefault((row.goal, row.what), {})[database] = row
    head = ["| | what | goal | " + " | ".join(DATABASES) + " |", "|---|---|---|---|---|"]
    body = [
        f"| {goal} | {what} | {limits(cells.values())} | "
        + " | ".join(cell(cells.get(database)) for database in DATABASES)
        + " |"
        for (goal, what), cells in sorted(lines.items(), key=lambda line: order(line[0][0]))
    ]
    broken = [f"Broke off, and so without figures: {', '.join(missing)}.\n"] if missing else []
    return "\n".join([f"{where(load)}\n", *broken, *head, *body])


def limits(rows: Iterable[Row]) -> str:
    """What is asked for; twice where a database is asked for something else, "–" where nothing is."""
    said = (
        "–" if row.limit is None else f"{'≥' if row.at_least else '≤'} {row.limit:,g}"
        for row in rows
    )
    return "; ".join(dict.fromkeys(said))


def cell(row: Row | None) -> str:
    if row is None or row.value is None:
        return ""
    said = f"{row.value:,.4g}" + (f" ({row.figure})" if row.figure else "")
    return f"{said} **not met**" if row.is_met is False else said


def order(goal: str) -> tuple[int, str]:
    """G2 before G10; what has another name comes last."""
    number = goal.removeprefix("G")
    return (int(number), "") if number.isdecimal() else (99, goal)


def where(load: float) -> str:
    cores, today = len(machine.CORES), datetime.now(UTC)
    return (
        f"On {today:%Y-%m-%d}, {cores} cores ({processor()}), Python {platform.python_version()};"
        f" the machine's load before was {load:.1f}. Each value is what its goal speaks of; in brackets, what it is made of."
    )


def processor() -> str:
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        name, _, value = line.partition(":")
        if name.strip() == "model name":
            return value.strip()
    return platform.machine()


def put_into(page: Path, text: str) -> None:
    """The page says what the last run found, between its two marks."""
    before, _, rest = page.read_text(encoding="utf-8").partition(BEGIN)
    _, mark, after = rest.partition(END)
    if not mark:
        raise SystemExit(f"{page} has no place for the table: {BEGIN} and {END}")
    page.write_text(f"{before}{BEGIN}\n{text}\n{END}{after}", encoding="utf-8")
