"""The rooms in which hubs stand."""

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access.guards import actor, require
from accounts.access.permissions import Permission
from accounts.organizations.models import Organization
from hubs import services
from hubs.models import Room
from mago.core.form_pages import get_or_post, posted

from ...bulk import hubs as bulk
from ...bulk.ways import way_to_choose
from ...exports import set_up
from ...exports.ways import way_to_export
from ...once import once
from ...pages import list_page
from ...selectors.hubs import find_rooms
from .common import act, around, form_page, organization
from .common import room as the_room
from .forms.filters import RoomFilters
from .forms.hubs import NewRoomForm, RoomForm

TAB = "rooms"


@require(Permission.HUBS_READ, of=organization, within=True)
@require_safe
def rooms(request: HttpRequest, whose: Organization) -> HttpResponse:
    viewer = actor(request)
    return list_page(
        request,
        "admincenter/hubs/rooms.html",
        title=_("Rooms"),
        filters=RoomFilters(request.GET, viewer=viewer, organization=whose),
        find=lambda **chosen: find_rooms(viewer, whose, **chosen),
        **way_to_choose(request, bulk.Rooms, whose),
        **way_to_export(request, set_up.Rooms, whose),
        **around(request, whose, TAB),
    )


@require(Permission.SITES_EDIT, of=organization, within=True)
@get_or_post
@once
def create(request: HttpRequest, whose: Organization) -> HttpResponse:
    viewer = actor(request)
    return form_page(
        request,
        whose,
        NewRoomForm(posted(request), viewer=viewer, organization=whose),
        tab=TAB,
        title=_("New room"),
        save=lambda **data: services.create_room(actor=viewer, **data),
        told=_("The room exists now."),
    )


@require(Permission.SITES_EDIT, of=the_room)
@get_or_post
def edit(request: HttpRequest, room: Room) -> HttpResponse:
    return form_page(
        request,
        room.organization,
        RoomForm(posted(request), initial={"name": room.name}),
        tab=TAB,
        title=room.name,
        save=lambda name: services.edit_room(room=room, name=name, actor=actor(request)),
        told=_("Saved."),
    )


@require(Permission.SITES_EDIT, of=the_room)
@require_POST
def remove(request: HttpRequest, room: Room) -> HttpResponse:
    return act(
        request,
        lambda: services.remove_room(room=room, actor=actor(request)),
        _("The room is removed. Its hubs stay at the site."),
        to=reverse(f"admincenter:{TAB}", args=[room.organization.slug]),
    )
