"""Notifications: what needs somebody, as a list and as a number beside the bell."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access.guards import actor, require
from accounts.access.permissions import Permission

from ..notices.selectors import count_new, notices_for
from ..notices.services import mark_read
from ..pages import page


@require(Permission.ORGANIZATIONS_READ, within=True)
@require_safe
def notices(request: HttpRequest) -> HttpResponse:
    shown = notices_for(actor(request))
    context = {"shown": shown, "new": sum(not one.is_read for one in shown)}
    return page(request, "admincenter/notices/list.html", context)


@require(Permission.ORGANIZATIONS_READ, within=True)
@require_safe
def bell(request: HttpRequest) -> HttpResponse:
    """The number alone; asked by every open page once a minute, which keeps no session alive."""
    request.session.accessed = False
    new = count_new(actor(request))
    return render(request, "admincenter/notices/count.html", {"new_notices": new})


@require(Permission.ORGANIZATIONS_READ, within=True)
@require_POST
def read(request: HttpRequest) -> HttpResponse:
    """One notice is read, or without a key all of them."""
    keys = request.POST.getlist("key")
    mark_read(actor(request), keys or None)
    messages.success(request, _("Marked as read."))
    return redirect("admincenter:notices")
