"""One ticket: all that is known of it, and what can be done with it."""

from typing import Any
from uuid import UUID

from django.db.models import TextChoices
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access.guards import actor, require
from accounts.access.permissions import Permission
from mago.core.holding import held

from ... import diff
from ...navigation import Permissions
from ...once import once
from .. import files
from ..forms.tickets import AssignForm, AttachmentForm, CommentForm, RelationForm, WordsForm
from ..models import Source, Ticket
from ..selectors.programmes import programme_of
from ..selectors.tickets import (
    attachment_for,
    duplicates_of,
    entries_of,
    has_worked_on,
    related_of,
    watches,
    workers_of,
)
from ..services import attachments, comments
from ..services import tickets as services
from ..services.moves import permission_for
from ..severity import Severity
from ..workflow import Move, State, moves_from
from .common import act, form_page, get_or_post, page_of, section, sent
from .common import ticket as the_ticket
from .moves import url_of

TAB = "tickets"
ENTRIES = 200
# What the history keeps by its value.
_CHOICES: dict[str, type[TextChoices]] = {"severity": Severity, "source": Source, "state": State}


@require(Permission.TICKETS_READ, of=the_ticket)
@require_safe
def ticket(request: HttpRequest, ticket: Ticket) -> HttpResponse:
    return ticket_page(request, ticket)


def ticket_page(
    request: HttpRequest, ticket: Ticket, status: int = 200, **forms: Any
) -> HttpResponse:
    """The page, with a form of it that was refused in the place of an empty one."""
    whose, viewer = ticket.programme, actor(request)
    held = Permissions(viewer, whose)
    moves = [move for move in moves_from(State(ticket.state)) if permission_for(move) in held]
    own_fix = Move.VERIFY in moves and has_worked_on(viewer, ticket)
    if own_fix:
        moves.remove(Move.VERIFY)
    context = {
        "ticket": ticket,
        "moves": [(move, url_of(ticket, move)) for move in moves],
        "own_fix": own_fix,
        "workers": workers_of(ticket) if ticket.fixed_at else "",
        "entries": [
            (one, diff.changes(_sides(one.changes))) for one in entries_of(ticket, ENTRIES)
        ],
        "attachments": list(
            ticket.attachments.select_related("uploaded_by").order_by("created_at")
        ),
        "related": related_of(ticket),
        "duplicates": duplicates_of(ticket),
        "watching": watches(viewer, ticket),
        "watchers": list(ticket.watchers.order_by("email")[: comments.MOST_WATCHERS]),
        "comment_form": CommentForm(None),
        "attachment_form": AttachmentForm(None),
        "assign_form": AssignForm(None, programme=whose, initial=_assigned(ticket)),
        "relation_form": RelationForm(None, programme=whose),
    }
    return section(request, whose, "ticket", context | forms, tab=TAB, status=status)


def _assigned(ticket: Ticket) -> dict[str, str]:
    return {"assignee": str(ticket.assignee_id or "")}


def _sides(changes: list[dict[str, str]]) -> dict[str, dict[str, str]]:
    return {
        side: {one["name"]: _told(one["name"], one[side]) for one in changes}
        for side in ("before", "after")
    }


def _told(name: str, value: str) -> str:
    """The value in the reader's words. What was written in those of its writer, as states once were, stays so."""
    choices = _CHOICES.get(name)
    return str(choices(value).label) if choices and value in choices.values else value


@require(Permission.TICKETS_EDIT, of=the_ticket)
@get_or_post
@held()
def edit(request: HttpRequest, ticket: Ticket) -> HttpResponse:
    values = {name: getattr(ticket, name) for name in services.FIELDS}
    return form_page(
        request,
        ticket.programme,
        WordsForm(sent(request), initial=values),
        tab=TAB,
        title=f"{ticket} · {ticket.title}",
        save=lambda **data: services.edit_ticket(ticket=ticket, actor=actor(request), **data),
        told=_("Saved."),
        to=page_of(ticket),
    )


