"""The providers: made, understood, put to work and removed."""

from typing import Any, ClassVar

from rest_framework import serializers

from accounts.access.permissions import Permission
from accounts.api.bodies import Body, OptionalReasonBody
from accounts.api.resources import Resource, acted, changed, created, listed, read, removed
from accounts.api.serializers import TextField
from accounts.federation.enterprise import services
from accounts.federation.enterprise.kinds import known_kinds
from accounts.federation.enterprise.models import IdentityProvider, Kind, State
from mago.core.keyset import Listing

from ...selectors.identity_providers import add_endings, find_providers, standing_of
from ..shapes import NamedSerializer
from .common import OfOneProvider, ProvidersResource

AT = ("api-identity-provider", "provider_id")
STATES = [state.value for state in State if state != State.DRAFT]
MOST_GROUPS = 100


class EndingSerializer(serializers.Serializer[Any]):
    """A certificate that ends soon, or has."""

    text = serializers.CharField()
    ends_at = serializers.DateTimeField()
    is_urgent = serializers.BooleanField()


class IdentityProviderSerializer(serializers.Serializer[Any]):
    example: ClassVar = {
        "kind": "oidc",
        "name": "Entra ID",
        "slug": "entra-id",
        "attribute_mapping": {"groups": "groups"},
    }

    changing = ("people", "last_used_at", "endings")

    id = serializers.UUIDField()
    organization = NamedSerializer()
    kind = serializers.ChoiceField(choices=Kind.values)
    name = serializers.CharField()
    slug = serializers.CharField(help_text="Part of its addresses.")
    state = serializers.ChoiceField(choices=State.values)
    trusts_second_factor = serializers.BooleanField()
    second_factor_values = serializers.ListField(child=serializers.CharField())
    provisions = serializers.BooleanField(help_text="New people get an account.")
    allow_idp_initiated = serializers.BooleanField()
    attribute_mapping = serializers.DictField(child=serializers.CharField())
    required_groups = serializers.ListField(child=serializers.CharField())
    people = serializers.IntegerField(help_text="Whom it knows.")
    last_used_at = serializers.DateTimeField(allow_null=True)
    endings = EndingSerializer(many=True)
    live_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()


class NewIdentityProviderBody(Body):
    example: ClassVar = {"kind": "oidc", "name": "Entra ID"}

    kind = serializers.ChoiceField(choices=[kind.value for kind in known_kinds()])
    name = TextField(max_length=60)
    slug = serializers.SlugField(max_length=50, required=False)


def _attribute() -> TextField:
    return TextField(max_length=200, required=False, allow_blank=True)


class AttributesBody(Body):
    """The name of the attribute that tells each of these."""

    email = _attribute()
    name = _attribute()
    first_name = _attribute()
    last_name = _attribute()
    groups = _attribute()


class IdentityProviderBody(Body):
    example: ClassVar = {"provisions": True}

    name = TextField(max_length=60)
    trusts_second_factor = serializers.BooleanField()
    second_factor_values = serializers.ListField(
        child=TextField(max_length=200), max_length=MOST_GROUPS
    )
    provisions = serializers.BooleanField()
    allow_idp_initiated = serializers.BooleanField()
    attribute_mapping = AttributesBody()
    required_groups = serializers.ListField(child=TextField(max_length=500), max_length=MOST_GROUPS)


class ProviderStateBody(Body):
    state = serializers.ChoiceField(choices=STATES)


class AllIdentityProviders(Resource):
    access = Permission.IDENTITY_PROVIDERS_READ
    within = True

    @listed(
        IdentityProviderSerializer,
        summary="The identity providers of all organizations in which you may see them",
    )
    def get(self) -> Listing:
        return find_providers(self.actor)


class IdentityProviders(ProvidersResource):
    changes = {"POST": Permission.IDENTITY_PROVIDERS_EDIT}

    def prepare(self, rows: list[Any]) -> None:
        add_endings(rows)

    @listed(IdentityProviderSerializer, summary="The identity providers of an organization")
    def get(self) -> Listing:
        return Listing((standing_of(self.organization),), key=("id",))

    @created(
        NewIdentityProviderBody,
        IdentityProviderSerializer,
        at=AT,
        summary="A draft of an identity provider; nobody comes in by it yet",
    )
    def post(self, **data: Any) -> IdentityProvider:
        made = services.create_provider(organization=self.organization, actor=self.actor, **data)
        return standing_of(self.organization).get(pk=made.pk)


class OneIdentityProvider(OfOneProvider):
    changes = {
        "PATCH": Permission.IDENTITY_PROVIDERS_EDIT,
        "DELETE": Permission.IDENTITY_PROVIDERS_EDIT,
    }

    def row(self) -> IdentityProvider:
        return self.provider()

    get = read(IdentityProviderSerializer, summary="One identity provider")

    @changed(
        IdentityProviderBody,
        IdentityProviderSerializer,
        summary="Change how an identity provider is understood",
        description="Its test counts no longer.",
    )
    def patch(self, row: IdentityProvider, **data: Any) -> None:
        services.edit_provider(provider=row, actor=self.actor, **data)

    @removed(
        IdentityProviderSerializer,
        body=OptionalReasonBody,
        summary="Remove an identity provider; whoever came by it is signed out",
    )
    def delete(self, row: IdentityProvider, reason: str) -> None:
        services.remove_provider(provider=row, actor=self.actor, reason=reason)


class ProviderState(OfOneProvider):
    changes = {"POST": Permission.IDENTITY_PROVIDERS_EDIT}

    @acted(
        ProviderStateBody,
        IdentityProviderSerializer,
        summary="Put a provider on trial, live, or out of use",
        description="Step by step: `409 not_tested` unless it has passed its test as it is now, `409 no_trial`.",
    )
    def post(self, state: str) -> IdentityProvider:
        services.advance(provider=self.provider(), state=state, actor=self.actor)
        return self.provider()
