"""The tickets of a programme, and a new one."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access.guards import actor, require
from accounts.access.permissions import Permission
from mago.core.errors import Refused

from ...exports.ways import way_to_export
from ...navigation import Permissions
from ...once import once
from ...pages import list_page, submit
from .. import exports
from ..bulk import tickets as bulk
from ..forms.bulk import ChosenTicketsForm
from ..forms.tickets import NewTicketForm, TicketFilters
from ..models import Programme
from ..selectors.tickets import find_tickets
from ..services.tickets import create_ticket
from .common import around, get_or_post, page_of, programme, section, sent

TAB = "tickets"
# What a row of the list shows.
SHOWN = (
    "number", "title", "source", "component", "score", "severity", "state", "due_on", "created_at",
    "assignee", "assignee__name", "assignee__email", "release", "release__version",
)  # fmt: skip


@require(Permission.TICKETS_READ, of=programme)
@require_safe
def tickets(request: HttpRequest, whose: Programme) -> HttpResponse:
    filters = TicketFilters(request.GET, programme=whose)
    frame = around(request, whose, TAB)
    return list_page(
        request,
        "admincenter/security/tickets.html",
        title=_("Tickets"),
        filters=filters,
        find=lambda **chosen: find_tickets(whose, **chosen),
        columns=SHOWN,
        **way_to_export(request, exports.Tickets, whose),
        viewer=actor(request),
        filter_query=request.GET.urlencode(),
        bulk=ChosenTicketsForm(None, filters=filters, held=frame["held"]),
        **frame,
    )


@require(Permission.TICKETS_READ, of=programme)
@require_POST
def choose(request: HttpRequest, whose: Programme) -> HttpResponse:
    """A job that says of each chosen ticket what would become of it, to be looked at before it starts."""
    filters = TicketFilters(request.POST, programme=whose)
    held = Permissions(actor(request), whose)
    form = ChosenTicketsForm(request.POST, filters=filters, held=held)
    to = reverse("admincenter:tickets", args=[whose.slug]) + filters.link().rstrip("?")
    if not (form.is_valid() and filters.is_valid()):
        messages.error(request, _("Nothing was done: choose tickets in the list, and what to do."))
        return redirect(to)
    sent = form.cleaned_data
    found = (
        bulk.all_found(whose, **filters.chosen)
        if sent["everything"]
        else bulk.named(whose, sent["keys"])
    )
    try:
        job = bulk.draft(sent["kind"], whose, found, actor=actor(request), value=sent["value"])
    except Refused as refusal:
        messages.error(request, str(refusal.detail))
        return redirect(to)
    return redirect("admincenter:job", job.pk)


@require(Permission.TICKETS_EDIT, of=programme)
@get_or_post
@once
def create(request: HttpRequest, whose: Programme) -> HttpResponse:
    form = NewTicketForm(sent(request), initial={"vector": request.GET.get("vector", "")})
    made, status = submit(
        form, lambda **data: create_ticket(programme=whose, actor=actor(request), **data)
    )
    if made:
        messages.success(request, _("%(key)s exists now.") % {"key": made})
        return redirect(page_of(made))
    context = {"form": form}
    return section(request, whose, "new_ticket", context, tab=TAB, status=status)
