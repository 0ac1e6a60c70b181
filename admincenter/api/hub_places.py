"""The rooms in which hubs stand, and the codes by which hubs come in."""

from datetime import timedelta
from typing import Any, ClassVar

from rest_framework import serializers

from accounts.access.permissions import Permission
from accounts.api.bodies import Body, RowField
from accounts.api.resources import (
    OrganizationResource,
    acted,
    changed,
    created,
    listed,
    read,
    removed,
)
from accounts.api.serializers import StringField, TextField
from hubs import services
from hubs.models import EnrolmentCode, Room
from hubs.selectors import rooms_of
from hubs.services.codes import MOST_USES
from mago.core.keyset import Listing

from ..selectors.hubs import code_for, find_codes, room_for
from .common import SiteField
from .hubs import OfOneHub
from .shapes import OnceField, PersonRefSerializer

LONGEST_LIST = 1024 * 1024


class RoomSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    site = serializers.UUIDField(source="site_id")
    name = serializers.CharField()
    created_at = serializers.DateTimeField()


class RoomBody(Body):
    name = TextField(max_length=100)


class NewRoomBody(RoomBody):
    site = SiteField()


class EnrolmentCodeSerializer(serializers.Serializer[Any]):
    """Of the code itself only a digest is kept."""

    changing = ("uses_left",)

    id = serializers.UUIDField()
    site = serializers.UUIDField(source="site_id", allow_null=True)
    room = serializers.UUIDField(source="room_id", allow_null=True)
    hub = serializers.UUIDField(source="hub_id", allow_null=True)
    model = serializers.CharField()
    uses = serializers.IntegerField()
    uses_left = serializers.IntegerField()
    created_at = serializers.DateTimeField()
    created_by = PersonRefSerializer(allow_null=True)
    expires_at = serializers.DateTimeField()
    revoked_at = serializers.DateTimeField(allow_null=True)


class NewEnrolmentCodeSerializer(EnrolmentCodeSerializer):
    code = OnceField()


class EnrolmentCodeBody(Body):
    """For a room, for a site, or for wherever the serial numbers are expected."""

    site = SiteField(required=False, allow_null=True)
    room = RowField(
        lambda view: rooms_of(view.actor, view.organization), required=False, allow_null=True
    )
    model = TextField(max_length=64, required=False, allow_blank=True, help_text="Only this one.")
    uses = serializers.IntegerField(
        required=False, default=1, min_value=1, max_value=MOST_USES, help_text="How many hubs."
    )
    days = serializers.IntegerField(required=False, default=10, min_value=1, max_value=90)


class ImportBody(Body):
    example: ClassVar = {"text": "model,serial,site,room\nP-1,S-1042,Main hall,Blue\n"}

    text = StringField(
        max_length=LONGEST_LIST,
        trim_whitespace=False,
        help_text="CSV; the first line names the columns: serial, model, site, and if you like room and name.",
    )
    dry_run = serializers.BooleanField(required=False, default=True)


class ImportedLineSerializer(serializers.Serializer[Any]):
    line = serializers.IntegerField(source="number")
    serial = serializers.CharField()
    problems = serializers.ListField(source="errors", child=serializers.CharField())


class ImportedSerializer(serializers.Serializer[Any]):
    imported = serializers.BooleanField(help_text="All of them, or none.")
    lines = ImportedLineSerializer(many=True)


class Rooms(OrganizationResource):
    access = Permission.HUBS_READ
    changes = {"POST": Permission.SITES_EDIT}
    within = True

    @listed(RoomSerializer, summary="The rooms of an organization that you may see")
    def get(self) -> Listing:
        return Listing((rooms_of(self.actor, self.organization),), key=("id",))

    @created(NewRoomBody, RoomSerializer, at=("api-room", "room_id"), summary="A new room")
    def post(self, **data: Any) -> Room:
        return services.create_room(actor=self.actor, **data)


class OneRoom(OrganizationResource):
    access = Permission.HUBS_READ
    changes = {"PATCH": Permission.SITES_EDIT, "DELETE": Permission.SITES_EDIT}

    def row(self) -> Room:
        return room_for(self.actor, self.organization, self.kwargs["room_id"])

    def locate(self, request: Any) -> Any:
        return self.row()

    get = read(RoomSerializer, summary="One room")

    @changed(RoomBody, RoomSerializer, summary="Rename a room")
    def patch(self, row: Room, name: str) -> None:
        services.edit_room(room=row, name=name, actor=self.actor)

    @removed(RoomSerializer, summary="Remove a room; its hubs stay at the site")
    def delete(self, row: Room) -> None:
        services.remove_room(room=row, actor=self.actor)


class Codes(OrganizationResource):
    access = Permission.HUB_CODES_READ
    changes = {"POST": Permission.HUBS_ENROL}
    within = True

    @listed(EnrolmentCodeSerializer, summary="The enrolment codes that still let somebody in")
    def get(self) -> Listing:
        return find_codes(self.actor, self.organization)

    @created(
        EnrolmentCodeBody,
        NewEnrolmentCodeSerializer,
        at=("api-hub-code", "code_id"),
        once_shown=("code",),
        summary="A new enrolment code",
        description="It is shown in this answer and never again.",
    )
    def post(self, days: int, **data: Any) -> EnrolmentCode:
        row, code = services.create_enrolment_code(
            organization=self.organization,
            lifetime=timedelta(days=days),
            actor=self.actor,
            **data,
        )
        row.shown = code  # type: ignore[attr-defined]
        return row


class OneCode(OrganizationResource):
    access = Permission.HUB_CODES_READ
    changes = {"DELETE": Permission.HUBS_ENROL}

    def row(self) -> EnrolmentCode:
        return code_for(self.actor, self.organization, self.kwargs["code_id"])

    def locate(self, request: Any) -> Any:
        return self.row()

    get = read(
        EnrolmentCodeSerializer, summary="One enrolment code, and how many have come in by it"
    )

    @removed(
        EnrolmentCodeSerializer, summary="Take an enrolment code back: it lets nobody in any more"
    )
    def delete(self, row: EnrolmentCode) -> None:
        services.revoke_enrolment_code(code=row, actor=self.actor)


class EnrolAgain(OfOneHub):
    access = Permission.HUBS_READ
    changes = {"POST": Permission.HUBS_ENROL}

    @created(
        Body,
        NewEnrolmentCodeSerializer,
        once_shown=("code",),
        summary="A code that gives this hub, and no other, a new credential",
    )
    def post(self) -> EnrolmentCode:
        row, code = services.create_enrolment_code(
            organization=self.organization, hub=self.row(), actor=self.actor
        )
        row.shown = code  # type: ignore[attr-defined]
        return row


class ImportHubs(OrganizationResource):
    access = Permission.HUBS_ENROL
    changes = {"POST": Permission.HUBS_ENROL}
    within = True

    @acted(
        ImportBody,
        ImportedSerializer,
        summary="Expect the hubs of a list, or see what is wrong with it",
        description="Unless `dry_run` is false nothing is written; nor is it where a line has a problem.",
    )
    def post(self, text: str, dry_run: bool) -> dict[str, Any]:
        lines = services.import_hubs(
            organization=self.organization, text=text, actor=self.actor, dry_run=dry_run
        )
        is_wrong = any(line.errors for line in lines)
        return {"imported": not dry_run and not is_wrong, "lines": lines}
