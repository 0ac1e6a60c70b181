"""What is due is told before it is late, and what is late is told higher up: each step once."""

from collections.abc import Iterable
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.access.permissions import Permission
from accounts.models import User
from mago.audit.services import record
from mago.audit.tags import Tag

from ..models import Programme, Ticket, Told
from ..models.tickets import today
from ..selectors.people import holds, staff_of
from ..workflow import PENDING, State
from .common import MOST_TOLD, step_of, tell
from .moves import return_expired

SOON = timedelta(days=3)
LONG_OVERDUE = timedelta(days=7)
BATCH = 500
REMEMBERED = timedelta(days=800)


def tell_once(programme: Programme, what: str) -> bool:
    """Whether nobody has been told of `what` yet; from now on somebody has. Holds under a race."""
    try:
        with transaction.atomic():
            Told.objects.create(programme=programme, what=what)
    except IntegrityError:
        return False
    return True


def escalate() -> None:
    """Each pending ticket that is due soon, overdue, or overdue for a week has been told to those whom that step concerns."""
    due = Ticket.objects.everywhere(reason="a daily task looks after all programmes").filter(
        state__in=PENDING, due_on__lte=today() + SOON
    )
    rows = due.select_related("programme__organization", "assignee").order_by("due_on", "id")
    for ticket in rows.iterator(BATCH):
        _escalate(ticket)


@transaction.atomic
def _escalate(ticket: Ticket) -> None:
    assert ticket.due_on is not None
    late = today() - ticket.due_on
    if late > LONG_OVERDUE:
        step, people = "long-overdue", _officers(ticket)
    elif late > timedelta(0):
        step, people = "overdue", [*_workers(ticket), *ticket.watchers.filter(is_active=True)]
    else:
        step, people = "due-soon", _workers(ticket)
    if not tell_once(ticket.programme, step_of(step, ticket)):
        return
    for person in _readers(ticket, people):
        tell(ticket, person, "due", step=step, days=abs(late.days), due=ticket.due_on.isoformat())
    record(Tag.TICKET_ESCALATED, target=ticket, organization_id=ticket.organization_id, step=step)


def _workers(ticket: Ticket) -> list[User]:
    """The assignee; where it is nobody, or somebody who cannot do it any more, all who could.

    Of a fix that waits for its verification, those who may verify it.
    """
    if ticket.state == State.FIXED:
        worked = {
            ticket.assignee_id,
            ticket.fixed_by_id,
            *ticket.fixed_with.values_list("pk", flat=True),
        }
        verifiers = staff_of(ticket.programme, Permission.TICKETS_VERIFY)
        if others := [person for person in verifiers if person.pk not in worked]:
            return others
    if ticket.assignee and holds(ticket.assignee, Permission.TICKETS_EDIT, ticket.programme):
        return [ticket.assignee]
    return staff_of(ticket.programme, Permission.TICKETS_EDIT)


def _officers(ticket: Ticket) -> list[User]:
    officers = staff_of(ticket.programme, Permission.TICKETS_VERIFY)
    return [*officers, *_workers(ticket)]


def _readers(ticket: Ticket, people: Iterable[User]) -> list[User]:
    """Each once, and none who may not read the ticket any more."""
    each = list({person.pk: person for person in people}.values())[:MOST_TOLD]
    return [one for one in each if holds(one, Permission.TICKETS_READ, ticket.programme)]


def return_expired_risks() -> None:
    """Risks that were accepted for a time that is over are owed again."""
    accepted = Ticket.objects.everywhere(reason="a daily task looks after all programmes").filter(
        state=State.ACCEPTED, accepted_until__lt=today()
    )
    for ticket in accepted.select_related("programme__organization").iterator(BATCH):
        return_expired(ticket)


def forget_old() -> None:
    Told.objects.filter(at__lt=timezone.now() - REMEMBERED).delete()
