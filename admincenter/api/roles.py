"""Roles: the built-in ones, and those that an organization made; and the conditions under which they count."""

from typing import Any, ClassVar

from rest_framework import serializers

from accounts.access import services
from accounts.access.models import Condition, CustomRole
from accounts.access.permissions import Permission
from accounts.access.roles import PERMISSIONS
from accounts.api.access_shapes import NAMES
from accounts.api.access_shapes import PERMISSIONS as CHOICES
from accounts.api.bodies import Body, DocumentField
from accounts.api.resources import (
    OrganizationResource,
    Resource,
    changed,
    created,
    listed,
    merged,
    read,
    removed,
    told,
)
from accounts.api.serializers import TextField
from mago.core.keyset import Listing

from ..selectors.organizations import conditions_of, custom_roles_of
from .common import BUILT_IN, owned


class BuiltInRoleSerializer(serializers.Serializer[Any]):
    role = serializers.CharField()
    name = serializers.CharField(help_text="In your language.")
    permissions = serializers.ListField(child=serializers.CharField())


class BuiltInRolesSerializer(serializers.Serializer[Any]):
    results = BuiltInRoleSerializer(many=True)


class RoleSerializer(serializers.Serializer[Any]):
    example: ClassVar = {"name": "Caretakers"}

    id = serializers.UUIDField()
    name = serializers.CharField()
    permissions = serializers.ListField(child=serializers.CharField())
    created_at = serializers.DateTimeField()


class RoleBody(Body):
    example: ClassVar = {"name": "Caretakers", "permissions": ["hubs:read", "hubs:reboot"]}

    name = TextField(max_length=60)
    permissions = serializers.ListField(
        child=serializers.ChoiceField(choices=CHOICES), max_length=len(NAMES)
    )


class ConditionSerializer(serializers.Serializer[Any]):
    example: ClassVar = {"name": "At the office", "rule": {"network": ["192.0.2.0/24"]}}

    id = serializers.UUIDField()
    name = serializers.CharField()
    rule = serializers.DictField(help_text="As docs/organizations.md describes it.")
    created_at = serializers.DateTimeField()


class ConditionBody(Body):
    example: ClassVar = {"name": "At the office", "rule": {"network": ["192.0.2.0/24"]}}

    name = TextField(max_length=60)
    rule = DocumentField(help_text="As docs/organizations.md describes it.")


class BuiltInRoles(Resource):
    access = Permission.ROLES_READ
    within = True

    @told(BuiltInRolesSerializer, summary="The built-in roles, and what each of them allows")
    def get(self) -> dict[str, Any]:
        roles = [
            {"role": role.value, "name": role.label, "permissions": sorted(PERMISSIONS[role])}
            for role in BUILT_IN
        ]
        return {"results": roles}


class Roles(OrganizationResource):
    access = Permission.ROLES_READ
    changes = {"POST": Permission.ROLES_EDIT}
    within = True

    @listed(RoleSerializer, summary="The roles that an organization made, by name")
    def get(self) -> Listing:
        return Listing((custom_roles_of(self.organization),), key=("name",), descending=False)

    @created(RoleBody, RoleSerializer, at=("api-role", "role_id"), summary="A new role")
    def post(self, **data: Any) -> CustomRole:
        return services.create_custom_role(organization=self.organization, actor=self.actor, **data)


class OneRole(OrganizationResource):
    access = Permission.ROLES_READ
    changes = {"PATCH": Permission.ROLES_EDIT, "DELETE": Permission.ROLES_EDIT}

    def row(self) -> CustomRole:
        role: CustomRole = owned(self, CustomRole, "role_id", Permission.ROLES_READ)
        return role

    get = read(RoleSerializer, summary="One role that the organization made")

    @changed(
        RoleBody,
        RoleSerializer,
        summary="Change a role",
        description="Whoever holds it holds the new permissions from the next request on. A dry run tells who that is.",
    )
    def patch(self, row: CustomRole, **data: Any) -> None:
        fields = merged(row, data, "name", "permissions")
        services.edit_custom_role(role=row, actor=self.actor, **fields)

    @removed(RoleSerializer, summary="Delete a role, and take it from everybody")
    def delete(self, row: CustomRole) -> None:
        services.delete_custom_role(role=row, actor=self.actor)


class Conditions(OrganizationResource):
    access = Permission.ROLES_READ
    changes = {"POST": Permission.CONDITIONS_EDIT}

    @listed(ConditionSerializer, summary="The conditions of an organization, by name")
    def get(self) -> Listing:
        return Listing((conditions_of(self.organization),), key=("name",), descending=False)

    @created(
        ConditionBody,
        ConditionSerializer,
        at=("api-condition", "condition_id"),
        summary="A new condition",
    )
    def post(self, **data: Any) -> Condition:
        return services.create_condition(organization=self.organization, actor=self.actor, **data)


class OneCondition(OrganizationResource):
    access = Permission.ROLES_READ
    changes = {"PATCH": Permission.CONDITIONS_EDIT, "DELETE": Permission.CONDITIONS_EDIT}

    def row(self) -> Condition:
        found: Condition = owned(self, Condition, "condition_id", Permission.ROLES_READ)
        return found

    get = read(ConditionSerializer, summary="One condition")

    @changed(ConditionBody, ConditionSerializer, summary="Change a condition")
    def patch(self, row: Condition, **data: Any) -> None:
        fields = merged(row, data, "name", "rule")
        services.edit_condition(condition=row, actor=self.actor, **fields)

    @removed(
        ConditionSerializer,
        summary="Delete a condition",
        description="`409 in_use` while a role stands under it.",
    )
    def delete(self, row: Condition) -> None:
        services.delete_condition(condition=row, actor=self.actor)
