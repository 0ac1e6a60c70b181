"""Whose security work there is to see."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.access.guards import actor, require
from accounts.access.permissions import Permission
from accounts.access.selectors.decisions import can
from accounts.organizations.selectors import visible_to

from ...pages import list_page
from ...sections.organizations.forms.filters import OrganizationFilters
from ...selectors.organizations import find_organizations
from ..models import PLATFORM_SLUG


@require(Permission.TICKETS_READ, within=True)
@require_safe
def programmes(request: HttpRequest) -> HttpResponse:
    """The platform's programme for whoever works in it, and the organizations'; whoever sees one is led there."""
    viewer = actor(request)
    platform = bool(can(viewer, Permission.TICKETS_READ))
    mine = list(visible_to(viewer)[:2])
    if len(mine) == 1 and not platform and not request.GET:
        return redirect("admincenter:security_figures", mine[0].slug)
    return list_page(
        request,
        "admincenter/security/programmes.html",
        title=_("Security programme"),
        filters=OrganizationFilters(request.GET),
        find=lambda **chosen: find_organizations(viewer, **chosen),
        platform_slug=PLATFORM_SLUG if platform else "",
    )
