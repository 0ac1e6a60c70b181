"""Rooms are made, changed and removed."""

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access.permissions import Permission
from accounts.access.services import demand_permission
from accounts.models import User
from accounts.organizations.models import Organization, Site
from mago.audit.cleaning import ITEM_LIMIT as TOLD
from mago.audit.services import record
from mago.audit.tags import Tag
from mago.core.errors import Refused

from ..models import EnrolmentCode, Hub, Room
from .codes import take_back


@transaction.atomic
def create_room(*, site: Site, name: str, actor: User) -> Room:
    """The site has a room of that name."""
    demand_permission(actor, Permission.SITES_EDIT, site)
    room = Room(organization=site.organization, site=site, name=name)
    _save(room)
    record(Tag.ROOM_CREATED, actor=actor, target=room, organization_id=room.organization_id)
    return room


@transaction.atomic
def place_by_names(organization: Organization, site: str, room: str) -> tuple[Site, Room | None]:
    """The site, and the room where one is named, exist. For whoever runs commands on the server."""
    place, is_new = Site.objects.of(organization).get_or_create(
        organization=organization, name=site
    )
    if is_new:
        record(Tag.SITE_CREATED, target=place, organization_id=organization.pk)
    if not room:
        return place, None
    inside, is_new = Room.objects.of(organization).get_or_create(
        organization=organization, site=place, name=room
    )
    if is_new:
        record(Tag.ROOM_CREATED, target=inside, organization_id=organization.pk)
    return place, inside


@transaction.atomic
def edit_room(*, room: Room, name: str, actor: User) -> None:
    """The room has this name."""
    demand_permission(actor, Permission.SITES_EDIT, room)
    before, room.name = room.name, name
    _save(room)
    record(
        Tag.ROOM_EDITED,
        actor=actor,
        target=room,
        organization_id=room.organization_id,
        before={"name": before},
        after={"name": name},
    )


@transaction.atomic
def remove_room(*, room: Room, actor: User) -> None:
    """The room is gone, with its enrolment codes; its hubs stay at the site, in no room."""
    demand_permission(actor, Permission.SITES_EDIT, room)
    codes = EnrolmentCode.objects.of(room.organization_id).filter(room=room, revoked_at=None)
    for code in codes.filter(uses_left__gt=0, expires_at__gt=timezone.now()):
        take_back(code, actor)
    hubs = Hub.objects.of(room.organization_id).filter(room=room)
    record(
        Tag.ROOM_REMOVED,
        actor=actor,
        target=room,
        organization_id=room.organization_id,
        before={"name": room.name, "site": str(room.site)},
        number=hubs.count(),
        hubs=[str(hub) for hub in hubs.order_by("pk")[:TOLD]],
    )
    room.delete()


def _save(room: Room) -> None:
    try:
        with transaction.atomic():
            room.save()
    except IntegrityError:
        message = _("This name is taken.")
        raise Refused(message, code="name_taken", fields={"name": [message]}) from None
