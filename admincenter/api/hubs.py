"""Hubs: found, seen, named and moved."""

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from accounts.access.permissions import Permission
from accounts.api.bodies import Body, PageQuery, RowField
from accounts.api.resources import OrganizationResource, Resource, changed, listed, read, told
from accounts.api.serializers import TextField
from hubs import services
from hubs.life.selectors import Standing, look_at, presence_of
from hubs.models import Hub, State
from hubs.operations.grouping import set_tags
from hubs.operations.models import LONGEST_TAG
from hubs.operations.selectors import groups_of
from hubs.selectors import credentials_of, hub_for, hubs_anywhere, rooms_of
from mago.core.errors import NotFound
from mago.core.keyset import Listing

from ..selectors.fleets import Fleet as Figures
from ..selectors.fleets import fleet_seen_by
from ..selectors.hubs import find_hubs
from .common import SiteField
from .shapes import NamedSerializer


class HubSerializer(serializers.Serializer[Any]):
    changing = ("standing", "seen_at", "firmware")

    id = serializers.UUIDField()
    organization = serializers.UUIDField(source="organization_id")
    site = NamedSerializer()
    room = NamedSerializer(allow_null=True)
    name = serializers.CharField()
    model = serializers.CharField()
    serial = serializers.CharField()
    firmware = serializers.CharField()
    state = serializers.ChoiceField(choices=State.values)
    state_reason = serializers.CharField()
    state_since = serializers.DateTimeField()
    tags = serializers.SerializerMethodField()
    standing = serializers.ChoiceField(choices=Standing.values, help_text="By its heartbeats.")
    seen_at = serializers.DateTimeField(allow_null=True)
    enrolled_at = serializers.DateTimeField(allow_null=True)
    rotation_asked_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()

    def get_tags(self, hub: Hub) -> list[str]:
        return sorted(tag.name for tag in hub.tags.all())


class PresenceSerializer(serializers.Serializer[Any]):
    """What the hub said of itself last."""

    seen_at = serializers.DateTimeField()
    address = serializers.CharField()
    firmware = serializers.CharField()
    uptime = serializers.IntegerField(allow_null=True, help_text="Seconds.")
    temperature = serializers.FloatField(allow_null=True, help_text="Degrees Celsius.")
    peripherals = serializers.ListField(child=serializers.JSONField())
    software = serializers.CharField()
    software_version = serializers.CharField()


class HubCredentialSerializer(serializers.Serializer[Any]):
    """What the hub proves itself with; nothing of it is shown."""

    id = serializers.UUIDField()
    generation = serializers.IntegerField()
    mechanism = serializers.CharField()
    stage = serializers.CharField()
    created_at = serializers.DateTimeField()
    first_used_at = serializers.DateTimeField(allow_null=True)
    last_used_at = serializers.DateTimeField(allow_null=True)
    last_address = serializers.CharField()
    ended_at = serializers.DateTimeField(allow_null=True)
    expires_at = serializers.DateTimeField()


class OutageSerializer(serializers.Serializer[Any]):
    began_at = serializers.DateTimeField(help_text="When it was heard last.")
    ended_at = serializers.DateTimeField(allow_null=True)


class FleetFiguresSerializer(serializers.Serializer[Any]):
    online = serializers.IntegerField()
    late = serializers.IntegerField()
    offline = serializers.IntegerField()
    quarantined = serializers.IntegerField()


class HubFilters(Body):
    """Which hubs; retired ones are among them only where they are asked for."""

    q = TextField(
        required=False,
        max_length=100,
        help_text="What the serial number or the name contains; short of three letters, how it begins.",
    )
    standing = serializers.ChoiceField(choices=Standing.values, required=False)
    state = serializers.ChoiceField(choices=State.values, required=False)
    site = SiteField(required=False)
    group = RowField(lambda view: groups_of(view.organization), required=False)
    tag = TextField(required=False, max_length=LONGEST_TAG)


class HubQuery(PageQuery, HubFilters):
    """A page of them."""


class HubBody(Body):
    name = TextField(max_length=100, required=False, allow_blank=True)
    site = SiteField(required=False)
    room = RowField(
        lambda view: rooms_of(view.actor, view.organization), required=False, allow_null=True
    )
    tags = serializers.ListField(
        child=TextField(max_length=LONGEST_TAG), required=False, max_length=50
    )


class _Hubs(OrganizationResource):
    def prepare(self, rows: list[Any]) -> None:
        look_at([row for row in rows if isinstance(row, Hub)])


class AllHubs(Resource):
    access = Permission.HUBS_READ
    within = True

    def prepare(self, rows: list[Any]) -> None:
        look_at(rows)

    @listed(HubSerializer, summary="The hubs that you may see, of whatever organization")
    def get(self) -> Listing:
        found = hubs_anywhere(self.actor).select_related("presence").prefetch_related("tags")
        return Listing((found,), key=("created_at", "id"))


class Hubs(_Hubs):
    access = Permission.HUBS_READ
    within = True

    @listed(HubSerializer, query=HubQuery, summary="The hubs of an organization that you may see")
    def get(self, **chosen: Any) -> Listing:
        return find_hubs(self.actor, self.organization, **chosen, whole=True)


class Fleet(OrganizationResource):
    access = Permission.HUBS_READ
    within = True

    @told(FleetFiguresSerializer, summary="How the hubs of an organization stand")
    def get(self) -> Figures:
        return fleet_seen_by(self.actor, self.organization)


class OfOneHub(_Hubs):
    """For who may read the hub; for anybody else there is none."""

    def row(self) -> Any:
        return hub_for(self.actor, self.organization, self.kwargs["hub_id"])

    def locate(self, request: Any) -> Any:
        return self.row()


class OneHub(OfOneHub):
    access = Permission.HUBS_READ
    changes = {"PATCH": Permission.HUBS_EDIT}

    get = read(HubSerializer, summary="One hub")

    @changed(
        HubBody,
        HubSerializer,
        summary="Name a hub, move it, or tag it",
        description="Whoever moves it holds the permission in both places.",
    )
    def patch(self, row: Hub, tags: list[str] | None = None, **data: Any) -> None:
        if tags is not None:
            set_tags(hub=row, tags=tags, actor=self.actor)
        site = data.get("site", row.site)
        room = data.get("room", row.room if site == row.site else None)
        name = data.get("name", row.name)
        services.edit_hub(hub=row, name=name, site=site, room=room, actor=self.actor)


class HubPresence(OfOneHub):
    access = Permission.HUBS_READ

    @told(
        PresenceSerializer,
        summary="What a hub said of itself last",
        description="404: nothing yet.",
    )
    def get(self) -> Any:
        presence = presence_of(self.row())
        if presence is None:
            raise NotFound(_("This hub was never heard."))
        return presence


class HubCredentials(OfOneHub):
    access = Permission.HUBS_READ

    @listed(HubCredentialSerializer, summary="All that a hub ever proved itself with")
    def get(self) -> Listing:
        return Listing((credentials_of(self.row()),), key=("id",))


class HubOutages(OfOneHub):
    access = Permission.HUBS_READ

    @listed(OutageSerializer, summary="When a hub was missed")
    def get(self) -> Listing:
        return Listing((self.row().outages.all(),), key=("began_at", "id"))
