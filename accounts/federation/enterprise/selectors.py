"""Reads: which providers an organization has, whether they count, and whom they know."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import F, Q, QuerySet

from accounts.access.models import Membership, RoleBinding
from accounts.access.selectors.bindings import unexpired
from accounts.access.selectors.in_charge import owners_of
from accounts.models import User
from accounts.organizations.domains import BadDomain, normalize_domain
from accounts.organizations.models import Domain, Organization
from accounts.organizations.selectors import organization_of_address
from mago.core.errors import NotFound
from mago.core.sql import Statement

from .models import (
    OPEN,
    Allowance,
    BreakGlass,
    DomainRoute,
    EnterpriseIdentity,
    IdentityProvider,
    ProviderSession,
    SetupTrial,
)

# Of routes: the domain is proved, by whom the provider is of, and the provider is open.
_COUNTING = Q(
    domain__proved_at__isnull=False,
    domain__organization=F("provider__organization"),
    provider__state__in=OPEN,
    provider__organization__is_active=True,
)


# Nearly nobody has one, and everybody's sign-in asks: the ORM takes many times as long to say it.
_HAS_ROUTE = Statement(
    f"""
    SELECT 1 FROM {DomainRoute._meta.db_table} route
    JOIN {Domain._meta.db_table} domain ON domain.id = route.domain_id
    WHERE domain.name = %s LIMIT 1
    """  # noqa: S608
)


def is_on_for(organization: Organization) -> bool:
    """Whether the organization may use providers of its own: everywhere on premises; in the cloud where the platform allows it."""
    if settings.MAGO_DEPLOYMENT == "onprem":
        return True
    return bool(Allowance.objects.of(organization).exists())


def providers_of(organization: Organization | UUID) -> QuerySet[IdentityProvider]:
    """The providers of an organization, the oldest first."""
    found = IdentityProvider.objects.of(organization).select_related("organization")
    return found.order_by("created_at", "id")  # type: ignore[no-any-return]


def provider_at(organization: str, provider: str) -> IdentityProvider:
    """The provider of that short name in the organization of that short name, open or not; NotFound.

    For the paths of a provider: nobody has signed in, and nothing of it is told but what it tells itself.
    """
    return _one(organization__slug=organization, slug=provider)


def provider_by_id(key: UUID | str) -> IdentityProvider:
    """The provider, open or not; NotFound."""
    return _one(pk=key)


def _one(**which: Any) -> IdentityProvider:
    everywhere = IdentityProvider.objects.everywhere(reason="the path or a row names the provider")
    found: IdentityProvider | None = (
        everywhere.select_related("organization")
        .filter(organization__is_active=True, **which)
        .first()
    )
    if found is None or not is_on_for(found.organization):
        raise NotFound
    return found


def is_open(provider: IdentityProvider) -> bool:
    """Whether people may come in by it, as it is in the database at this moment."""
    everywhere = IdentityProvider.objects.everywhere(reason="this one, read anew")
    found: IdentityProvider | None = (
        everywhere.select_related("organization")
        .filter(pk=provider.pk, organization__is_active=True)
        .first()
    )
    return found is not None and found.is_open and is_on_for(found.organization)


def route_of(email: str) -> DomainRoute | None:
    """By which provider people of that address sign in: that of a proved domain, if it is open. Says nothing of anybody."""
    try:
        name = normalize_domain(email.rpartition("@")[2])
    except BadDomain:
        return None
    if _HAS_ROUTE.run([name]) is None:
        return None
    routes = DomainRoute.objects.select_related("provider__organization", "domain")
    found = routes.filter(_COUNTING, domain__name=name).first()
    return found if found is not None and is_on_for(found.provider.organization) else None


def has_routes() -> bool:
    """Whether the sign-in page asks for the address first: somebody here is led elsewhere by it."""
    counting = DomainRoute.objects.filter(_COUNTING)
    if settings.MAGO_DEPLOYMENT != "onprem":
        allowed = Allowance.objects.everywhere(reason="whether there is any").values("organization")
        counting = counting.filter(provider__organization__in=allowed)
    return counting.exists()


def break_glass_of(organization_id: UUID) -> QuerySet[User]:
    """Who may sign in without the provider: those who were named, and own the organization still."""
    named = BreakGlass.objects.of(organization_id).values("user")
    return owners_of(organization_id).filter(pk__in=named).order_by("email")


def identity_of(provider: IdentityProvider, issuer: str, subject: str) -> EnterpriseIdentity | None:
    """Whom exactly this provider, issuer and subject names, ended or not; with the person."""
    mine = EnterpriseIdentity.objects.select_related("user", "provider")
    found = mine.filter(provider=provider, issuer=issuer, subject=subject).first()
    # A database that compares without regard to case would take one person for another.
    is_exact = found is not None and (found.issuer, found.subject) == (issuer, subject)
    return found if is_exact else None


def identities_of(user: User) -> QuerySet[EnterpriseIdentity]:
    """By which organizations' providers somebody is known, and not yet let go; with provider and organization."""
    mine = EnterpriseIdentity.objects.select_related("provider__organization")
    mine = mine.filter(user=user, ended_at=None)
    return mine.order_by("provider__organization__name", "provider__name", "pk")


def owns_address(organization: Organization | UUID, email: str) -> bool:
    """Whether the organization has proved that the address's domain is its own."""
    owner = organization_of_address(email)
    return owner is not None and owner.pk == getattr(organization, "pk", organization)


def belongs_elsewhere(user: User, organization_id: UUID) -> bool:
    """Whether the account is more than this organization's: a member of another, or somebody on the platform."""
    memberships = Membership.objects.everywhere(reason="one person's own memberships")
    if memberships.filter(user=user).exclude(organization_id=organization_id).exists():
        return True
    held = RoleBinding.objects.filter(user=user)
    return held.exclude(organization_id=organization_id).exists()


def holds_more_since(identity: EnterpriseIdentity) -> bool:
    """Whether its person has come to hold a role on the platform since they were linked, which nobody thought of then."""
    held = RoleBinding.objects.filter(unexpired(), organization=None, user=identity.user_id)
    return held.filter(granted_at__gt=identity.linked_at).exists()


def newest_trial(provider: IdentityProvider, *, with_person: bool = False) -> SetupTrial | None:
    """The newest test that was finished; with one in which somebody came back."""
    finished = provider.trials.filter(finished_at__isnull=False)
    if with_person:
        finished = finished.filter(asserted__isnull=False)
    return finished.select_related("provider").order_by("-started_at").first()


def has_passed(trial: SetupTrial) -> bool:
    """Whether it was finished, of the provider as it is now, and nothing in it is red."""
    return (
        trial.finished_at is not None
        and trial.version == trial.provider.version
        and bool(trial.checks)
        and all(check["passed"] is not False for check in trial.checks)
    )


def provider_session(session_id: UUID | None) -> ProviderSession | None:
    """By what provider's word a session was opened, so that its sign-out can be told there; None for all others."""
    if session_id is None:
        return None
    rows = ProviderSession.objects.select_related("provider__organization")
    return rows.filter(session_id=session_id).first()
