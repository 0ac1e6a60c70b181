"""Reading tickets."""

from datetime import UTC, datetime, time, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.db.models.functions import TruncDate

from accounts.models import User
from mago.core.errors import NotFound

from ...keyset import CREATED, Listing, Order
from ...searched import TICKETS
from ..models import Attachment, Entry, Programme, Release, Ticket
from ..models.tickets import today
from ..workflow import ENDED, PENDING

SOON, MONTH = timedelta(days=7), timedelta(days=30)
# What the figures of remediation speak of.
PERIOD = timedelta(days=365)
_ORDERS = {
    **CREATED,
    "due": Order(("due_on", "id"), where=Q(due_on__isnull=False)),
    "score": Order(("rank", "id"), downwards=True),
}


def tickets_that_match(
    programme: Programme,
    *,
    q: str = "",
    state: str = "",
    severity: str = "",
    source: str = "",
    due: str = "",
    remediated: str = "",
    assignee: Any = None,
    release: Release | None = None,
) -> QuerySet[Ticket]:
    """The tickets to which all that is given applies.

    `q` is a key (SEC-12, or 12) or part of a title or component; `state` also "pending" or "ended"; `due` is
    "overdue", "soon" (within a week), "month" (after that, within thirty days), "later" or "undated"; `remediated`, whose fix was verified within the last 365 days, is "year", or of these "in-time"
    or "late"; `assignee` a person's key, or "nobody".
    """
    found: QuerySet[Ticket] = Ticket.objects.of(programme)
    if state in ("pending", "ended"):
        found = found.filter(state__in=PENDING if state == "pending" else ENDED)
    elif state:
        found = found.filter(state=state)
    if due:
        found = found.filter(state__in=PENDING, **_due(due))
    if remediated:
        found = found.filter(_remediated(remediated))
    if assignee:
        found = found.filter(assignee=None if assignee == "nobody" else assignee)
    same = {"severity": severity, "source": source, "release": release}
    found = found.filter(**{name: value for name, value in same.items() if value})
    return found.filter(_named(q)) if q else found


def _due(when: str) -> dict[str, Any]:
    """Each day is in one of them, as the overview counts it."""
    day = today()
    whens: dict[str, dict[str, Any]] = {
        "overdue": {"due_on__lt": day},
        "soon": {"due_on__gte": day, "due_on__lte": day + SOON},
        "month": {"due_on__gt": day + SOON, "due_on__lte": day + MONTH},
        "later": {"due_on__gt": day + MONTH},
        "undated": {"due_on": None},
    }
    return whens[when]


def _remediated(how: str) -> Q:
    """As the figures count it: days are those of UTC, and what was never due is in time."""
    since = datetime.combine(today() - PERIOD, time(), UTC)
    day = TruncDate("verified_at", tzinfo=UTC)
    hows = {
        "year": Q(),
        "in-time": Q(due_on__isnull=True) | Q(due_on__gte=day),
        "late": Q(due_on__lt=day),
    }
    return Q(verified_at__gte=since) & hows[how]


def _named(q: str) -> Q:
    number = q.upper().removeprefix("SEC-")
    if TICKETS.can_find(q):
        matches = TICKETS.containing(q)
    else:
        matches = Q(title__icontains=q) | Q(component__icontains=q)
    # No number of a ticket is longer than what the database takes.
    return matches | Q(number=int(number)) if number.isdecimal() and len(number) < 10 else matches


def worked_on(person: User) -> Q:
    """Of tickets, those on whose fix this person works or worked: who may neither verify nor sign off."""
    return Q(fixed_by=person) | Q(assignee=person) | Q(fixed_with=person)


def has_worked_on(person: User, ticket: Ticket) -> bool:
    mine = Ticket.objects.of(ticket.programme_id).filter(worked_on(person), pk=ticket.pk)
    return bool(mine.exists())


def workers_of(ticket: Ticket) -> str:
    """Who worked on the fix beside whoever recorded it, by name; nobody, while there is none."""
    return ", ".join(sorted(map(str, ticket.fixed_with.all())))


def find_tickets(programme: Programme, **filters: Any) -> Listing:
    """As `tickets_that_match`, the newest first."""
    found = tickets_that_match(programme, **filters).select_related("assignee", "release")
    return Listing((found,), key=("created_at", "id"), orders=_ORDERS)


def ticket_for(programme: Programme, number: int) -> Ticket:
    """The ticket of that number, or NotFound."""
    people = (
        "assignee",
        "reporter",
        "fixed_by",
        "verified_by",
        "risk_owner",
        "duplicate_of",
        "shared_as",
    )
    found: Ticket | None = (
        Ticket.objects.of(programme)
        .select_related("release", *people)
        .filter(number=number)
        .first()
    )
    if found is None:
        raise NotFound
    found.programme = programme
    return found


def ticket_by_id(programme: Programme, key: Any) -> Ticket:
    """As `ticket_for`, by the identifier that programs use."""
    number = Ticket.objects.of(programme).filter(pk=key).values_list("number", flat=True).first()
    if number is None:
        raise NotFound
    return ticket_for(programme, number)


def related_of(ticket: Ticket) -> list[Ticket]:
    """Tickets of the same programme that have to do with it, the newest first."""
    return list(ticket.related.of(ticket.programme_id).order_by("-number"))


def duplicates_of(ticket: Ticket) -> list[Ticket]:
    return list(
        Ticket.objects.of(ticket.programme_id).filter(duplicate_of=ticket).order_by("number")
    )


def entries_of(ticket: Ticket, most: int) -> list[Entry]:
    """What was said and changed, the newest first."""
    return list(ticket.entries.select_related("actor").order_by("-created_at", "-id")[:most])


def attachment_for(ticket: Ticket, key: Any) -> Attachment:
    """One of the ticket's files, or NotFound."""
    found = ticket.attachments.filter(pk=key).first()
    if found is None:
        raise NotFound
    return found


def watches(person: User, ticket: Ticket) -> bool:
    return bool(ticket.watchers.filter(pk=person.pk).exists())
