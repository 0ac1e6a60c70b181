"""Organizations: found, made, renamed, disabled and enabled."""

from typing import Any, ClassVar

from django.utils.translation import gettext as _
from rest_framework import serializers

from accounts.access.permissions import Permission
from accounts.api.bodies import Body, OptionalReasonBody, PageQuery
from accounts.api.resources import (
    OrganizationResource,
    Resource,
    acted,
    changed,
    created,
    listed,
    read,
)
from accounts.api.serializers import EmailField, TextField
from accounts.models import User
from accounts.organizations import services
from accounts.organizations.models import Organization
from accounts.organizations.selectors import organization_by_id
from mago.core.keyset import Listing

from ..selectors.organizations import find_organizations


class OrganizationSerializer(serializers.Serializer[Any]):
    example: ClassVar = {"name": "Acme", "slug": "acme"}

    id = serializers.UUIDField()
    name = serializers.CharField()
    slug = serializers.SlugField(help_text="Part of the addresses of pages; stays.")
    is_active = serializers.BooleanField()
    created_at = serializers.DateTimeField()


class OrganizationQuery(PageQuery):
    q = TextField(
        required=False,
        max_length=100,
        help_text="What the name or the slug contains; short of three letters, how the slug begins.",
    )


class RenameBody(Body):
    example: ClassVar = {"name": "Acme Europe"}

    name = TextField(max_length=100)


class OrganizationBody(RenameBody):
    example: ClassVar = {"name": "Acme"}

    owner = EmailField(help_text="The e-mail address of somebody who has an account.")
    slug = serializers.SlugField(required=False, max_length=50)

    def validate_owner(self, email: str) -> User:
        person = User.objects.filter(email=email, is_active=True).first()
        if person is None:
            raise serializers.ValidationError(_("Nobody here has this address."))
        return person


class Organizations(Resource):
    access = Permission.ORGANIZATIONS_READ
    changes = {"POST": Permission.ORGANIZATIONS_CREATE}
    within = True

    @listed(
        OrganizationSerializer,
        query=OrganizationQuery,
        summary="The organizations that you may see",
        description="The newest first; with `q` in the order of slugs.",
    )
    def get(self, **chosen: Any) -> Listing:
        return find_organizations(self.actor, **chosen)

    @created(
        OrganizationBody,
        OrganizationSerializer,
        at=("api-organization", "organization_id"),
        summary="A new organization",
        description="The owner is its first member.",
    )
    def post(self, **data: Any) -> Organization:
        return services.create_organization(actor=self.actor, **data)


class OneOrganization(OrganizationResource):
    access = Permission.ORGANIZATIONS_READ
    changes = {"PATCH": Permission.ORGANIZATIONS_EDIT}
    within = True

    def row(self) -> Organization:
        return organization_by_id(self.actor, self.kwargs["organization_id"])

    get = read(OrganizationSerializer, summary="One organization")

    @changed(RenameBody, OrganizationSerializer, summary="Rename an organization")
    def patch(self, row: Organization, name: str) -> None:
        services.rename_organization(organization=row, name=name, actor=self.actor)


class DisableOrganization(OrganizationResource):
    access = Permission.ORGANIZATIONS_CREATE
    changes = {"POST": Permission.ORGANIZATIONS_CREATE}

    @acted(
        OptionalReasonBody,
        OrganizationSerializer,
        summary="Disable an organization",
        description="What it granted counts no longer.",
    )
    def post(self, reason: str) -> Organization:
        services.set_organization_active(
            organization=self.organization, active=False, actor=self.actor, reason=reason
        )
        return self.organization


class EnableOrganization(OrganizationResource):
    access = Permission.ORGANIZATIONS_CREATE
    changes = {"POST": Permission.ORGANIZATIONS_CREATE}

    @acted(OptionalReasonBody, OrganizationSerializer, summary="Enable an organization")
    def post(self, reason: str) -> Organization:
        services.set_organization_active(
            organization=self.organization, active=True, actor=self.actor, reason=reason
        )
        return self.organization
