"""Whose people are led to which provider, who may come in without it, and whether there may be one at all."""

from types import SimpleNamespace
from typing import Any, ClassVar

from rest_framework import serializers

from accounts.access.permissions import Permission
from accounts.api.bodies import Body, RowField
from accounts.api.resources import changed, created, read, removed, told
from accounts.federation.enterprise import services
from accounts.federation.enterprise.models import Enforcement, IdentityProvider
from accounts.federation.enterprise.selectors import is_on_for, providers_of
from accounts.models import User
from accounts.organizations.models import Domain, Organization
from accounts.organizations.selectors import domain_of
from mago.core.errors import NotFound

from ...selectors import identity_providers as selectors
from ..common import MemberField
from ..shapes import PersonRefSerializer
from .common import ProvidersResource


class RouteOtherWaySerializer(serializers.Serializer[Any]):
    """Somebody who signed in otherwise while enforcement was on trial."""

    person = PersonRefSerializer(source="user")
    method = serializers.CharField()
    last_at = serializers.DateTimeField()


class RouteSerializer(serializers.Serializer[Any]):
    changing = ("other_ways",)

    provider = serializers.UUIDField(allow_null=True)
    enforcement = serializers.ChoiceField(choices=Enforcement.values)
    other_ways = RouteOtherWaySerializer(many=True)


class RouteBody(Body):
    example: ClassVar = {"provider": "01a20316-43cb-7bea-bb8c-1c7bbd9fe824", "enforcement": "trial"}

    provider = RowField(
        lambda view: providers_of(view.organization),
        allow_null=True,
        help_text="Null: people of the domain are led nowhere.",
    )
    enforcement = serializers.ChoiceField(
        choices=Enforcement.values, required=False, default=Enforcement.OFF.value
    )


class SignOnSerializer(serializers.Serializer[Any]):
    is_allowed = serializers.BooleanField(help_text="By whoever looks after the platform.")
    is_on = serializers.BooleanField(
        help_text="Allowed, or on premises, where nobody need allow it."
    )


class SignOnBody(Body):
    is_allowed = serializers.BooleanField()


class EmergencyAccountSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField(source="pk")
    email = serializers.EmailField()
    name = serializers.CharField()
    counts = serializers.BooleanField(help_text="Whoever owns the organization no longer is none.")


class EmergencyAccountsSerializer(serializers.Serializer[Any]):
    results = EmergencyAccountSerializer(many=True)


class EmergencyAccountBody(Body):
    user = MemberField(help_text="An owner with a password or a passkey.")


class DomainRoute(ProvidersResource):
    changes = {"PUT": Permission.IDENTITY_PROVIDERS_EDIT}

    def domain(self) -> Domain:
        return domain_of(self.organization, self.kwargs["domain_id"])

    def held(self, row: Any) -> Domain:
        return self.domain()

    def row(self) -> SimpleNamespace:
        route = selectors.route_of(self.domain())
        if route is None:
            return SimpleNamespace(provider=None, enforcement=Enforcement.OFF, other_ways=[])
        ways = route.other_ways.select_related("user").order_by("-last_at")
        return SimpleNamespace(
            provider=route.provider_id,
            enforcement=route.enforcement,
            other_ways=list(ways[: selectors.MOST]),
        )

    get = read(RouteSerializer, summary="By which provider people of a domain sign in")

    @changed(
        RouteBody,
        RouteSerializer,
        summary="Lead people of a domain to a provider, and say whether they may come otherwise",
        description="Enforcement rises step by step: `409 no_trial`, `409 no_break_glass`.",
    )
    def put(self, row: Any, provider: IdentityProvider | None, enforcement: str) -> None:
        domain = self.domain()
        known = selectors.route_of(domain)
        if provider is not None:
            services.set_route(
                domain=domain, provider=provider, enforcement=enforcement, actor=self.actor
            )
        elif known is not None:
            services.remove_route(route=known, actor=self.actor)


class EnterpriseSignOn(ProvidersResource):
    changes = {"PUT": Permission.ORGANIZATIONS_CREATE}

    def held(self, row: Any) -> Organization:
        return self.organization

    def row(self) -> SimpleNamespace:
        whose = self.organization
        return SimpleNamespace(is_allowed=selectors.is_allowed(whose), is_on=is_on_for(whose))

    get = read(SignOnSerializer, summary="Whether an organization may have identity providers")

    @changed(
        SignOnBody,
        SignOnSerializer,
        summary="Allow an organization identity providers, or no longer",
    )
    def put(self, row: Any, is_allowed: bool) -> None:
        services.allow(organization=self.organization, allowed=is_allowed, actor=self.actor)


class _Emergency(ProvidersResource):
    def accounts(self) -> list[User]:
        named = selectors.emergency_of(self.organization)
        for user, counts in named:
            user.counts = counts  # type: ignore[attr-defined]
        return [user for user, _counts in named]


class EmergencyAccounts(_Emergency):
    changes = {"POST": Permission.IDENTITY_PROVIDERS_EDIT}

    @told(EmergencyAccountsSerializer, summary="The owners who may sign in without a provider")
    def get(self) -> dict[str, Any]:
        return {"results": self.accounts()}

    @created(
        EmergencyAccountBody,
        EmergencyAccountSerializer,
        summary="Let an owner in although a provider is enforced",
        description="Every other owner hears by mail when it is used.",
    )
    def post(self, user: User) -> User:
        services.name_break_glass(organization=self.organization, user=user, actor=self.actor)
        return next(one for one in self.accounts() if one.pk == user.pk)


class OneEmergencyAccount(_Emergency):
    changes = {"DELETE": Permission.IDENTITY_PROVIDERS_EDIT}

    def row(self) -> User:
        key = self.kwargs["person_id"]
        found = next((one for one in self.accounts() if one.pk == key), None)
        if found is None:
            raise NotFound
        return found

    @removed(
        EmergencyAccountSerializer,
        summary="Let an owner sign in as everybody does",
        description="`409 last_break_glass` while a provider is enforced.",
    )
    def delete(self, row: User) -> None:
        services.unname_break_glass(organization=self.organization, user=row, actor=self.actor)
