"""Programs that act for an organization, and the tokens by which they prove themselves."""

from datetime import timedelta
from typing import Any, ClassVar

from django.utils.translation import gettext as _
from rest_framework import serializers

from accounts.access import services
from accounts.access.models import ServiceAccount
from accounts.access.permissions import Permission
from accounts.api.access_shapes import NAMES
from accounts.api.access_shapes import PERMISSIONS as CHOICES
from accounts.api.bodies import Body, OptionalReasonBody, PageQuery
from accounts.api.resources import OrganizationResource, acted, created, listed, read, removed
from accounts.api.serializers import TextField
from accounts.provider.models import ApiToken
from accounts.provider.services import LIFETIME, LONGEST, create_api_token, revoke_api_token
from mago.core.keyset import Listing

from ..selectors.service_accounts import (
    account_for,
    find_all_tokens,
    find_service_accounts,
    find_tokens,
    token_for,
)
from .common import OwnerResource, RoleField, SiteField, owned
from .members import HeldRoleSerializer
from .shapes import OnceField, PersonRefSerializer


class ServiceAccountSerializer(serializers.Serializer[Any]):
    changing = ("last_used_at", "live_tokens")

    id = serializers.UUIDField()
    name = serializers.CharField()
    is_active = serializers.BooleanField()
    roles = HeldRoleSerializer(source="roles_here", many=True)
    live_tokens = serializers.IntegerField()
    last_used_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()


class TokenSerializer(serializers.Serializer[Any]):
    changing = ("last_used_at", "last_used_from")

    id = serializers.UUIDField()
    name = serializers.CharField()
    permissions = serializers.ListField(
        child=serializers.CharField(),
        allow_null=True,
        help_text="Of those of the account; null: all of them.",
    )
    read_only = serializers.BooleanField()  # type: ignore[assignment]
    created_at = serializers.DateTimeField()
    created_by = PersonRefSerializer(allow_null=True)
    expires_at = serializers.DateTimeField()
    revoked_at = serializers.DateTimeField(allow_null=True)
    last_used_at = serializers.DateTimeField(allow_null=True)
    last_used_from = serializers.IPAddressField(allow_null=True)


class TokenOfAccountSerializer(TokenSerializer):
    """In a list of several accounts' tokens."""

    service_account = serializers.UUIDField(source="service_account_id")
    organization = serializers.UUIDField(source="service_account.organization_id")


class NewTokenSerializer(TokenSerializer):
    token = OnceField()


class AccountQuery(PageQuery):
    q = TextField(
        required=False,
        max_length=60,
        help_text="What the name contains; short of three letters, how it begins.",
    )
    state = serializers.ChoiceField(choices=["active", "disabled"], required=False)


class TokenQuery(PageQuery):
    state = serializers.ChoiceField(choices=["live", "ended", "revoked"], required=False)


class AccountBody(Body):
    example: ClassVar = {"name": "Robot", "role": "reporter"}

    name = TextField(max_length=60)
    role = RoleField(required=False, allow_null=True)
    site = SiteField(required=False, allow_null=True)


class TokenBody(Body):
    example: ClassVar = {"name": "Nightly", "days": 90}

    name = TextField(max_length=60, help_text="What it is for.")
    days = serializers.IntegerField(
        required=False, default=LIFETIME.days, min_value=1, max_value=LONGEST.days
    )
    read_only = serializers.BooleanField(required=False, default=True)  # type: ignore[assignment]
    permissions = serializers.ListField(
        child=serializers.ChoiceField(choices=CHOICES),
        required=False,
        allow_null=True,
        max_length=len(NAMES),
    )

    def validate(self, data: dict[str, Any]) -> dict[str, Any]:
        chosen = data.get("permissions") or ()
        if data["read_only"] and any(not name.endswith(":read") for name in chosen):
            words = _("Some of these change something: take them away, or let the token do so.")
            raise serializers.ValidationError({"permissions": [words]})
        return data


