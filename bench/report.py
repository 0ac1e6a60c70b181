"""What a bench found: goal, figure, floor, ratio, and whether the goal is met."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """`value` is held against `limit`; without a limit the row only informs."""

    goal: str
    what: str
    figure: str
    floor: str = ""
    value: float | None = None
    limit: float | None = None
    at_least: bool = False

    @property
    def is_met(self) -> bool | None:
        if self.value is None or self.limit is None:
            return None
        return self.value >= self.limit if self.at_least else self.value <= self.limit

    @property
    def cells(self) -> tuple[str, ...]:
        sign = "≥" if self.at_least else "≤"
        return (
            self.goal,
            self.what,
            self.figure,
            self.floor,
            "" if self.value is None else f"{self.value:,.4g}",
            "" if self.limit is None else f"{sign} {self.limit:,g}",
            {True: "met", False: "NOT MET", None: ""}[self.is_met],
        )


@dataclass(frozen=True)
class Report:
    """The rows of one bench on one database, under what says how they were measured."""

    title: str
    rows: list[Row]

    def __str__(self) -> str:
        return f"{self.title}\n\n{table(self.rows)}"


HEAD = ("", "what", "figure", "floor", "ratio or value", "goal", "")


def table(rows: Iterable[Row]) -> str:
    return aligned(HEAD, (row.cells for row in rows))


def aligned(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    """The rows as aligned text, which is also a table in Markdown."""
    lines = [head, *rows]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    lines.insert(1, tuple("-" * width for width in widths))
    return "\n".join(
        "| " + " | ".join(cell.ljust(w) for cell, w in zip(line, widths, strict=True)) + " |"
        for line in lines
    )


def milliseconds(seconds: float) -> str:
    return f"{seconds * 1000:.3g} ms"


def megabytes(size: float) -> str:
    return f"{size:.0f} MB"
