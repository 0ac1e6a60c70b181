"""Tables in Markdown, and times as people say them."""

from collections.abc import Iterable, Mapping, Sequence

_UNITS = ((24 * 3600, "day"), (3600, "hour"), (60, "minute"), (1, "second"))


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Rows in the order given; a bar in a cell does not end it."""
    top, *lines = ["| " + " | ".join(map(_cell, line)) + " |\n" for line in (head, *rows)]
    return "".join([top, "|" + "---|" * len(head) + "\n", *lines])


def _cell(value: object) -> str:
    return str(value).replace("|", "\\|").replace("\n", " ")


class Unsaid(LookupError):
    """A page lists something of which nobody has said in words what it is; names it and the place for the words."""


def words_for(name: str, meanings: Mapping[str, str], *, where: str) -> str:
    if name not in meanings:
        raise Unsaid(f"Say what {name} is, in MEANING of {where}.")
    return meanings[name]


def time(seconds: float) -> str:
    """
    >>> time(900), time(86400), time(15778800), time(90)
    ('15 minutes', '1 day', '182.6 days', '90 seconds')
    """
    for size, name in _UNITS:
        count = seconds / size
        if count >= 1 and (count == int(count) or name == "day"):
            number = int(count) if count == int(count) else round(count, 1)
            return f"{number} {name}" + ("" if number == 1 else "s")
    return f"{seconds} seconds"