class ServiceAccounts(OrganizationResource):
    access = Permission.SERVICE_ACCOUNTS_READ
    changes = {"POST": Permission.SERVICE_ACCOUNTS_EDIT}

    @listed(ServiceAccountSerializer, query=AccountQuery, summary="Service accounts, by name")
    def get(self, **chosen: Any) -> Listing:
        return find_service_accounts(self.organization, **chosen)

    @created(
        AccountBody,
        ServiceAccountSerializer,
        at=("api-service-account", "account_id"),
        summary="A new service account",
        description="Without a role it may do nothing until it is granted one.",
    )
    def post(self, **data: Any) -> ServiceAccount:
        made = services.create_service_account(
            organization=self.organization, actor=self.actor, **data
        )
        return account_for(self.organization, made.pk)


class _OfOneAccount(OrganizationResource):
    def row(self) -> ServiceAccount:
        return account_for(self.organization, self.kwargs["account_id"])


class OneServiceAccount(_OfOneAccount):
    access = Permission.SERVICE_ACCOUNTS_READ
    get = read(ServiceAccountSerializer, summary="One service account")


class DisableServiceAccount(_OfOneAccount):
    access = Permission.SERVICE_ACCOUNTS_READ
    changes = {"POST": Permission.SERVICE_ACCOUNTS_EDIT}

    @acted(None, ServiceAccountSerializer, summary="Disable a service account and all its tokens")
    def post(self) -> ServiceAccount:
        services.set_service_account_active(account=self.row(), active=False, actor=self.actor)
        return self.row()


class EnableServiceAccount(_OfOneAccount):
    access = Permission.SERVICE_ACCOUNTS_READ
    changes = {"POST": Permission.SERVICE_ACCOUNTS_EDIT}

    @acted(None, ServiceAccountSerializer, summary="Enable a service account")
    def post(self) -> ServiceAccount:
        services.set_service_account_active(account=self.row(), active=True, actor=self.actor)
        return self.row()


class _OfTokens(OrganizationResource):
    def account(self) -> ServiceAccount:
        found: ServiceAccount = owned(
            self, ServiceAccount, "account_id", Permission.SERVICE_ACCOUNTS_READ
        )
        return found


class Tokens(_OfTokens):
    access = Permission.SERVICE_ACCOUNTS_READ
    changes = {"POST": Permission.SERVICE_ACCOUNTS_EDIT}

    @listed(
        TokenSerializer, query=TokenQuery, summary="The tokens of a service account, newest first"
    )
    def get(self, **chosen: Any) -> Listing:
        return find_tokens(self.account(), **chosen)

    @created(
        TokenBody,
        NewTokenSerializer,
        at=("api-token", "token_id"),
        once_shown=("token",),
        summary="A new token",
        description="It is shown in this answer and never again. Unless told otherwise it only reads.",
    )
    def post(self, days: int, **data: Any) -> ApiToken:
        token, secret = create_api_token(
            account=self.account(), lifetime=timedelta(days=days), actor=self.actor, **data
        )
        token.shown = secret  # type: ignore[attr-defined]
        return token


class AllTokens(OwnerResource):
    access = Permission.SERVICE_ACCOUNTS_READ

    @listed(
        TokenOfAccountSerializer,
        query=TokenQuery,
        summary="The tokens of all service accounts, newest first",
    )
    def get(self, **chosen: Any) -> Listing:
        return find_all_tokens(organization=self.whose.slug if self.whose else "", **chosen)


class OneToken(_OfTokens):
    access = Permission.SERVICE_ACCOUNTS_READ
    changes = {"DELETE": Permission.SERVICE_ACCOUNTS_EDIT}

    def row(self) -> ApiToken:
        return token_for(self.account(), self.kwargs["token_id"])

    get = read(TokenSerializer, summary="One token, without its secret")

    @removed(
        TokenSerializer,
        body=OptionalReasonBody,
        summary="Revoke a token",
        description="It is refused from the next request on, and stays in the list as revoked.",
    )
    def delete(self, row: ApiToken, reason: str) -> None:
        revoke_api_token(token=row, actor=self.actor, reason=reason)
