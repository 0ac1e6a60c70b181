"""Reads of the pages of identity providers: each a fixed number of queries, and never one to a provider itself."""

from typing import Any
from uuid import UUID

from django.db.models import Count, IntegerField, Max, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from accounts.access.models import ServiceAccount
from accounts.access.permissions import Permission
from accounts.access.selectors.bindings import live_bindings
from accounts.access.selectors.decisions import can
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
from mago.core.errors import NotFound

from ..keyset import Listing, Order

MOST = 200
# Of so many organizations one is picked from a list.
FEW = 20
_BY_ID = {"created": Order(("id",), downwards=True)}
_READ = Permission.IDENTITY_PROVIDERS_READ


def find_providers(actor: User | ServiceAccount) -> Listing:
    """As `with_standing`, of all organizations in which somebody may see them, the newest first: identifiers sort by time."""
    providers = IdentityProvider.objects
    if can(actor, _READ):
        rows = providers.everywhere(reason="who sees the platform sees all of them")
    else:
        rows = providers.of_any(_places(actor))
    found = _standing(rows.select_related("organization"))
    return Listing((found,), key=("id",), orders=_BY_ID, complete=add_endings)


def standing_of(whose: Organization) -> QuerySet[IdentityProvider]:
    """The providers of an organization, each with how many `people` it knows and its `last_used_at`."""
    return _standing(IdentityProvider.objects.of(whose).select_related("organization"))


def add_endings(rows: list[IdentityProvider]) -> None:
    """Each provider tells the `endings` of certificates that are near; in a fixed number of queries."""
    ends = endings_of(rows)
    for provider in rows:
        provider.endings = near(ends.get(provider.pk, []))  # type: ignore[attr-defined]


def few_organizations_of(actor: User) -> list[Organization]:
    """The organizations of whose providers somebody may see something; none where that are more than FEW."""
    organizations = Organization.objects.order_by("name")
    if not can(actor, _READ):
        organizations = organizations.filter(pk__in=_places(actor))
    found = list(organizations[: FEW + 1])
    return found if len(found) <= FEW else []


def _places(actor: User | ServiceAccount) -> list[UUID]:
    places = {one.organization_id for one in live_bindings(actor) if _READ in one.permissions}
    whole = Organization.objects.filter(pk__in=[key for key in places if key is not None])
    return [one.pk for one in whole if can(actor, _READ, one)]


def with_standing(whose: Organization) -> list[IdentityProvider]:
    """The providers of an organization, each with its `people`, `last_used_at` and `endings` (certificates that end soon)."""
    found = list(standing_of(whose).order_by("created_at"))
    add_endings(found)
    return found


def _standing(rows: QuerySet[IdentityProvider]) -> QuerySet[IdentityProvider]:
    # Of each row that is shown by itself: a join would count everybody of every provider before there is a page.
    known = EnterpriseIdentity.objects.filter(provider=OuterRef("pk")).order_by()
    counted = known.filter(ended_at=None).values("provider").annotate(number=Count("pk"))
    used = known.values("provider").annotate(last=Max("last_seen_at"))
    return rows.annotate(
        people=Coalesce(Subquery(counted.values("number"), output_field=IntegerField()), 0),
        last_used_at=Subquery(used.values("last")),
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


def identity_of(provider: IdentityProvider, key: UUID) -> EnterpriseIdentity:
    """Somebody whom the provider knows, or NotFound."""
    found = provider.identities.select_related("user").filter(pk=key).first()
    if found is None:
        raise NotFound
    found.provider = provider  # Known already: no further query.
    return found


def newest_identities(provider: IdentityProvider) -> list[EnterpriseIdentity]:
    """The identities that were seen last."""
    return list(provider.identities.select_related("user").order_by("-last_seen_at", "-pk")[:50])
