"""Notifications: what needs somebody, as a list and as a number beside the bell."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import trigger_client_event

from accounts.access.guards import actor, require, signed_in
from accounts.access.permissions import Permission
from mago.core.over_the_page import over_the_page

from ..notices.selectors import count_new, notices_for
from ..notices.services import mark_read
from ..pages import asked_by_itself, page


@require(Permission.ORGANIZATIONS_READ, within=True)
@require_safe
def notices(request: HttpRequest) -> HttpResponse:
    shown = notices_for(actor(request))
    context = {
        "crumb": _("Notifications"),
        "shown": shown,
        "new": sum(not one.is_read for one in shown),
    }
    return page(request, "admincenter/notices/list.html", context)


@signed_in
@require_safe
def bell(request: HttpRequest) -> HttpResponse:
    """The number alone, of what one may know of; asked by every open page once a minute, which keeps no session alive.

    A page that was made for somebody else gets neither the number nor what would make its forms good again. Nobody
    is refused: whoever follows at a browser mostly may not see what the page is of, and has to be told.
    """
    asked_by_itself(request)
    if request.headers.get("Mago-Made-For") != str(actor(request).pk):
        return over_the_page(render_to_string("includes/somebody_else.html"))
    new = count_new(actor(request))
    response = render(request, "admincenter/notices/count.html", {"new_notices": new})
    # For forms of a page that was opened before its reader signed in anew: js/still-here.js.
    return trigger_client_event(response, "mago:here", {"token": get_token(request)})


@require(Permission.ORGANIZATIONS_READ, within=True)
@require_POST
def read(request: HttpRequest) -> HttpResponse:
    """One notice is read, or without a key all of them."""
    keys = request.POST.getlist("key")
    mark_read(actor(request), keys or None)
    messages.success(request, _("Marked as read."))
    return redirect("admincenter:notices")
