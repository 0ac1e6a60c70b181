"""What is done in an organization or a security programme, begun from anywhere: it is asked first in which."""

from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts.access.guards import actor, require
from accounts.access.permissions import Permission
from accounts.access.selectors.decisions import can, can_within
from accounts.organizations.selectors import visible_to
from mago.core.errors import NotFound

from ..keyset import Listing
from ..pages import list_page
from ..places import BEGUN, IN_PROGRAMMES
from ..security.models import PLATFORM_SLUG
from ..selectors.organizations import find_organizations
from .organizations.forms.filters import OrganizationFilters


@require(Permission.ORGANIZATIONS_READ, within=True)
@require_safe
def begin(request: HttpRequest, action: str) -> HttpResponse:
    """The organizations, each with the way to its page, and to the platform's own; whoever sees one only is led there."""
    entry = next((one for one in (*BEGUN, *IN_PROGRAMMES) if one.begins == action), None)
    if entry is None:
        raise NotFound
    viewer = actor(request)
    mine = [one.slug for one in visible_to(viewer)[:2]]
    has_own = entry in IN_PROGRAMMES and can(viewer, entry.permission)
    if has_own:
        mine.append(PLATFORM_SLUG)
    if len(mine) == 1 and not request.GET:
        return redirect(f"admincenter:{action}", mine[0])

    def find(**chosen: Any) -> Listing:
        return replace(find_organizations(viewer, **chosen), complete=add_ways)

    def add_ways(rows: list[Any]) -> None:
        for one in rows:
            may = can_within(viewer, entry.permission, one)
            one.way = reverse(f"admincenter:{action}", args=[one.slug]) if may else ""

    return list_page(
        request,
        "admincenter/begin.html",
        title=entry.title,
        filters=OrganizationFilters(request.GET),
        find=find,
        crumb=entry.title,
        platform_url=reverse(f"admincenter:{action}", args=[PLATFORM_SLUG]) if has_own else "",
    )
