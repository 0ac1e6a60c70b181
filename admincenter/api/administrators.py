"""Who administers the platform."""

from typing import Any, ClassVar

from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.fields import empty

from accounts.access.models import RoleBinding
from accounts.access.permissions import Permission
from accounts.access.services import appoint_administrator, dismiss_administrator
from accounts.api.bodies import Body, ReasonBody
from accounts.api.resources import Resource, acted, created, listed, read
from accounts.api.serializers import EmailField, TextField
from accounts.models import User
from mago.audit.cleaning import LONGEST_REASON
from mago.core.keyset import Listing

from ..selectors.administrators import administrator_for, find_administrators
from .shapes import PersonRefSerializer


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
    expires_at = serializers.DateTimeField(required=False, allow_null=True)
    reason = TextField(max_length=LONGEST_REASON, help_text="Kept in the audit trail.")


class Administrators(Resource):
    access = Permission.ROLES_READ
    changes = {"POST": Permission.ROLES_BIND}

    @listed(AdministratorSerializer, summary="Who administers the platform")
    def get(self) -> Listing:
        return find_administrators()

    @created(
        AppointBody,
        AdministratorSerializer,
        at=("api-administrator", "binding_id"),
        summary="Make somebody an administrator of the platform",
        description="Doing it again sets the end anew. They and the other administrators are told. `403` for who "
        "administers it for a time only; `409 last_administrator` where nobody would be left who does for good.",
    )
    def post(self, **data: Any) -> RoleBinding:
        binding = appoint_administrator(actor=self.actor, **data)
        return administrator_for(binding.pk)


class _OfOneAdministrator(Resource):
    def row(self) -> RoleBinding:
        return administrator_for(self.kwargs["binding_id"])


class OneAdministrator(_OfOneAdministrator):
    access = Permission.ROLES_READ

    get = read(AdministratorSerializer, summary="One administrator")


class DismissAdministrator(_OfOneAdministrator):
    access = Permission.ROLES_READ
    changes = {"POST": Permission.ROLES_BIND}

    @acted(
        ReasonBody,
        None,
        summary="Somebody administers the platform no longer",
        description="From the next request on. `409 last_administrator` for the last one who does for good.",
    )
    def post(self, reason: str) -> None:
        dismiss_administrator(binding=self.row(), actor=self.actor, reason=reason)
