"""Whom a provider knows, what its groups give them, and the links by which a customer sets it up."""

from types import SimpleNamespace
from typing import Any

from rest_framework import serializers

from accounts.access.permissions import Permission
from accounts.api.bodies import Body
from accounts.api.resources import changed, created, listed, read, removed
from accounts.api.serializers import TextField
from accounts.federation.enterprise import services
from accounts.federation.enterprise.models import EnterpriseIdentity, SetupLink
from accounts.federation.enterprise.services import setup_links
from accounts.federation.enterprise.services.roles import MOST
from mago.core.errors import NotFound
from mago.core.keyset import Listing

from ...selectors.identity_providers import identity_of
from ..shapes import OnceField, PersonRefSerializer
from .common import OfOneProvider


class EnterpriseIdentitySerializer(serializers.Serializer[Any]):
    changing = ("last_seen_at",)

    id = serializers.UUIDField()
    person = PersonRefSerializer(source="user")
    issuer = serializers.CharField()
    subject = serializers.CharField()
    email = serializers.CharField(help_text="As the provider tells it.")
    linked_at = serializers.DateTimeField()
    last_seen_at = serializers.DateTimeField(allow_null=True)
    ended_at = serializers.DateTimeField(allow_null=True)


class GroupRoleSerializer(serializers.Serializer[Any]):
    group = serializers.CharField(help_text="Exactly as the provider writes it.")
    role = serializers.CharField(help_text="A built-in role, or the identifier of one.")


class ProviderRolesSerializer(serializers.Serializer[Any]):
    groups = GroupRoleSerializer(many=True)
    default_role = serializers.CharField(help_text="Of everybody; empty for none.")


class GroupRoleBody(Body):
    group = TextField(max_length=500)
    role = TextField(max_length=40)


class ProviderRolesBody(Body):
    groups = GroupRoleBody(many=True, max_length=MOST)  # type: ignore[call-arg]
    default_role = TextField(max_length=40, allow_blank=True)


class SetupLinkSerializer(serializers.Serializer[Any]):
    changing = ("opened_at",)

    id = serializers.UUIDField()
    created_by = PersonRefSerializer(allow_null=True)
    created_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()
    opened_at = serializers.DateTimeField(allow_null=True)


class NewSetupLinkSerializer(SetupLinkSerializer):
    address = OnceField(help_text="Opens once; shown in this answer and never again.")


class Identities(OfOneProvider):
    @listed(EnterpriseIdentitySerializer, summary="Whom a provider knows, the newest first")
    def get(self) -> Listing:
        found = self.provider().identities.select_related("user")
        return Listing((found,), key=("id",))


class OneIdentity(OfOneProvider):
    changes = {"DELETE": Permission.IDENTITY_PROVIDERS_EDIT}

    def row(self) -> EnterpriseIdentity:
        return identity_of(self.provider(), self.kwargs["identity_id"])

    get = read(EnterpriseIdentitySerializer, summary="Somebody as a provider knows them")

    @removed(
        EnterpriseIdentitySerializer,
        summary="Forget how a provider knows somebody; they are signed out",
    )
    def delete(self, row: EnterpriseIdentity) -> None:
        services.remove_identity(identity=row, actor=self.actor)


class ProviderRoles(OfOneProvider):
    changes = {"PUT": Permission.IDENTITY_PROVIDERS_EDIT}

    def row(self) -> SimpleNamespace:
        provider = self.provider()
        return SimpleNamespace(
            groups=list(provider.group_roles.order_by("group", "role")),
            default_role=provider.default_role,
        )

    get = read(ProviderRolesSerializer, summary="Which roles the groups of a provider give")

    @changed(
        ProviderRolesBody,
        ProviderRolesSerializer,
        summary="Say which roles the groups of a provider give",
        description="From the next sign-in or sync of each person on; no more than you may give yourself.",
    )
    def put(self, row: Any, groups: list[dict[str, str]], default_role: str) -> None:
        pairs = [(one["group"], one["role"]) for one in groups]
        services.set_roles(
            provider=self.provider(), groups=pairs, default_role=default_role, actor=self.actor
        )


class SetupLinks(OfOneProvider):
    changes = {"POST": Permission.IDENTITY_PROVIDERS_EDIT}

    @listed(SetupLinkSerializer, summary="The set-up links that still open something")
    def get(self) -> Listing:
        found = setup_links.usable_links(self.provider()).select_related("created_by")
        return Listing((found,), key=("id",))

    @created(
        Body,
        NewSetupLinkSerializer,
        at=("api-setup-link", "link_id"),
        once_shown=("address",),
        summary="A link by which somebody without an account sets the provider up",
    )
    def post(self) -> SetupLink:
        link, address = setup_links.create_link(provider=self.provider(), actor=self.actor)
        link.shown = address  # type: ignore[attr-defined]
        return link


class OneSetupLink(OfOneProvider):
    changes = {"DELETE": Permission.IDENTITY_PROVIDERS_EDIT}

    def row(self) -> SetupLink:
        provider = self.provider()
        mine = provider.setup_links.select_related("created_by").filter(revoked_at=None)
        found = mine.filter(pk=self.kwargs["link_id"]).first()
        if found is None:
            raise NotFound
        found.provider = provider
        return found

    get = read(SetupLinkSerializer, summary="One set-up link")

    @removed(SetupLinkSerializer, summary="Revoke a set-up link, and whoever opened it")
    def delete(self, row: SetupLink) -> None:
        setup_links.revoke_link(link=row, actor=self.actor)
