"""/api/v1/me/organizations: where one belongs, and as what."""

from typing import Any
from uuid import UUID

from rest_framework import serializers, status

from accounts.access.models import Membership
from accounts.access.services import leave
from accounts.organizations.selectors import Place, places_of
from accounts.organizations.services import accept_invitation
from mago.core.errors import NotFound
from mago.core.guards import SIGNED_IN

from ..bodies import KeyBody
from ..resources import Resource, acted, read, removed, told


class MyRoleSerializer(serializers.Serializer[Any]):
    role = serializers.CharField(source="role_key")
    name = serializers.CharField(source="role_name", help_text="In your language.")
    site = serializers.UUIDField(source="site_id", allow_null=True)
    expires_at = serializers.DateTimeField(allow_null=True)


class PlaceSerializer(serializers.Serializer[Any]):
    """An organization that one belongs to, and what one holds there."""

    id = serializers.UUIDField(source="membership.organization_id")
    name = serializers.CharField(source="membership.organization.name")
    slug = serializers.CharField(source="membership.organization.slug")
    joined_at = serializers.DateTimeField(source="membership.joined_at")
    roles = MyRoleSerializer(source="bindings", many=True)


class PlacesSerializer(serializers.Serializer[Any]):
    results = PlaceSerializer(many=True)


class MyOrganizations(Resource):
    access = SIGNED_IN
    changes = {"POST": SIGNED_IN}

    @told(PlacesSerializer, summary="The organizations that I belong to, and as what")
    def get(self) -> dict[str, Any]:
        return {"results": places_of(self.actor)}

    @acted(
        KeyBody,
        PlaceSerializer,
        summary="Accept an invitation",
        description="It is for the address that it was sent to: `403 other_address` for anybody else.",
        code=status.HTTP_201_CREATED,
    )
    def post(self, key: str) -> Place:
        joined = accept_invitation(secret=key, user=self.actor)
        return _place(self, joined.organization_id)


class MyOrganization(Resource):
    access = SIGNED_IN
    changes = {"DELETE": SIGNED_IN}

    def row(self) -> Place:
        return _place(self, self.kwargs["place_id"])

    def held(self, row: Place) -> Membership:
        membership: Membership = row.membership
        return membership

    get = read(PlaceSerializer, summary="One organization that I belong to")

    @removed(PlaceSerializer, summary="Leave an organization", description="`409 last_owner`.")
    def delete(self, row: Place) -> None:
        leave(membership=self.held(row))


def _place(view: Resource, organization_id: UUID) -> Place:
    for place in places_of(view.actor):
        if place.membership.organization_id == organization_id:
            return place
    raise NotFound
