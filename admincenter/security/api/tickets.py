"""Tickets: listed, reported, edited, moved on and commented."""

from typing import Any

from accounts.access.permissions import Permission
from accounts.api.bodies import PageQuery
from accounts.api.resources import acted, changed, created, listed, read
from mago.core.keyset import Listing

from ..models import Entry, EntryKind, Ticket
from ..selectors.tickets import find_tickets, ticket_by_id
from ..services.comments import comment_on
from ..services.moves import move_ticket
from ..services.tickets import assign_ticket, create_ticket, edit_ticket, rate_ticket
from ..workflow import Move
from .common import ProgrammeResource
from .shapes import (
    ChangedTicketBody,
    CommentBody,
    CommentSerializer,
    NewTicketBody,
    TicketQuery,
    TicketSerializer,
    TransitionBody,
)


class OfOneTicket(ProgrammeResource):
    """One of the programme's tickets, or something of it."""

    def ticket(self) -> Ticket:
        return ticket_by_id(self.programme, self.kwargs["ticket_id"])

    def row(self) -> Any:
        return self.ticket()


class Tickets(ProgrammeResource):
    access = Permission.TICKETS_READ
    changes = {"POST": Permission.TICKETS_EDIT}

    @listed(TicketSerializer, query=TicketQuery, summary="Vulnerability tickets, the newest first")
    def get(self, **chosen: Any) -> Listing:
        return find_tickets(self.programme, **chosen)

    @created(
        NewTicketBody,
        TicketSerializer,
        at=("api-ticket", "ticket_id"),
        summary="Report a vulnerability",
    )
    def post(self, **data: Any) -> Ticket:
        made = create_ticket(programme=self.programme, actor=self.actor, **data)
        return ticket_by_id(self.programme, made.pk)


class OneTicket(OfOneTicket):
    access = Permission.TICKETS_READ
    changes = {"PATCH": Permission.TICKETS_EDIT}

    get = read(TicketSerializer, summary="One ticket")

    @changed(ChangedTicketBody, TicketSerializer, summary="Edit, rate or assign a ticket")
    def patch(self, row: Ticket, **data: Any) -> None:
        rating = {name: data.pop(name) for name in ("vector", "severity") if name in data}
        if "assignee" in data:
            assign_ticket(ticket=row, assignee=data.pop("assignee"), actor=self.actor)
        if data:
            edit_ticket(ticket=row, actor=self.actor, **data)
        if rating:
            # A severity alone leaves the vector, which may say otherwise.
            rate_ticket(ticket=row, actor=self.actor, **({"vector": row.vector} | rating))


class Transitions(OfOneTicket):
    """Which permission a move takes is told by the move, and asked by its service."""

    access = Permission.TICKETS_READ
    changes = {"POST": Permission.TICKETS_READ}

    @acted(
        TransitionBody,
        TicketSerializer,
        summary="Move a ticket on",
        description="`409 wrong_state` where its state has no such move; what else is missing is named in `errors`.",
    )
    def post(self, move: str, **data: Any) -> Ticket:
        move_ticket(ticket=self.ticket(), move=Move(move), actor=self.actor, **data)
        return self.ticket()


class Comments(OfOneTicket):
    access = Permission.TICKETS_READ
    changes = {"POST": Permission.TICKETS_EDIT}

    @listed(
        CommentSerializer, query=PageQuery, summary="What was said of a ticket, the newest first"
    )
    def get(self) -> Listing:
        said = self.ticket().entries.filter(kind=EntryKind.COMMENT).select_related("actor")
        return Listing((said,), key=("created_at", "id"))

    @created(CommentBody, CommentSerializer, summary="Comment on a ticket")
    def post(self, body: str) -> Entry:
        return comment_on(ticket=self.ticket(), body=body, actor=self.actor)
