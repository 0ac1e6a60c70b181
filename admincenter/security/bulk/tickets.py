"""Tickets, many at once: assigned, due on another day, moved on."""

from abc import abstractmethod
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any, ClassVar
from uuid import UUID

from django.urls import reverse
from django.utils.functional import Promise, cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.access.permissions import Permission
from accounts.access.services import demand_permission
from accounts.models import User
from mago.core.errors import Conflict, NotFound, Refused
from mago.jobs.models import Item, Job
from mago.jobs.services import MOST_ITEMS, Draft, draft_job

from ...bulk.work import ActorsWork
from ..models import Programme, Ticket
from ..models.tickets import today
from ..selectors.releases import release_for
from ..selectors.tickets import find_tickets, ticket_by_id
from ..services.common import locked
from ..services.moves import move_ticket, why_not
from ..services.tickets import assign_ticket, set_due
from ..workflow import Move

LATEST = timedelta(days=731)


class TicketsWork(ActorsWork):
    """`subject`: {"ticket": its key, "value": what it is to have}; the job's options name the programme."""

    permission: ClassVar[Permission] = Permission.TICKETS_EDIT

    def do(self, item: Item) -> None:
        demand_permission(self.actor, self.permission, self.programme)
        try:
            ticket = ticket_by_id(self.programme, UUID(item.subject["ticket"]))
        except NotFound:
            raise Conflict(_("This ticket does not exist any more."), code="gone") from None
        self.act(ticket, item)

    def way_back(self) -> str:
        return reverse("admincenter:tickets", args=[self.programme.slug])

    @cached_property
    def programme(self) -> Programme:
        return Programme.objects.get(pk=UUID(self.job.options["programme"]))

    @classmethod
    def demand_value(cls, value: str | None) -> None:
        """Refused for a value that no ticket could have."""

    @classmethod
    @abstractmethod
    def spared(cls, ticket: Ticket, value: Any) -> str | Promise:
        """Why nothing is to be done about a ticket; nothing, where something is."""

    @abstractmethod
    def act(self, ticket: Ticket, item: Item) -> None:
        """It is done to this ticket; Refused as for one alone."""


class _SetsValue(TicketsWork):
    """What it sets it takes back: the item keeps what was before, and whoever changed it since is not overridden."""

    def act(self, ticket: Ticket, item: Item) -> None:
        row, asked = locked(ticket), item.subject
        now = self.value_of(row)
        if "expected" in asked and now != asked["expected"]:
            raise Conflict(_("Somebody has changed this since."), code="changed_since")
        self.set(row, asked["value"])
        item.subject = asked | {"before": now}
        item.save(update_fields=["subject"])

    def subject_to_undo(self, item: Item) -> Any:
        done = item.subject
        return {
            "ticket": done["ticket"],
            "value": done["before"],
            "expected": done["value"],
        }

    @classmethod
    @abstractmethod
    def value_of(cls, ticket: Ticket) -> str | None:
        """What the ticket has now, as JSON has it."""

    @abstractmethod
    def set(self, ticket: Ticket, value: str | None) -> None:
        """The ticket has it."""


class Assign(_SetsValue):
    """`value` is the person's key, or null for nobody."""

    title = gettext_lazy("Assign tickets")
    undone_by = "tickets.assign"

    @classmethod
    def spared(cls, ticket: Ticket, value: Any) -> str | Promise:
        return _("This is so already.") if cls.value_of(ticket) == value else ""

    @classmethod
    def value_of(cls, ticket: Ticket) -> str | None:
        return str(ticket.assignee_id) if ticket.assignee_id else None

    def set(self, ticket: Ticket, value: str | None) -> None:
        person = User.objects.filter(pk=UUID(value)).first() if value else None
        if value and person is None:
            raise Conflict(_("This account does not exist any more."), code="gone")
        assign_ticket(ticket=ticket, assignee=person, actor=self.actor)


