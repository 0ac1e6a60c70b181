"""Reading penetration tests."""

from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from mago.core.errors import NotFound

from ...keyset import Listing, Order
from ..calendar import Year, standing
from ..models import EngagementState, PenetrationTest, Programme, Report, Retest, Tester, Ticket
from ..models.tickets import today
from ..severity import Severity
from ..workflow import PENDING

MOST = 200
_STARTS = {"starts": Order(("starts_on", "id"), downwards=True)}


def tests_of(programme: Programme) -> QuerySet[PenetrationTest]:
    """The tests of a programme, the newest first."""
    found: QuerySet[PenetrationTest] = PenetrationTest.objects.of(programme)
    return found.order_by("-starts_on", "-id")


def find_tests(programme: Programme, *, state: str = "") -> Listing:
    """Those in a state, or all: the newest first."""
    found = tests_of(programme)
    if state:
        found = found.filter(state=state)
    return Listing((found,), key=("starts_on", "id"), orders=_STARTS)


def test_for(programme: Programme, key: UUID) -> PenetrationTest:
    """The test, or NotFound."""
    found = tests_of(programme).filter(pk=key).first()
    if found is None:
        raise NotFound
    found.programme = programme
    return found


def report_for(test: PenetrationTest, key: UUID) -> Report:
    found = test.reports.filter(pk=key).first()
    if found is None:
        raise NotFound
    return found


def retests_of(test: PenetrationTest) -> list[Retest]:
    """How often the firm has looked again, the newest first."""
    found = test.retests.select_related("recorded_by").order_by("-retested_on", "-id")
    return list(found[:MOST])


def tickets_of(test: PenetrationTest) -> list[Ticket]:
    """What the test found, the worst first."""
    found = Ticket.objects.of(test.programme_id).filter(findings__test=test)
    rank = {severity: number for number, severity in enumerate(Severity.values)}
    return sorted(found.distinct()[:1000], key=lambda one: (rank[one.severity], one.number))


def days_of_tests(programme: Programme) -> tuple[list[date], list[date]]:
    """The last days of the firms' tests that were held, and of those that are planned."""
    rows = tests_of(programme).filter(tester=Tester.FIRM, ends_on__year__gte=today().year - 1)
    days: Any = list(rows.values_list("state", "ends_on")[:MOST])
    held = [day for state, day in days if state == EngagementState.HELD]
    return held, [day for state, day in days if state == EngagementState.PLANNED]


def years_of(programme: Programme) -> list[Year]:
    """How the last year stands, by what was demanded in it, and this one."""
    held, planned = days_of_tests(programme)
    now = today()
    return [
        standing(year, programme.tests_demanded_in(year), now, held=held, planned=planned)
        for year in (now.year - 1, now.year)
    ]


@dataclass(frozen=True)
class Count:
    """How many findings of one severity there are, and how many of them are remediated."""

    severity: Severity
    found: int
    remediated: int

    @property
    def owed(self) -> int:
        return self.found - self.remediated


def counts_of(test: PenetrationTest) -> list[Count]:
    """The findings in numbers: all that a customer is told of them. What was rejected was none."""
    tickets = [one for one in tickets_of(test) if one.state != "rejected"]
    found = Counter(one.severity for one in tickets)
    # An accepted risk is there still.
    owed = Counter(one.severity for one in tickets if one.state in (*PENDING, "accepted"))
    return [Count(s, found[s], found[s] - owed[s]) for s in Severity if found[s]]
