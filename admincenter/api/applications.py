"""Applications that sign people in through us: registered, changed, disabled, and given secrets.

The same resources serve an organization and the platform, whose own are of no organization.
"""

from types import SimpleNamespace
from typing import Any, ClassVar

from rest_framework import serializers

from accounts.access.permissions import Permission
from accounts.api.bodies import Body, DocumentField, PageQuery, RowField
from accounts.api.resources import acted, changed, created, listed, read, removed
from accounts.api.serializers import TextField
from accounts.provider import services
from accounts.provider.models import Algorithm, Application, ApplicationType, AuthMethod
from accounts.provider.registration import GRANTS
from accounts.provider.selectors import application_for, may_act_as
from mago.core.errors import NotFound
from mago.core.keyset import Listing

from ..selectors.applications import find_applications, secrets_of
from .common import OwnerResource
from .shapes import OnceField, PersonRefSerializer

ALL_GRANTS = sorted({grant for grants in GRANTS.values() for grant in grants})
LISTED: dict[str, Any] = {"required": False, "max_length": 50}


class ApplicationSerializer(serializers.Serializer[Any]):
    example: ClassVar = {"name": "Wiki"}

    id = serializers.UUIDField(help_text="Its client_id.")
    name = serializers.CharField()
    type = serializers.ChoiceField(choices=ApplicationType.values)
    auth_method = serializers.ChoiceField(choices=AuthMethod.values)
    redirect_uris = serializers.ListField(child=serializers.CharField())
    logout_uris = serializers.ListField(child=serializers.CharField())
    backchannel_logout_uri = serializers.CharField()
    grants = serializers.ListField(child=serializers.CharField())
    scopes = serializers.ListField(child=serializers.CharField())
    resources = serializers.ListField(child=serializers.CharField())
    id_token_algorithm = serializers.ChoiceField(choices=Algorithm.values)
    service_account = serializers.UUIDField(source="service_account_id", allow_null=True)
    jwks = serializers.DictField(allow_null=True)
    is_active = serializers.BooleanField()
    created_at = serializers.DateTimeField()


class NewApplicationSerializer(ApplicationSerializer):
    client_secret = OnceField(help_text="Where it proves itself by one.")


class ClientSecretSerializer(serializers.Serializer[Any]):
    slot = serializers.IntegerField()
    hint = serializers.CharField(help_text="How it ends.")
    created_at = serializers.DateTimeField()
    created_by = PersonRefSerializer(allow_null=True)


class NewClientSecretSerializer(serializers.Serializer[Any]):
    client_secret = OnceField()


class ApplicationQuery(PageQuery):
    q = TextField(
        required=False,
        max_length=60,
        help_text="What the name contains; short of three letters, how it begins.",
    )
    state = serializers.ChoiceField(choices=["active", "disabled"], required=False)


class ApplicationBody(Body):
    """What is wrong with an address is said by the service, beside its field."""

    example: ClassVar[dict[str, Any]] = {"name": "Handbook"}

    name = TextField(max_length=60)
    redirect_uris = serializers.ListField(child=TextField(max_length=500), **LISTED)
    logout_uris = serializers.ListField(child=TextField(max_length=500), **LISTED)
    backchannel_logout_uri = TextField(max_length=500, required=False, allow_blank=True)
    grants = serializers.ListField(child=serializers.ChoiceField(choices=ALL_GRANTS), **LISTED)
    scopes = serializers.ListField(child=TextField(max_length=100), **LISTED)
    resources = serializers.ListField(child=TextField(max_length=300), **LISTED)
    id_token_algorithm = serializers.ChoiceField(choices=Algorithm.values, required=False)
    service_account = RowField(
        lambda view: may_act_as(view.whose),
        required=False,
        allow_null=True,
        help_text="A service account in use.",
    )
    jwks = DocumentField(required=False, allow_null=True, help_text="Its public keys (RFC 7517).")


