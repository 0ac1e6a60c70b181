"""The tickets of a programme, and a new one."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.access.guards import actor, require
from accounts.access.permissions import Permission

from ...pages import list_page, submit
from ..forms.tickets import NewTicketForm, TicketFilters
from ..models import Programme
from ..selectors.tickets import find_tickets
from ..services.tickets import create_ticket
from .common import around, get_or_post, page_of, programme, section, sent

TAB = "tickets"


@require(Permission.TICKETS_READ, of=programme)
@require_safe
def tickets(request: HttpRequest, whose: Programme) -> HttpResponse:
    return list_page(
        request,
        "admincenter/security/tickets.html",
        title=_("Tickets"),
        filters=TicketFilters(request.GET, programme=whose),
        find=lambda **chosen: find_tickets(whose, **chosen),
        viewer=actor(request),
        filter_query=request.GET.urlencode(),
        **around(request, whose, TAB),
    )


@require(Permission.TICKETS_EDIT, of=programme)
@get_or_post
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
