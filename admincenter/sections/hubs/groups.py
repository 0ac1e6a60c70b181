"""Groups of hubs."""

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access.guards import actor, require
from accounts.access.permissions import Permission
from accounts.organizations.models import Organization
from hubs.life.selectors import look_at
from hubs.operations import grouping
from hubs.operations.models import Group
from mago.core.form_pages import get_or_post, posted

from ...bulk import hubs as bulk
from ...bulk.ways import way_to_choose
from ...exports import set_up
from ...exports.ways import way_to_export
from ...once import once
from ...pages import list_page
from ...selectors.hubs import find_groups, hubs_that_match
from .common import act, around, form_page, organization, section
from .common import group as the_group
from .forms.filters import GroupFilters
from .forms.hubs import NameForm

TAB = "hub_groups"
MOST = 200


@require(Permission.HUBS_READ, of=organization, within=True)
@require_safe
def groups(request: HttpRequest, whose: Organization) -> HttpResponse:
    return list_page(
        request,
        "admincenter/hubs/groups.html",
        title=_("Groups"),
        filters=GroupFilters(request.GET),
        find=lambda **chosen: find_groups(whose, **chosen),
        **way_to_choose(request, bulk.Groups, whose),
        **way_to_export(request, set_up.HubGroups, whose),
        **around(request, whose, TAB),
    )


@require(Permission.HUBS_READ, of=the_group)
@require_safe
def group(request: HttpRequest, group: Group) -> HttpResponse:
    found = list(hubs_that_match(actor(request), group.organization, group=group)[: MOST + 1])
    look_at(found)
    context = {"group": group, "hubs": found[:MOST], "more": len(found) > MOST}
    return section(request, group.organization, "group", context, tab=TAB)


@require(Permission.HUBS_EDIT, of=organization)
@get_or_post
@once
def create(request: HttpRequest, whose: Organization) -> HttpResponse:
    return form_page(
        request,
        whose,
        NameForm(posted(request)),
        tab=TAB,
        title=_("New group"),
        save=lambda name: grouping.create_group(
            organization=whose, name=name, actor=actor(request)
        ),
        told=_("The group exists now. Choose hubs in the list to put them into it."),
    )


@require(Permission.HUBS_EDIT, of=the_group)
@get_or_post
def rename(request: HttpRequest, group: Group) -> HttpResponse:
    return form_page(
        request,
        group.organization,
        NameForm(posted(request), initial={"name": group.name}),
        tab=TAB,
        title=group.name,
        save=lambda name: grouping.rename_group(group=group, name=name, actor=actor(request)),
        told=_("Saved."),
        to=reverse("admincenter:hub_group", args=[group.organization.slug, group.pk]),
    )


@require(Permission.HUBS_EDIT, of=the_group)
@require_POST
def remove(request: HttpRequest, group: Group) -> HttpResponse:
    return act(
        request,
        lambda: grouping.remove_group(group=group, actor=actor(request)),
        _("The group is removed. Its hubs stay."),
        to=reverse(f"admincenter:{TAB}", args=[group.organization.slug]),
    )
