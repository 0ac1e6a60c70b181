"""The switcher: the same page of another organization, or of the platform."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import Resolver404, resolve, reverse
from django.views.decorators.http import require_safe

from accounts.access.guards import actor, require
from accounts.access.permissions import NAMES, Permission
from accounts.access.selectors.decisions import can_within
from accounts.models import User
from accounts.organizations.models import Organization

from ..forms import SearchForm
from ..keyset import KeysetPage
from ..navigation import permissions
from ..pages import is_part
from ..selectors.organizations import find_organizations

SHOWN = 8
HOME = "admincenter:organization"


@require(Permission.ORGANIZATIONS_READ, within=True)
@require_safe
def switch(request: HttpRequest) -> HttpResponse:
    """Organizations by their names, each with the way to it; without htmx, their list."""
    if not is_part(request):
        return redirect("admincenter:organizations")
    form, viewer, at = SearchForm(request.GET), actor(request), request.GET.get("at", "")
    rows: list[Any] = []
    if form.is_valid():
        rows = KeysetPage(find_organizations(viewer, q=form.cleaned_data["q"]), size=SHOWN).rows
    found = [(one, same_page(viewer, at, one)) for one in rows]
    context = {
        "found": found,
        "at": at,
        "platform": Permission.OVERVIEW_READ in permissions(request),
    }
    return render(request, "admincenter/switch.html", context)


def same_page(viewer: User, path: str, whose: Organization) -> str:
    """The page of `whose` that is what `path` is of another; its first page where there is none, or not for the viewer."""
    try:
        match = resolve(path)
    except Resolver404:
        match = None
    if match and set(match.kwargs) == {"slug"} and match.namespace == "admincenter":
        demanded = getattr(match.func, "access", "")
        if demanded in NAMES and can_within(viewer, Permission(demanded), whose):
            return reverse(match.view_name, args=[whose.slug])
    return reverse(HOME, args=[whose.slug])
