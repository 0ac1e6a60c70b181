"""A ticket moves on: a page that asks for what the move needs, and does it."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.access.guards import actor, require
from accounts.access.permissions import Permission
from mago.core.errors import NotFound

from ..forms.moves import FORMS, MoveForm
from ..models import Ticket
from ..services.moves import move_ticket
from ..workflow import Move
from .common import form_page, get_or_post, page_of, sent
from .common import ticket as the_ticket

TAB = "tickets"
# They take a permission of their own, and so have a page of their own.
_OWN_PAGES = {Move.VERIFY: "verify_ticket", Move.ACCEPT: "accept_ticket"}
_OTHERS = [move for move in Move if move not in (*_OWN_PAGES, Move.EXPIRE)]


def url_of(ticket: Ticket, move: Move) -> str:
    """Where the move is made."""
    of = [ticket.programme.slug, ticket.number]
    if move in _OWN_PAGES:
        return reverse(f"admincenter:{_OWN_PAGES[move]}", args=of)
    return reverse("admincenter:move_ticket", args=[*of, move.value])


@require(Permission.TICKETS_EDIT, of=the_ticket)
@get_or_post
def move(request: HttpRequest, ticket: Ticket, move: str) -> HttpResponse:
    wanted = next((one for one in _OTHERS if one.value == move), None)
    if wanted is None:
        raise NotFound
    return _move(request, ticket, wanted)


@require(Permission.TICKETS_VERIFY, of=the_ticket)
@get_or_post
def verify(request: HttpRequest, ticket: Ticket) -> HttpResponse:
    return _move(request, ticket, Move.VERIFY)


@require(Permission.RISKS_ACCEPT, of=the_ticket)
@get_or_post
def accept(request: HttpRequest, ticket: Ticket) -> HttpResponse:
    return _move(request, ticket, Move.ACCEPT)


def _move(request: HttpRequest, ticket: Ticket, wanted: Move) -> HttpResponse:
    form = FORMS.get(wanted, MoveForm)(sent(request), programme=ticket.programme)

    def save(**data: Any) -> None:
        move_ticket(ticket=ticket, move=wanted, actor=actor(request), **data)

    return form_page(
        request,
        ticket.programme,
        form,
        tab=TAB,
        title=f"{ticket} · {wanted.label}",
        save=save,
        told=_("Done."),
        to=page_of(ticket),
        template="move",
        button=wanted.label,
        ticket=ticket,
        move=wanted,
    )