class NewApplicationBody(ApplicationBody):
    example: ClassVar[dict[str, Any]] = {
        "name": "Wiki",
        "type": "confidential",
        "redirect_uris": ["https://wiki.example.com/back"],
    }

    type = serializers.ChoiceField(choices=ApplicationType.values)
    auth_method = serializers.ChoiceField(
        choices=AuthMethod.values, required=False, help_text="Else what is usual for its type."
    )


class Applications(OwnerResource):
    access = Permission.APPLICATIONS_READ
    changes = {"POST": Permission.APPLICATIONS_EDIT}

    @listed(
        ApplicationSerializer,
        query=ApplicationQuery,
        summary="The applications of an organization, or of the platform itself, by name",
    )
    def get(self, **chosen: Any) -> Listing:
        return find_applications(self.whose, **chosen)

    @created(
        NewApplicationBody,
        NewApplicationSerializer,
        at=("api-application", "application_id"),
        once_shown=("client_secret",),
        summary="Register an application",
        description="Its secret, where it has one, is shown in this answer and never again.",
    )
    def post(self, **data: Any) -> Application:
        application, secret = services.create_application(
            organization=self.whose, actor=self.actor, **data
        )
        application.shown = secret or None  # type: ignore[attr-defined]
        return application


class _OfOneApplication(OwnerResource):
    def row(self) -> Application:
        return application_for(self.actor, self.whose, self.kwargs["application_id"])


class OneApplication(_OfOneApplication):
    access = Permission.APPLICATIONS_READ
    changes = {"PATCH": Permission.APPLICATIONS_EDIT}

    get = read(ApplicationSerializer, summary="One application")

    @changed(
        ApplicationBody,
        ApplicationSerializer,
        summary="Change an application",
        description="Its type and how it proves itself stay.",
    )
    def patch(self, row: Application, **data: Any) -> None:
        services.edit_application(application=row, actor=self.actor, **data)


class DisableApplication(_OfOneApplication):
    access = Permission.APPLICATIONS_READ
    changes = {"POST": Permission.APPLICATIONS_EDIT}

    @acted(None, ApplicationSerializer, summary="Disable an application: none of its tokens counts")
    def post(self) -> Application:
        services.set_application_active(application=self.row(), active=False, actor=self.actor)
        return self.row()


class EnableApplication(_OfOneApplication):
    access = Permission.APPLICATIONS_READ
    changes = {"POST": Permission.APPLICATIONS_EDIT}

    @acted(None, ApplicationSerializer, summary="Enable an application")
    def post(self) -> Application:
        services.set_application_active(application=self.row(), active=True, actor=self.actor)
        return self.row()


class Secrets(_OfOneApplication):
    access = Permission.APPLICATIONS_READ
    changes = {"POST": Permission.APPLICATIONS_EDIT}

    @listed(ClientSecretSerializer, summary="The secrets of an application, at most two, hidden")
    def get(self) -> Listing:
        return Listing((secrets_of(self.row()),), key=("created_at", "slot"), descending=False)

    @created(
        Body,
        NewClientSecretSerializer,
        once_shown=("client_secret",),
        summary="A second secret, to move the application to",
        description="Shown in this answer and never again. `409` where it has two.",
    )
    def post(self) -> SimpleNamespace:
        row = self.row()
        return SimpleNamespace(
            shown=services.create_client_secret(application=row, actor=self.actor)
        )


class OneSecret(_OfOneApplication):
    access = Permission.APPLICATIONS_READ
    changes = {"DELETE": Permission.APPLICATIONS_EDIT}

    def row(self) -> Any:
        secret = secrets_of(super().row()).filter(slot=self.kwargs["slot"]).first()
        if secret is None:
            raise NotFound
        return secret

    get = read(ClientSecretSerializer, summary="One secret, hidden")

    @removed(ClientSecretSerializer, summary="Revoke a secret")
    def delete(self, row: Any) -> None:
        services.revoke_client_secret(application=super().row(), slot=row.slot, actor=self.actor)
