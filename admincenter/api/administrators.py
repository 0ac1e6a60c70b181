"""Who administers the platform, or holds another role on it."""

from typing import Any, ClassVar

from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.fields import empty

from accounts.access.models import RoleBinding
from accounts.access.permissions import Permission
from accounts.access.roles import ON_PLATFORM, RoleName
from accounts.access.services import revoke_on_platform
from accounts.api.bodies import Body, ReasonBody
from accounts.api.resources import Resource, acted, created, listed, read
from accounts.api.serializers import EmailField, TextField
from accounts.models import User
from accounts.organizations.services import grant_on_platform
from mago.audit.cleaning import LONGEST_REASON
from mago.core.keyset import Listing

from ..selectors.administrators import administrator_for, find_administrators
from .shapes import PersonRefSerializer

ROLES = [role for role in RoleName if role in ON_PLATFORM]


class AdministratorSerializer(serializers.Serializer[Any]):
    """A role that a person holds on the platform."""

    id = serializers.UUIDField(help_text="Of the role that is held.")
    person = PersonRefSerializer(source="user")
    role = serializers.CharField()
    has_factor = serializers.BooleanField(help_text="Whether they have a second factor.")
    expires_at = serializers.DateTimeField(allow_null=True, help_text="Null: for good.")
    granted_at = serializers.DateTimeField()
    granted_by = PersonRefSerializer(allow_null=True)


class PersonByAddressField(EmailField):
    """The e-mail address of somebody who has an account; cleaned to the person."""

    def run_validation(self, data: Any = empty) -> Any:
        email = super().run_validation(data)
        if (found := User.objects.filter(email=email).first()) is None:
            raise serializers.ValidationError(_("Nobody here has this address."))
        return found


class AppointBody(Body):
    example: ClassVar = {"person": "ada@example.com", "reason": "Second administrator"}

    person = PersonByAddressField(help_text="The e-mail address of somebody who has an account.")
    role = serializers.ChoiceField(
        choices=ROLES,
        default=RoleName.PLATFORM_ADMINISTRATOR,
        help_text="It counts in every organization.",
    )
    expires_at = serializers.DateTimeField(required=False, allow_null=True)
    reason = TextField(max_length=LONGEST_REASON, help_text="Kept in the audit trail.")


class Administrators(Resource):
    access = Permission.ROLES_READ
    changes = {"POST": Permission.ADMINISTRATORS_EDIT}

    @listed(AdministratorSerializer, summary="Who holds a role on the platform")
    def get(self) -> Listing:
        return find_administrators()

    @created(
        AppointBody,
        AdministratorSerializer,
        at=("api-administrator", "binding_id"),
        summary="Grant somebody a role on the platform; without one, that of its administrator",
        description="Doing it again sets the end anew. They and the administrators are told. `403` for more than you "
        "hold on the platform for good; `409 last_administrator` where nobody would be left who does for good.",
    )
    def post(self, **data: Any) -> RoleBinding:
        binding = grant_on_platform(actor=self.actor, **data)
        return administrator_for(binding.pk)


class _OfOneAdministrator(Resource):
    def row(self) -> RoleBinding:
        return administrator_for(self.kwargs["binding_id"])


class OneAdministrator(_OfOneAdministrator):
    access = Permission.ROLES_READ

    get = read(AdministratorSerializer, summary="One role on the platform")


class DismissAdministrator(_OfOneAdministrator):
    access = Permission.ROLES_READ
    changes = {"POST": Permission.ADMINISTRATORS_EDIT}

    @acted(
        ReasonBody,
        None,
        summary="Somebody holds a role on the platform no longer",
        description="From the next request on. `409 last_administrator` for the last one who does for good.",
    )
    def post(self, reason: str) -> None:
        revoke_on_platform(binding=self.row(), actor=self.actor, reason=reason)
