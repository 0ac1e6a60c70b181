"""Reads of organizations and of what they own."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.access.models import Membership, RoleBinding, ServiceAccount
from accounts.access.permissions import Permission
from accounts.access.roles import RoleName
from accounts.access.scope import Scope
from accounts.access.selectors.bindings import live_bindings, sites_by_attributes, unexpired
from accounts.access.selectors.decisions import Actor, can
from accounts.models import User
from mago.core.columns import Columns
from mago.core.errors import NotFound
from mago.core.sql import Statement

from .domains import BadDomain, normalize_domain
from .models import Domain, Organization, SignInPolicy, Site
from .policy import Asked, Demand, strictest

# What is demanded of who administers the platform is demanded of whoever holds any role on it: each of them sees, or
# changes, something of every organization.
STAFF = RoleName.PLATFORM_ADMINISTRATOR.value


def visible_to(actor: Actor) -> QuerySet[Organization]:
    """The organizations that somebody may see, by name."""
    organizations = Organization.objects.order_by("name", "id")
    if can(actor, Permission.ORGANIZATIONS_READ):
        return organizations
    places = _places(actor)
    mine = {key for key in places if _is_shown(actor, Scope(key))}
    # Held at sites only.
    elsewhere = Site.objects.of_any([key for key in places if key not in mine])
    held = elsewhere.filter(pk__in=[site for sites in places.values() for site in sites])
    mine |= {site.organization_id for site in held if can(actor, Permission.SITES_READ, site)}
    return organizations.filter(pk__in=mine)


# Asked for each page of an organization.
_organization = Columns(Organization, "o")
_BY_SLUG = Statement(
    f"SELECT {_organization.sql} FROM {Organization._meta.db_table} o WHERE o.slug = %s"
)


def organization_for(actor: Actor, slug: str) -> Organization:
    """The organization, if `actor` may see it; NotFound otherwise, as for one that does not exist."""
    row = _BY_SLUG.run([slug])
    return _if_seen(actor, None if row is None else _organization.object(row))


def organization_by_id(actor: Actor, key: UUID) -> Organization:
    """As `organization_for`, by the identifier that programs use."""
    return _if_seen(actor, Organization.objects.filter(pk=key).first())


def _if_seen(actor: Actor, organization: Organization | None) -> Organization:
    if organization is None or not _belongs(actor, organization):
        raise NotFound
    return organization


def _belongs(actor: Actor, organization: Organization) -> bool:
    return (
        _is_shown(actor, organization.access_scope)
        # Held at one site of it only: the organization's name is no secret from whoever works there.
        or sites_of(actor, organization).exists()
    )


def _is_shown(actor: Actor, where: Scope) -> bool:
    shown = (Permission.ORGANIZATIONS_READ, Permission.SITES_READ)
    return any(can(actor, permission, where) for permission in shown)


def _places(actor: Actor) -> dict[UUID, set[UUID]]:
    """The organizations in which somebody holds a role, with the sites at which they do, or may for what these are."""
    places: dict[UUID, set[UUID]] = {}
    if isinstance(actor, User | ServiceAccount):
        for binding in live_bindings(actor):
            if binding.organization_id is None:
                continue
            sites = places.setdefault(binding.organization_id, set())
            sites.update({binding.site_id} if binding.site_id else ())
        for site in sites_by_attributes(actor):
            places[site.organization_id].add(site.pk)
    return places


def owned_for(
    actor: Actor, model: Any, organization: Organization, key: UUID, permission: Permission
) -> Any:
    """One row that the organization owns, if `actor` may; NotFound where it is not theirs to see."""
    row = model.objects.of(organization).filter(pk=key).first()
    if row is None or not can(actor, permission, row):
        raise NotFound
    return row


def sites_of(actor: Actor, organization: Organization) -> QuerySet[Site]:
    """The sites that somebody may see now: all of them, or those at which they hold a role."""
    sites: QuerySet[Site] = Site.objects.of(organization).order_by("name", "id")
    if can(actor, Permission.SITES_READ, organization):
        return sites
    if not (places := _places(actor).get(organization.pk)):
        return sites.none()
    held = sites.filter(pk__in=places)
    return sites.filter(
        pk__in=[site.pk for site in held if can(actor, Permission.SITES_READ, site)]
    )


def sites_anywhere(actor: Actor) -> QuerySet[Site]:
    """The sites that somebody may see now, in whatever organization."""
    sites: QuerySet[Site] = Site.objects.everywhere(reason="narrowed to what the actor may see")
    if can(actor, Permission.SITES_READ):
        return sites
    places = _places(actor)
    whole = [key for key in places if can(actor, Permission.SITES_READ, Scope(key))]
    held = sites.filter(pk__in={site for kept in places.values() for site in kept})
    some = [site.pk for site in held if can(actor, Permission.SITES_READ, site)]
    return sites.filter(Q(organization__in=whole) | Q(pk__in=some))


def members_of(organization: Organization) -> QuerySet[Membership]:
    """The memberships of an organization, the newest first."""
    return Membership.objects.of(organization).select_related("user").order_by("-joined_at", "-id")  # type: ignore[no-any-return]


@dataclass(frozen=True)
class Place:
    """An organization that somebody is a member of, and what they hold there now."""

    membership: Membership
    bindings: list[RoleBinding]


def places_of(user: User) -> list[Place]:
    """The organizations that a person is a member of, by name, with their roles in each."""
    mine = Membership.objects.everywhere(reason="one person's own memberships").filter(user=user)
    memberships = mine.select_related("organization").order_by("organization__name", "id")
    kept = RoleBinding.objects.filter(user=user, organization__isnull=False).filter(unexpired())
    kept = kept.select_related("custom_role", "site", "condition").order_by("granted_at", "id")
    bindings = list(kept)
    return [
        Place(one, [b for b in bindings if b.organization_id == one.organization_id])
        for one in memberships
    ]


def membership_in(user: User, slug: str) -> Membership:
    """The person's own membership in the organization of that short name, or NotFound."""
    mine = Membership.objects.everywhere(reason="one person's own memberships").filter(user=user)
    membership: Membership | None = (
        mine.select_related("organization", "user").filter(organization__slug=slug).first()
    )
    if membership is None:
        raise NotFound
    return membership


