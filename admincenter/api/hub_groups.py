"""Groups of hubs, of whatever sites, that are spoken of together."""

from typing import Any, ClassVar

from django.utils.translation import gettext as _
from rest_framework import serializers

from accounts.access.permissions import Permission
from accounts.api.bodies import Body
from accounts.api.resources import (
    OrganizationResource,
    acted,
    changed,
    created,
    listed,
    read,
    removed,
)
from accounts.api.serializers import TextField
from hubs.models import Hub
from hubs.operations import grouping
from hubs.operations.models import Group
from hubs.operations.selectors import group_for, groups_of
from hubs.selectors import hubs_of
from mago.core.errors import Refused
from mago.core.keyset import Listing

MOST = 500
KEYS: dict[str, Any] = {"required": False, "default": list, "max_length": MOST}


class GroupSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()
    created_at = serializers.DateTimeField()


class GroupWithSizeSerializer(GroupSerializer):
    size = serializers.IntegerField(help_text="How many hubs are in it.")


class GroupBody(Body):
    example: ClassVar = {"name": "Pilots"}

    name = TextField(max_length=60)


class RegroupBody(Body):
    add = serializers.ListField(child=serializers.UUIDField(), help_text="Hubs.", **KEYS)
    remove = serializers.ListField(child=serializers.UUIDField(), help_text="Hubs.", **KEYS)


class RegroupedSerializer(serializers.Serializer[Any]):
    added = serializers.IntegerField(help_text="That were not in it before.")
    removed = serializers.IntegerField(help_text="That were in it before.")


class Groups(OrganizationResource):
    access = Permission.HUBS_READ
    changes = {"POST": Permission.HUBS_EDIT}

    @property
    def within(self) -> bool:  # type: ignore[override]
        """A group is of the whole organization; whoever sees a site sees what groups there are."""
        return self.request.method == "GET"

    @listed(GroupWithSizeSerializer, summary="The groups of hubs, by name")
    def get(self) -> Listing:
        return Listing((groups_of(self.organization),), key=("name",), descending=False)

    @created(
        GroupBody, GroupSerializer, at=("api-hub-group", "group_id"), summary="A new group of hubs"
    )
    def post(self, name: str) -> Group:
        return grouping.create_group(organization=self.organization, name=name, actor=self.actor)


class _OfOneGroup(OrganizationResource):
    def row(self) -> Group:
        return group_for(self.organization, self.kwargs["group_id"])


class OneGroup(_OfOneGroup):
    access = Permission.HUBS_READ
    changes = {"PATCH": Permission.HUBS_EDIT, "DELETE": Permission.HUBS_EDIT}

    get = read(GroupSerializer, summary="One group of hubs")

    @changed(GroupBody, GroupSerializer, summary="Rename a group of hubs")
    def patch(self, row: Group, name: str) -> None:
        grouping.rename_group(group=row, name=name, actor=self.actor)

    @removed(GroupSerializer, summary="Remove a group; its hubs stay")
    def delete(self, row: Group) -> None:
        grouping.remove_group(group=row, actor=self.actor)


class Regroup(_OfOneGroup):
    access = Permission.HUBS_READ
    changes = {"POST": Permission.HUBS_EDIT}
    within = True

    @acted(
        RegroupBody, RegroupedSerializer, summary="Put hubs into a group, or take them out of it"
    )
    def post(self, add: list[Any], remove: list[Any]) -> dict[str, int]:
        group = self.row()
        adding, removing = chosen_hubs(self, "add", add), chosen_hubs(self, "remove", remove)
        added = grouping.add_to_group(group=group, hubs=adding, actor=self.actor)
        removed = grouping.take_from_group(group=group, hubs=removing, actor=self.actor)
        return {"added": added, "removed": removed}


def chosen_hubs(view: OrganizationResource, field: str, keys: list[Any]) -> list[Hub]:
    """The hubs of these keys; Refused where one is not there to see."""
    found = list(hubs_of(view.actor, view.organization).filter(pk__in=keys)) if keys else []
    if len(found) < len(set(keys)):
        message = _("Some of these hubs are not there any more.")
        raise Refused(message, fields={field: [message]})
    return found
