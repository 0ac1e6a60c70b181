"""All fleets; one fleet with who is there; and what is done with several of its hubs at once."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from accounts.access.guards import actor, require
from accounts.access.permissions import Permission
from accounts.organizations.models import Organization
from accounts.organizations.selectors import visible_to
from hubs.life.selectors import look_at
from hubs.models import Hub
from hubs.operations.grouping import add_to_group, take_from_group
from hubs.operations.selectors import group_for, groups_of
from hubs.selectors import hubs_of
from mago.core.errors import Refused

from ...bulk import hubs as bulk
from ...bulk.ways import way_to_choose
from ...exports import lists
from ...exports.ways import way_to_export
from ...keyset import PAGE_SIZE
from ...pages import asked_by_itself, is_part, list_page
from ...selectors.fleets import fleet_seen_by
from ...selectors.hubs import find_hubs, find_hubs_anywhere
from ...selectors.organizations import find_organizations
from ..organizations.forms.filters import OrganizationFilters
from .common import around, organization
from .forms.filters import AnyHubFilters, HubFilters

TAB = "fleet"
# What a row of the list shows, in one fleet and in that of all.
SHOWN = (
    "name",
    "serial",
    "model",
    "state",
    "site",
    "site__name",
    "room",
    "room__name",
    "presence__seen_at",
)
SHOWN_OF_ALL = (*SHOWN, "organization", "organization__name", "organization__slug")


@require(Permission.HUBS_READ, within=True)
@require_safe
def fleets(request: HttpRequest) -> HttpResponse:
    """Whoever sees one organization only is led to its fleet."""
    mine = list(visible_to(actor(request))[:2])
    if len(mine) == 1 and not request.GET:
        return redirect("admincenter:fleet", mine[0].slug)
    return list_page(
        request,
        "admincenter/hubs/fleets.html",
        title=_("Hubs"),
        filters=OrganizationFilters(request.GET),
        find=lambda **chosen: find_organizations(actor(request), **chosen),
    )


@require(Permission.HUBS_READ, within=True)
@require_safe
def everywhere(request: HttpRequest) -> HttpResponse:
    viewer = actor(request)
    return list_page(
        request,
        "admincenter/hubs/everywhere.html",
        title=_("Hubs of all fleets"),
        filters=AnyHubFilters(request.GET),
        find=lambda **chosen: find_hubs_anywhere(viewer, **chosen),
        columns=SHOWN_OF_ALL,
        **way_to_choose(request, bulk.AllHubs),
        **way_to_export(request, lists.AllHubs),
    )


@require(Permission.HUBS_READ, of=organization, within=True)
@require_safe
def hubs(request: HttpRequest, whose: Organization) -> HttpResponse:
    viewer = actor(request)
    return list_page(
        request,
        "admincenter/hubs/hubs.html",
        title=_("Hubs"),
        filters=HubFilters(request.GET, viewer=viewer, organization=whose),
        find=lambda **chosen: find_hubs(viewer, whose, **chosen),
        columns=(*SHOWN, "firmware"),
        figures=None if is_part(request) else fleet_seen_by(viewer, whose),
        groups=groups_of(whose)[: PAGE_SIZE * 4],
        filter_query=request.GET.urlencode(),
        **way_to_choose(request, bulk.Hubs, whose),
        **way_to_export(request, lists.Hubs, whose),
        **around(request, whose, TAB),
    )


@require(Permission.HUBS_READ, of=organization, within=True)
@require_safe
def presence(request: HttpRequest, whose: Organization) -> HttpResponse:
    """Who of those named is there, now; asked by the list every few seconds."""
    shown = list(
        hubs_of(actor(request), whose)
        .filter(pk__in=_keys(request.GET.getlist("hub")))
        .select_related("presence")
    )
    look_at(shown)
    asked_by_itself(request)
    return render(request, "admincenter/hubs/presence.html", {"hubs": shown})


@require(Permission.HUBS_EDIT, of=organization, within=True)
@require_POST
def regroup(request: HttpRequest, whose: Organization) -> HttpResponse:
    """The chosen hubs are put into the group, or taken out of it."""
    to = reverse("admincenter:fleet", args=[whose.slug])
    try:
        group = group_for(whose, _key(request.POST.get("into", "")))
        chosen = chosen_hubs(request, whose, request.POST.getlist("hub"))
        if request.POST.get("do") == "take":
            number = take_from_group(group=group, hubs=chosen, actor=actor(request))
            told = ngettext(
                "%(number)s hub is no longer in %(group)s.",
                "%(number)s hubs are no longer in %(group)s.",
                number,
            )
        else:
            number = add_to_group(group=group, hubs=chosen, actor=actor(request))
            told = ngettext(
                "%(number)s hub is in %(group)s now.",
                "%(number)s hubs are in %(group)s now.",
                number,
            )
    except Refused as refusal:
        messages.error(request, str(refusal.detail))
        return redirect(to)
    messages.success(request, told % {"number": number, "group": group})
    return redirect("admincenter:hub_group", whose.slug, group.pk)


def chosen_hubs(request: HttpRequest, whose: Organization, names: list[str]) -> list[Hub]:
    """The hubs that were ticked; Refused where none was, or one is not there to see."""
    keys = _keys(names)
    if not keys:
        raise Refused(_("Choose some hubs first."))
    found = list(hubs_of(actor(request), whose).filter(pk__in=keys))
    if len(found) < len(set(keys)):
        raise Refused(_("Some of these hubs are not there any more."))
    return found


def _keys(names: list[str]) -> list[UUID]:
    if len(names) > PAGE_SIZE * 10:
        raise Refused(_("These are too many at once."))
    return [_key(name) for name in names]


def _key(name: str) -> UUID:
    try:
        return UUID(name)
    except ValueError:
        raise Refused(_("Choose one of what is offered.")) from None
