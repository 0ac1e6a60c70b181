"""Reads of the pages of identity providers: each a fixed number of queries, and never one to a provider itself."""

from typing import Any
from uuid import UUID

from django.db.models import Count, Max, Q, QuerySet

from accounts.access.models import ServiceAccount
from accounts.access.permissions import Permission
from accounts.access.selectors import can, live_bindings
from accounts.federation.enterprise.endings import endings_of, near
from accounts.federation.enterprise.models import (
    Allowance,
    BreakGlass,
    DomainRoute,
    EnterpriseIdentity,
    IdentityProvider,
    Kind,
    OtherWay,
)
from accounts.federation.enterprise.selectors import break_glass_of
from accounts.federation.saml.models import OwnKey
from accounts.federation.saml.selectors import keys_of
from accounts.models import User
from accounts.organizations.models import Domain, Organization

MOST = 200
_READ = Permission.IDENTITY_PROVIDERS_READ


def seen_by(actor: User) -> list[IdentityProvider]:
    """The providers of all organizations in which somebody may see them, by organization; as `with_standing`."""
    found = standing_everywhere(actor)
    return _with_endings(found.order_by("organization__name", "created_at")[:MOST])


def standing_everywhere(actor: User | ServiceAccount) -> QuerySet[IdentityProvider]:
    """As `standing_of`, of all organizations in which somebody may see them."""
    providers = IdentityProvider.objects
    if can(actor, _READ):
        rows = providers.everywhere(reason="who sees the platform sees all of them")
    else:
        rows = providers.of_any(_places(actor))
    return _standing(rows.select_related("organization"))


def standing_of(whose: Organization) -> QuerySet[IdentityProvider]:
    """The providers of an organization, each with how many `people` it knows and its `last_used_at`."""
    return _standing(IdentityProvider.objects.of(whose).select_related("organization"))


def add_endings(rows: list[IdentityProvider]) -> None:
    """Each provider tells the `endings` of certificates that are near; in a fixed number of queries."""
    ends = endings_of(rows)
    for provider in rows:
        provider.endings = near(ends.get(provider.pk, []))  # type: ignore[attr-defined]


def organizations_of(actor: User) -> list[Organization]:
    """The organizations of whose providers somebody may see something, where that are few enough for a list."""
    organizations = Organization.objects.order_by("name")
    if not can(actor, _READ):
        organizations = organizations.filter(pk__in=_places(actor))
    return list(organizations[:MOST])


def _places(actor: User | ServiceAccount) -> list[UUID]:
    places = {one.organization_id for one in live_bindings(actor) if _READ in one.permissions}
    whole = Organization.objects.filter(pk__in=[key for key in places if key is not None])
    return [one.pk for one in whole if can(actor, _READ, one)]


def with_standing(whose: Organization) -> list[IdentityProvider]:
    """The providers of an organization, each with its `people`, `last_used_at` and `endings` (certificates that end soon)."""
    return _with_endings(standing_of(whose).order_by("created_at"))


def _with_endings(rows: QuerySet[IdentityProvider]) -> list[IdentityProvider]:
    found = list(rows)
    add_endings(found)
    return found


def _standing(rows: QuerySet[IdentityProvider]) -> QuerySet[IdentityProvider]:
    return rows.annotate(
        people=Count("identities", filter=Q(identities__ended_at=None)),
        last_used_at=Max("identities__last_seen_at"),
    )


def is_allowed(whose: Organization) -> bool:
    return bool(Allowance.objects.of(whose).exists())


def domains_of(
    whose: Organization,
) -> list[tuple[Domain, DomainRoute | None, list[OtherWay]]]:
    """The proved domains, each with where its people are led, and who has come otherwise while that was on trial."""
    proved = Domain.objects.of(whose).filter(proved_at__isnull=False).order_by("name")[:MOST]
    routes = {
        route.domain_id: route
        for route in DomainRoute.objects.select_related("provider").filter(domain__in=list(proved))
    }
    ways: dict[UUID, list[OtherWay]] = {}
    for way in (
        OtherWay.objects.select_related("user")
        .filter(route__in=list(routes.values()))
        .order_by("-last_at")[:MOST]
    ):
        ways.setdefault(way.route_id, []).append(way)
    return [(one, routes.get(one.pk), ways.get(one.pk, [])) for one in proved]


def route_of(domain: Domain) -> DomainRoute | None:
    routes = DomainRoute.objects.select_related("provider__organization", "domain")
    return routes.filter(domain=domain).first()


def initial_of(route: DomainRoute | None) -> dict[str, Any]:
    if route is None:
        return {}
    return {"provider": str(route.provider_id), "enforcement": route.enforcement}


def emergency_of(whose: Organization) -> list[tuple[User, bool]]:
    """Who was named for emergencies, and whether it counts: whoever is no owner any more is none."""
    named = BreakGlass.objects.of(whose).select_related("user").order_by("user__email")
    counting = set(break_glass_of(whose.pk).values_list("pk", flat=True))
    return [(row.user, row.user_id in counting) for row in named]


def own_keys_for(provider: IdentityProvider) -> dict[str, OwnKey]:
    """Our keys for the organization's SAML providers, by state; none for a provider that knows no such key."""
    return keys_of(provider.organization) if provider.kind == Kind.SAML else {}


def newest_identities(provider: IdentityProvider) -> list[EnterpriseIdentity]:
    """The identities that were seen last."""
    return list(provider.identities.select_related("user").order_by("-last_seen_at", "-pk")[:50])