def domains_of(organization: Organization) -> QuerySet[Domain]:
    return Domain.objects.of(organization).order_by("name")  # type: ignore[no-any-return]


def domain_of(organization: Organization, key: UUID) -> Domain:
    """One of them, or NotFound."""
    found: Domain | None = domains_of(organization).filter(pk=key).first()
    if found is None:
        raise NotFound
    return found


def organization_of_address(email: str) -> Organization | None:
    """The organization that has proved that the address's domain is its own: where such people sign in."""
    try:
        name = normalize_domain(email.rpartition("@")[2])
    except BadDomain:
        return None
    domains = Domain.objects.everywhere(
        reason="whose a domain is, is asked before anybody has signed in"
    )
    proved = domains.select_related("organization").filter(
        name=name, proved_at__isnull=False, organization__is_active=True
    )
    domain = proved.first()
    return domain.organization if domain else None


def demand_on(user: User) -> Demand:
    """What all policies together demand of this person's sign-ins. One query where none concerns them.

    It stays with the object, for `coming_for`.
    """
    demand = _demand_on(user)
    user._demand = demand  # type: ignore[attr-defined]
    return demand


def coming_for(user: User, reached: int) -> Asked | None:
    """The strength that will be demanded of somebody soon, where their sign-in reached less."""
    demand: Demand = getattr(user, "_demand", None) or demand_on(user)
    return demand.next_at(timezone.now(), reached)