@require(Permission.TICKETS_EDIT, of=the_ticket)
@require_POST
@held()
def assign(request: HttpRequest, ticket: Ticket) -> HttpResponse:
    form = AssignForm(request.POST, programme=ticket.programme, initial=_assigned(ticket))
    if not form.is_valid():
        return ticket_page(request, ticket, 400, assign_form=form)
    return act(
        request,
        lambda: services.assign_ticket(
            ticket=ticket, actor=actor(request), assignee=form.cleaned_data["assignee"]
        ),
        _("Saved."),
        to=page_of(ticket),
    )


@require(Permission.TICKETS_EDIT, of=the_ticket)
@require_POST
@once
def comment(request: HttpRequest, ticket: Ticket) -> HttpResponse:
    form = CommentForm(request.POST)
    if not form.is_valid():
        return ticket_page(request, ticket, 400, comment_form=form)
    return act(
        request,
        lambda: comments.comment_on(ticket=ticket, actor=actor(request), **form.cleaned_data),
        _("The comment is there."),
        to=page_of(ticket) + "#history",
    )


@require(Permission.TICKETS_READ, of=the_ticket)
@require_POST
def watch(request: HttpRequest, ticket: Ticket) -> HttpResponse:
    watching = "stop" not in request.POST
    return act(
        request,
        lambda: comments.set_watching(ticket=ticket, person=actor(request), watching=watching),
        _("You are told by mail of what happens here.")
        if watching
        else _("You are told of it no longer."),
        to=page_of(ticket),
    )


@require(Permission.TICKETS_EDIT, of=the_ticket)
@require_POST
def relate(request: HttpRequest, ticket: Ticket) -> HttpResponse:
    """Another ticket is named as related; with `remove`, it is no longer."""
    form = RelationForm(request.POST, programme=ticket.programme)
    if not form.is_valid():
        return ticket_page(request, ticket, 400, relation_form=form)
    return act(
        request,
        lambda: services.relate_tickets(
            ticket=ticket,
            other=form.cleaned_data["other"],
            related="remove" not in request.POST,
            actor=actor(request),
        ),
        _("Saved."),
        to=page_of(ticket),
    )


@require(Permission.TICKETS_EDIT, of=the_ticket)
@require_POST
def share(request: HttpRequest, ticket: Ticket) -> HttpResponse:
    return act(
        request,
        lambda: services.share_ticket(
            ticket=ticket, platform=programme_of(None), actor=actor(request)
        ),
        _("Those who look after the platform have it too. Here you see how far they are."),
        to=page_of(ticket),
    )


@require(Permission.TICKETS_EDIT, of=the_ticket)
@require_POST
@once
def attach(request: HttpRequest, ticket: Ticket) -> HttpResponse:
    form = AttachmentForm(request.POST, request.FILES)
    if not form.is_valid():
        return ticket_page(request, ticket, 400, attachment_form=form)
    return act(
        request,
        lambda: attachments.attach(
            ticket=ticket, upload=form.cleaned_data["file"], actor=actor(request)
        ),
        _("The file lies beside the ticket."),
        to=page_of(ticket),
    )


@require(Permission.TICKETS_READ, of=the_ticket)
@require_POST
def take_attachment(request: HttpRequest, ticket: Ticket, attachment_id: UUID) -> HttpResponseBase:
    """The file, to be saved; that somebody took it is recorded."""
    found = attachment_for(ticket, attachment_id)
    response = files.download(found)
    attachments.record_download(attachment=found, actor=actor(request))
    return response


@require(Permission.TICKETS_EDIT, of=the_ticket)
@require_POST
def remove_attachment(request: HttpRequest, ticket: Ticket, attachment_id: UUID) -> HttpResponse:
    found = attachment_for(ticket, attachment_id)
    return act(
        request,
        lambda: attachments.remove_attachment(attachment=found, actor=actor(request)),
        _("The file is gone."),
        to=page_of(ticket),
    )