class SetDue(_SetsValue):
    """`value` is a day as ISO 8601 writes it."""

    title = gettext_lazy("Set the due date of tickets")
    # By which days tickets are due is the policy's to say.
    permission = Permission.PATCH_POLICIES_EDIT
    undone_by = "tickets.due"

    @classmethod
    def demand_value(cls, value: str | None) -> None:
        if not value or not today() <= date.fromisoformat(value) <= today() + LATEST:
            words = _("Choose a day from today on, within two years.")
            raise Refused(words, fields={"due_on": [words]})

    @classmethod
    def spared(cls, ticket: Ticket, value: Any) -> str | Promise:
        if not ticket.is_pending:
            return _("Nothing is owed on this ticket.")
        return _("This is so already.") if cls.value_of(ticket) == value else ""

    @classmethod
    def value_of(cls, ticket: Ticket) -> str | None:
        return ticket.due_on.isoformat() if ticket.due_on else None

    def set(self, ticket: Ticket, value: str | None) -> None:
        due_on = date.fromisoformat(value) if value else None
        set_due(ticket=ticket, due_on=due_on, actor=self.actor, reason=self.reason)


class _Moves(TicketsWork):
    move: ClassVar[Move]

    @classmethod
    def spared(cls, ticket: Ticket, value: Any) -> str | Promise:
        return why_not(ticket, cls.move)

    def act(self, ticket: Ticket, item: Item) -> None:
        move_ticket(ticket=ticket, move=self.move, actor=self.actor)


class Triage(_Moves):
    title = gettext_lazy("Triage tickets")
    move = Move.TRIAGE


class Plan(_Moves):
    """`value` is the release's key."""

    title = gettext_lazy("Plan tickets for a release")
    move = Move.PLAN

    @classmethod
    def demand_value(cls, value: str | None) -> None:
        if not value:
            words = _("Choose the release that will carry the fix.")
            raise Refused(words, fields={"release": [words]})

    @classmethod
    def spared(cls, ticket: Ticket, value: Any) -> str | Promise:
        if str(ticket.release_id) == value:
            return _("This is so already.")
        return why_not(ticket, cls.move, with_release=True)

    def act(self, ticket: Ticket, item: Item) -> None:
        release = release_for(self.programme, UUID(item.subject["value"]))
        move_ticket(ticket=ticket, move=self.move, release=release, actor=self.actor)


class Start(_Moves):
    title = gettext_lazy("Start tickets")
    move = Move.START


class Close(_Moves):
    title = gettext_lazy("Close tickets")
    move = Move.CLOSE


class Reject(_Moves):
    title = gettext_lazy("Reject tickets")
    move = Move.REJECT
    undone_by = "tickets.reopen"

    def act(self, ticket: Ticket, item: Item) -> None:
        move_ticket(ticket=ticket, move=self.move, reason=self.reason, actor=self.actor)


class Reopen(Reject):
    title = gettext_lazy("Reopen tickets")
    move = Move.REOPEN
    undone_by = ""


KINDS: dict[str, type[TicketsWork]] = {
    "tickets.assign": Assign,
    "tickets.close": Close,
    "tickets.due": SetDue,
    "tickets.plan": Plan,
    "tickets.reject": Reject,
    "tickets.reopen": Reopen,
    "tickets.start": Start,
    "tickets.triage": Triage,
}


def draft(
    kind: str,
    programme: Programme,
    tickets: Iterable[Ticket],
    *,
    actor: User,
    value: str | None = None,
) -> Job:
    """A job of that kind lies there to be looked at; `value` as its kind reads it.

    Forbidden for whoever could not do it to one of them, Refused for a value that none could have.
    """
    work = KINDS[kind]
    demand_permission(actor, work.permission, programme)
    work.demand_value(value)
    drafts = (
        Draft(
            f"{ticket} · {ticket.title}",
            {"ticket": str(ticket.pk), "value": value},
            str(work.spared(ticket, value)),
        )
        for ticket in tickets
    )
    return draft_job(
        kind,
        drafts,
        actor=actor,
        organization_id=programme.organization_id,
        programme=str(programme.pk),
    )


def all_found(programme: Programme, **filters: Any) -> list[Ticket]:
    """All that the filters of the list find; one more than a job takes tells that there are too many."""
    (found,) = find_tickets(programme, **filters).queries
    return list(found[: MOST_ITEMS + 1])


def named(programme: Programme, keys: Iterable[UUID]) -> list[Ticket]:
    """Those of the programme that have these keys."""
    return list(Ticket.objects.of(programme).filter(pk__in=list(keys)).order_by("number"))
