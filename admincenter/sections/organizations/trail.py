"""The audit trail of one organization."""

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.access.guards import actor, require
from accounts.access.permissions import Permission
from accounts.organizations.models import Organization
from mago.audit import selectors
from mago.audit.services import record
from mago.audit.tags import Tag
from mago.core.errors import NotFound

from ...pages import CURSOR, list_page
from ...selectors.trail import events_beside, find_events
from ..audit.common import facts_of
from .common import around, organization, section
from .forms.filters import EventFilters

TAB = "organization_audit"
BESIDE = 50


@require(Permission.AUDIT_READ, of=organization)
@require_safe
def events(request: HttpRequest, whose: Organization) -> HttpResponse:
    filters = EventFilters(request.GET)
    if filters.is_valid() and filters.chosen and CURSOR not in request.GET:
        searched = {name: str(value) for name, value in filters.chosen.items()}
        record(Tag.AUDIT_SEARCHED, actor=actor(request), organization_id=whose.pk, filters=searched)
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
    record(Tag.AUDIT_EVENT_READ, actor=actor(request), target=found, organization_id=whose.pk)
    context = facts_of(found) | {
        "trail_url": reverse(f"admincenter:{TAB}", args=[whose.slug]),
        # Of what the request did elsewhere, nothing is told here.
        "beside": [one for one in events_beside(found, BESIDE) if one.organization_id == whose.pk],
    }
    return section(request, whose, "event", context, tab=TAB)
