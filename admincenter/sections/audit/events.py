"""Search the trail, and read one event whole. Who does is recorded in it."""

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.access.guards import actor, require
from accounts.access.permissions import Permission
from mago.audit import selectors

from ...forms import AuditFilters
from ...pages import list_page, page
from ...selectors.trail import events_beside, find_events
from ...services import tell_of_event, tell_of_search
from .common import around, facts_of

BESIDE = 50


@require(Permission.AUDIT_READ)
@require_safe
def events(request: HttpRequest) -> HttpResponse:
    filters = AuditFilters(request.GET)
    # Each page of it: anybody can write a cursor.
    if filters.is_valid():
        tell_of_search(filters.chosen, actor=actor(request))
    return list_page(
        request,
        "admincenter/audit/list.html",
        title=_("Audit"),
        filters=filters,
        find=find_events,
        exports_url=reverse("admincenter:exports"),
        **around(request, "audit"),
    )


@require(Permission.AUDIT_READ)
@require_safe
def event(request: HttpRequest, event_id: int) -> HttpResponse:
    found = selectors.event(event_id)
    tell_of_event(found, actor=actor(request))
    context = facts_of(found) | {"beside": events_beside(found, BESIDE)}
    return page(request, "admincenter/audit/event.html", context)
