"""When penetration tests are owed: so many in each calendar year, spread over it. Pure."""

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

# Days before a deadline for which nothing is planned, and before a test begins.
REMIND_BEFORE = (60, 30, 7)
BEGINS_SOON = timedelta(days=14)


@dataclass(frozen=True)
class Year:
    """A calendar year: how many tests were demanded, held and are planned in it, and how that stands today."""

    number: int
    demanded: int
    held: int
    planned: int
    is_over: bool
    # Of the tests that should have been held by today.
    behind: int

    @property
    def is_missed(self) -> bool:
        return self.is_over and self.held < self.demanded

    @property
    def is_met(self) -> bool:
        return self.held >= self.demanded


def deadlines(year: int, demanded: int) -> list[date]:
    """By when the first, the second … test of a year is to be held.

    >>> [str(day) for day in deadlines(2026, 2)]
    ['2026-06-30', '2026-12-31']
    """
    months = [12 * number // demanded or 1 for number in range(1, demanded + 1)]
    return [date(year, month, monthrange(year, month)[1]) for month in months]


def standing(
    year: int, demanded: int, today: date, *, held: Sequence[date], planned: Sequence[date]
) -> Year:
    """How a year stands; `held` and `planned` are the last days of the tests, of whatever years.

    >>> year = standing(2026, 2, date(2026, 7, 1), held=[], planned=[date(2026, 9, 1)])
    >>> year.behind, year.is_missed
    (1, False)
    """
    done = sum(day.year == year for day in held)
    passed = sum(day < today for day in deadlines(year, demanded))
    return Year(
        number=year,
        demanded=demanded,
        held=done,
        planned=sum(day.year == year for day in planned),
        is_over=today.year > year,
        behind=max(0, passed - done),
    )


def owed_reminder(
    demanded: int, today: date, *, held: Sequence[date], planned: Sequence[date]
) -> str:
    """What is to be told today of a test that nobody has planned: deadline and step; "" where nothing is.

    >>> owed_reminder(2, date(2026, 5, 10), held=[], planned=[])
    '2026-06-30:60'
    >>> owed_reminder(2, date(2026, 5, 10), held=[], planned=[date(2026, 6, 5)])
    ''
    >>> owed_reminder(2, date(2026, 6, 25), held=[], planned=[date(2026, 6, 5)])
    '2026-06-30:7'
    """
    for number, deadline in enumerate(deadlines(today.year, demanded), 1):
        # What should have been held by now, and was not, is no plan.
        coming = [day for day in planned if day >= today]
        days = [day for day in (*held, *coming) if day.year == today.year and day <= deadline]
        left = (deadline - today).days
        if left < 0 or len(days) >= number:
            continue
        steps = [step for step in REMIND_BEFORE if left <= step]
        return f"{deadline}:{min(steps)}" if steps else ""
    return ""
