"""The audit trail of one organization."""

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.access.guards import actor, require
from accounts.access.permissions import Permission
from accounts.organizations.models import Organization
from mago.audit import selectors
from mago.core.errors import NotFound

from ...pages import list_page
from ...selectors.trail import events_beside, find_events
from ...services import tell_of_event, tell_of_search
from ..audit.common import facts_of
from .common import around, organization, section
from .forms.filters import EventFilters

TAB = "organization_audit"
BESIDE = 50


@require(Permission.AUDIT_READ, of=organization)
@require_safe
def events(request: HttpRequest, whose: Organization) -> HttpResponse:
    filters = EventFilters(request.GET)
    # Each page of it: anybody can write a cursor.
    if filters.is_valid():
        tell_of_search(filters.chosen, actor=actor(request), organization=whose)
    return list_page(
        request,
        "admincenter/organizations/audit.html",
        title=_("Audit"),
        filters=filters,
        find=lambda **chosen: find_events(organization=whose, **chosen),
        exports_url=reverse("admincenter:organization_exports", args=[whose.slug]),
        **around(request, whose, TAB),
    )


@require(Permission.AUDIT_READ, of=organization)
@require_safe
def event(request: HttpRequest, whose: Organization, event_id: int) -> HttpResponse:
    found = selectors.event(event_id)
    if found.organization_id != whose.pk:
        raise NotFound
    tell_of_event(found, actor=actor(request), organization=whose)
    context = facts_of(found) | {
        "trail_url": reverse(f"admincenter:{TAB}", args=[whose.slug]),
        # Of what the request did elsewhere, nothing is told here.
        "beside": [one for one in events_beside(found, BESIDE) if one.organization_id == whose.pk],
    }
    return section(request, whose, "event", context, tab=TAB)
