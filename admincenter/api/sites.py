"""The sites of an organization; whoever works at one sees that one."""

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from accounts.access.permissions import Permission
from accounts.access.step_up import demand_proof
from accounts.api.bodies import Body
from accounts.api.resources import (
    OrganizationResource,
    Resource,
    changed,
    created,
    listed,
    merged,
    read,
    removed,
)
from accounts.api.serializers import TextField
from accounts.models import User
from accounts.organizations import services
from accounts.organizations.models import Site
from accounts.organizations.selectors import owned_for, sites_anywhere, sites_of
from accounts.organizations.time_zones import is_time_zone
from mago.core.keyset import Listing

MOST_ATTRIBUTES = 50


class SiteSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    organization = serializers.UUIDField(source="organization_id")
    name = serializers.CharField()
    time_zone = serializers.CharField()
    attributes = serializers.DictField(child=serializers.CharField())
    created_at = serializers.DateTimeField()


class SiteBody(Body):
    name = TextField(max_length=100)
    time_zone = TextField(max_length=50, required=False, help_text="Such as Europe/Rome.")
    attributes = serializers.DictField(
        child=TextField(max_length=200),
        required=False,
        help_text="Names and values for which conditions may ask, such as country: IT.",
    )

    def validate_time_zone(self, name: str) -> str:
        if not is_time_zone(name):
            raise serializers.ValidationError(_("There is no time zone of this name."))
        return name

    def validate_attributes(self, attributes: dict[str, str]) -> dict[str, str]:
        if len(attributes) > MOST_ATTRIBUTES or any(len(name) > 60 for name in attributes):
            words = _("At most %(most)d attributes, with names of at most 60 characters.")
            raise serializers.ValidationError(words % {"most": MOST_ATTRIBUTES})
        return attributes


class AllSites(Resource):
    access = Permission.SITES_READ
    within = True

    @listed(SiteSerializer, summary="The sites that you may see, of whatever organization")
    def get(self) -> Listing:
        return Listing((sites_anywhere(self.actor),), key=("id",))


class Sites(OrganizationResource):
    access = Permission.SITES_READ
    changes = {"POST": Permission.SITES_CREATE}
    within = True

    @listed(SiteSerializer, summary="The sites of an organization that you may see, by name")
    def get(self) -> Listing:
        found = sites_of(self.actor, self.organization)
        return Listing((found,), key=("name",), descending=False)

    @created(SiteBody, SiteSerializer, at=("api-site", "site_id"), summary="A new site")
    def post(self, **data: Any) -> Site:
        return services.create_site(organization=self.organization, actor=self.actor, **data)


class OneSite(OrganizationResource):
    access = Permission.SITES_READ
    changes = {"PATCH": Permission.SITES_EDIT, "DELETE": Permission.SITES_CREATE}

    def row(self) -> Site:
        key = self.kwargs["site_id"]
        site: Site = owned_for(self.actor, Site, self.organization, key, Permission.SITES_READ)
        return site

    def locate(self, request: Any) -> Any:
        # A site is removed by who may make one: in the whole organization.
        return self.organization if request.method == "DELETE" else self.row()

    get = read(SiteSerializer, summary="One site")

    @changed(SiteBody, SiteSerializer, summary="Change a site")
    def patch(self, row: Site, **data: Any) -> None:
        fields = merged(row, data, "name", "time_zone", "attributes")
        services.edit_site(site=row, actor=self.actor, **fields)

    @removed(
        SiteSerializer,
        summary="Remove a site",
        description="With its rooms, its sign-in policies and the roles that are held at it: for who may take these back.",
    )
    def delete(self, row: Site) -> None:
        # Its sign-in policies go, too, which are only touched after a fresh proof; a service account has nobody to give one.
        if isinstance(self.actor, User):
            demand_proof()
        services.remove_site(site=row, actor=self.actor)
