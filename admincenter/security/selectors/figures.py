"""The patch policy in figures: how fast what is found is remediated, and what is owed."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median
from typing import NamedTuple

from ..models import Programme, Ticket
from ..models.tickets import today
from ..severity import DAYS, Severity
from ..workflow import PENDING
from .tickets import PERIOD

WEEKS = 26
# More tickets than that in the period are not counted; the page says so.
MOST = 50_000


class Row(NamedTuple):
    severity: str
    state: str
    created_at: datetime
    verified_at: datetime | None
    closed_at: datetime | None
    due_on: date | None
    returned_at: datetime | None

    @property
    def days_taken(self) -> int | None:
        """By the fix that was verified; None where none was."""
        begun = self.returned_at or self.created_at
        return (self.verified_at - begun).days if self.verified_at else None

    @property
    def ended_on(self) -> date | None:
        """When nothing was owed any more: the fix was verified, or the ticket ended otherwise."""
        end = self.verified_at or self.closed_at
        return end.date() if end and self.state not in PENDING else None

    def is_owed_on(self, day: date) -> bool:
        ended = self.ended_on
        return self.created_at.date() <= day and (ended is None or ended > day)


@dataclass(frozen=True)
class Figure:
    """Of one severity: the days demanded; how many are owed, how many of them overdue; and of the fixes that were
    verified in the last year how many there are, how many in time, and the days that they took."""

    severity: Severity
    days: int | None
    owed: int
    overdue: int
    remediated: int
    in_time: int
    median_days: float | None
    longest_days: int | None

    @property
    def share_in_time(self) -> int | None:
        """In percent."""
        return round(100 * self.in_time / self.remediated) if self.remediated else None


@dataclass(frozen=True)
class Week:
    """The backlog at the end of a day."""

    day: date
    owed: int
    overdue: int


@dataclass(frozen=True)
class Figures:
    by_severity: list[Figure]
    weeks: list[Week]
    is_cut: bool

    @property
    def owed(self) -> int:
        return sum(one.owed for one in self.by_severity)

    @property
    def overdue(self) -> int:
        return sum(one.overdue for one in self.by_severity)

    @property
    def remediated(self) -> int:
        return sum(one.remediated for one in self.by_severity)


def figures_of(programme: Programme) -> Figures:
    """The programme's figures as of now, from one read."""
    columns = Row._fields
    found = Ticket.objects.of(programme).exclude(state="rejected")
    rows = [Row(*row) for row in found.order_by("-created_at").values_list(*columns)[: MOST + 1]]
    kept = rows[:MOST]
    return Figures(
        by_severity=[_figure(programme, severity, kept) for severity in Severity],
        weeks=_weeks(kept),
        is_cut=len(rows) > MOST,
    )


def _figure(programme: Programme, severity: Severity, rows: Iterable[Row]) -> Figure:
    now, since = today(), today() - PERIOD
    mine = [row for row in rows if row.severity == severity]
    owed = [row for row in mine if row.state in PENDING]
    done = [row for row in mine if row.verified_at and row.verified_at.date() >= since]
    took = [row.days_taken for row in done if row.days_taken is not None]
    return Figure(
        severity=severity,
        days=programme.days_for(severity) if severity in DAYS else None,
        owed=len(owed),
        overdue=sum(row.due_on is not None and row.due_on < now for row in owed),
        remediated=len(done),
        in_time=sum(_in_time(row) for row in done),
        median_days=round(median(took), 1) if took else None,
        longest_days=max(took, default=None),
    )


def _in_time(row: Row) -> bool:
    return row.due_on is None or (
        row.verified_at is not None and row.verified_at.date() <= row.due_on
    )


def _weeks(rows: list[Row]) -> list[Week]:
    days = [today() - timedelta(weeks=back) for back in range(WEEKS - 1, -1, -1)]
    weeks = []
    for day in days:
        owed = [row for row in rows if row.is_owed_on(day)]
        late = sum(row.due_on is not None and row.due_on < day for row in owed)
        weeks.append(Week(day, len(owed), late))
    return weeks