def concerned_by(policy: SignInPolicy) -> QuerySet[User]:
    """The people of whose sign-ins this policy demands something."""
    people = User.objects.filter(is_active=True, email_confirmed_at__isnull=False)
    if policy.organization_id:
        members = Membership.objects.of(policy.organization_id)
        people = people.filter(pk__in=members.values("user"))
    if policy.role or policy.site_id:
        bindings = RoleBinding.objects.filter(unexpired(), user__isnull=False)
        if policy.organization_id:
            bindings = bindings.filter(
                Q(organization=policy.organization_id) | Q(organization=None)
            )
        if policy.site_id:
            bindings = bindings.filter(Q(site=None) | Q(site=policy.site_id))
        if policy.role == STAFF:
            bindings = bindings.filter(organization=None)
        elif policy.role in RoleName.values:
            bindings = bindings.filter(role=policy.role)
        elif policy.role:
            bindings = bindings.filter(custom_role=UUID(policy.role))
        people = people.filter(pk__in=bindings.values("user"))
    return people


def locked_out_by(policy: SignInPolicy) -> User | None:
    """Somebody to whom this policy and another one of the same owner, or of the platform, leave no way of signing in.

    Another organization's is none of this one's business: neither may it forbid what is decided here, nor be told of.
    """
    people = concerned_by(policy)
    others = SignInPolicy.objects.everywhere(reason="the platform's, which concern all").filter(
        Q(organization=None) | Q(organization=policy.organization_id)
    )
    for other in others.exclude(pk=policy.pk):
        if not strictest([policy, other]).leaves_a_way:
            both = people.filter(pk__in=concerned_by(other).values("pk"))
            if found := both.first():
                return found
    return None


def _demand_on(user: User) -> Demand:
    concerning = _policies_that_may_concern(user)
    if not concerning:
        return Demand()
    policies = SignInPolicy.objects.everywhere(
        reason="of the platform, and of one person's own organizations"
    )
    bindings = live_bindings(user)
    return strictest(
        policy
        for policy in policies.select_related("organization", "site").filter(pk__in=concerning)
        if _concerns(policy, bindings)
    )


# ruff: noqa: S608 - the names in these statements are our own
# Asked at each request: Django would take twenty times as long to spell it out as it takes to run.
# Of those for a role, which most people do not hold, only what somebody holds: the others read no policy.
_OF_THE_PLATFORM = f"""
FROM {SignInPolicy._meta.db_table} policy
WHERE policy.organization_id IS NULL AND (policy.role IS NULL OR EXISTS (
SELECT 1 FROM {RoleBinding._meta.db_table} held WHERE held.user_id = %s
AND (held.role = policy.role OR policy.role = '{STAFF}' AND held.organization_id IS NULL)))"""
_OF_THEIR_ORGANIZATIONS = f"""
FROM {Membership._meta.db_table} membership
JOIN {Organization._meta.db_table} organization ON organization.id = membership.organization_id
JOIN {SignInPolicy._meta.db_table} policy ON policy.organization_id = organization.id
WHERE organization.is_active AND membership.user_id ="""
_MAY_CONCERN = Statement(
    f"SELECT policy.id {_OF_THE_PLATFORM} UNION ALL SELECT policy.id {_OF_THEIR_ORGANIZATIONS} %s"
)


def may_concern(person: str) -> str:
    """SQL: whether any policy may concern the person of that column. Where none does, the demand is `Demand()`."""
    return (
        f"(EXISTS (SELECT 1 {_OF_THE_PLATFORM % person})"
        f" OR EXISTS (SELECT 1 {_OF_THEIR_ORGANIZATIONS} {person}))"
    )


def _policies_that_may_concern(user: User) -> list[Any]:
    """The keys of the platform's policies, and of those of the active organizations the person belongs to."""
    return [key for (key,) in _MAY_CONCERN.all([user.pk, user.pk])]


def _concerns(policy: SignInPolicy, bindings: list[RoleBinding]) -> bool:
    """Whether it asks for nothing that is held, or somebody holds that role, at that site or in the whole organization."""
    if not policy.role and not policy.site_id:
        return True
    if policy.role == STAFF:
        return policy.organization_id is None and any(b.organization_id is None for b in bindings)
    return any(
        # Of an organization that they belong to: what is held on the platform is held there too.
        (policy.organization_id is None or b.organization_id in (None, policy.organization_id))
        and policy.role in (None, "", b.role, str(b.custom_role_id))
        # Who holds it in the whole organization acts at each site.
        and (policy.site_id is None or b.site_id in (None, policy.site_id))
        for b in bindings
    )
