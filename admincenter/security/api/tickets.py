"""Tickets: listed, reported, edited, moved on and commented."""

from typing import Any

from rest_framework.request import Request

from accounts.access.permissions import Permission
from accounts.api.bodies import PageQuery
from accounts.api.resources import Resource, acted, changed, created, listed, read
from accounts.organizations.selectors import organization_by_id
from mago.core.keyset import Listing

from ..models import Entry, EntryKind, Programme, Ticket
from ..selectors.programmes import programme_of
from ..selectors.tickets import find_tickets, ticket_by_id
from ..services.comments import comment_on
from ..services.moves import move_ticket
from ..services.tickets import create_ticket, edit_ticket, rate_ticket
from ..workflow import Move
from .shapes import (
    ChangedTicketBody,
    CommentBody,
    CommentSerializer,
    NewTicketBody,
    TicketQuery,
    TicketSerializer,
    TransitionBody,
)


class ProgrammeResource(Resource):
    """What lies in the programme of the path's organization or, where it names none, in the platform's."""

    _programme: Programme | None = None

    @property
    def programme(self) -> Programme:
        if self._programme is None:
            key = self.kwargs.get("organization_id")
            whose = organization_by_id(self.request.user, key) if key else None
            self._programme = programme_of(whose)
        return self._programme

    def locate(self, request: Request) -> Any:
        """What the permission must be held at."""
        return self.programme

    def row(self) -> Ticket:
        return ticket_by_id(self.programme, self.kwargs["ticket_id"])


class Tickets(ProgrammeResource):
    access = Permission.TICKETS_READ
    changes = {"POST": Permission.TICKETS_EDIT}

    @listed(TicketSerializer, query=TicketQuery, summary="Vulnerability tickets, the newest first")
    def get(self, **chosen: Any) -> Listing:
        return find_tickets(self.programme, **chosen)

    @created(NewTicketBody, TicketSerializer, summary="Report a vulnerability")
    def post(self, **data: Any) -> Ticket:
        made = create_ticket(programme=self.programme, actor=self.actor, **data)
        return ticket_by_id(self.programme, made.pk)


class OneTicket(ProgrammeResource):
    access = Permission.TICKETS_READ
    changes = {"PATCH": Permission.TICKETS_EDIT}

    get = read(TicketSerializer, summary="One ticket")

    @changed(ChangedTicketBody, TicketSerializer, summary="Edit or rate a ticket")
    def patch(self, row: Ticket, **data: Any) -> None:
        rating = {name: data.pop(name) for name in ("vector", "severity") if name in data}
        if data:
            edit_ticket(ticket=row, actor=self.actor, **data)
        if rating:
            rate_ticket(ticket=row, actor=self.actor, **rating)


class Transitions(ProgrammeResource):
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
        move_ticket(ticket=self.row(), move=Move(move), actor=self.actor, **data)
        return self.row()


class Comments(ProgrammeResource):
    access = Permission.TICKETS_READ
    changes = {"POST": Permission.TICKETS_EDIT}

    @listed(
        CommentSerializer, query=PageQuery, summary="What was said of a ticket, the newest first"
    )
    def get(self) -> Listing:
        said = self.row().entries.filter(kind=EntryKind.COMMENT).select_related("actor")
        return Listing((said,), key=("created_at", "id"))

    @created(CommentBody, CommentSerializer, summary="Comment on a ticket")
    def post(self, body: str) -> Entry:
        return comment_on(ticket=self.row(), body=body, actor=self.actor)
