"""Reading organizations as their administrators do."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from django.db.models import (
    BooleanField,
    Exists,
    ExpressionWrapper,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
)
from django.utils import timezone

from accounts.access.models import (
    Condition,
    CustomRole,
    Invitation,
    Membership,
    RoleBinding,
    ServiceAccount,
)
from accounts.access.permissions import Permission
from accounts.access.roles import RoleName
from accounts.access.selectors.bindings import unexpired
from accounts.access.selectors.decisions import Actor, can
from accounts.models import User, normalize_email
from accounts.organizations.effective import Effective, together
from accounts.organizations.models import Domain, Organization, SignInPolicy, Site
from accounts.organizations.selectors import domains_of, members_of, sites_of, visible_to
from accounts.standing.models import Lockdown
from mago.core.errors import NotFound
from mago.core.trigrams import Within

from ..keyset import CREATED, Listing, Order
from ..searched import ORGANIZATIONS, PEOPLE
from .figures import Count, count
from .member_states import in_state
from .people import MOST_SEARCHED, begins

MOST_SHOWN = 100
_BY_NAME = {"name": Order(("name",))}
_BY_SLUG = {"slug": Order(("slug",))}
_JOINED = {"joined": Order(("joined_at", "id"), downwards=True)}
# What is told of a role that a member holds, and of an invitation.
_HELD = ("user", "role", "custom_role__name", "site__name", "expires_at")
_INVITED = ("email", "role", "site__name", "invited_by__name", "invited_by__email", "expires_at")


def key_of_organization(text: str) -> UUID | None:
    """Of a short name or, as the organization may be gone, of the key itself; None where none has the short name."""
    try:
        return UUID(text)
    except ValueError:
        return Organization.objects.filter(slug=text).values_list("pk", flat=True).first()


def find_organizations(viewer: Actor, *, q: str = "", state: str = "") -> Listing:
    """The organizations that somebody may see, the newest first; with `q`, which a name or short name
    contains, or which begins a short name, by that. Each tells whether it is locked down."""
    locked = Lockdown.objects.filter(organization=OuterRef("pk"), lifted_at=None)
    found = visible_to(viewer).annotate(is_locked_down=Exists(locked))
    if state:
        found = found.filter(is_active=state == "active")
    if q:
        is_found = (
            ORGANIZATIONS.containing(q) if ORGANIZATIONS.can_find(q) else begins("slug", q.lower())
        )
        return Listing((found.filter(is_found),), key=("slug",), descending=False, orders=_BY_SLUG)
    return Listing((found,), key=("created_at", "id"), orders=CREATED | _BY_SLUG)


def find_sites(viewer: Actor, organization: Organization, *, q: str = "") -> Listing:
    """The sites that somebody may see, by name; `q` stands in it."""
    found = sites_of(viewer, organization)
    if q:
        found = found.filter(name__icontains=q)
    return Listing((found,), key=("name",), descending=False, orders=_BY_NAME | CREATED)


def find_domains(organization: Organization, *, q: str = "") -> Listing:
    """The domains that it claims, by name; `q` stands in it."""
    found = domains_of(organization)
    if q:
        found = found.filter(name__icontains=q)
    return Listing((found,), key=("name",), descending=False, orders=_BY_NAME | CREATED)


def figures_of(organization: Organization) -> dict[str, Count]:
    """How many there are of what an organization has."""
    owned: dict[str, Any] = {
        "members": Membership,
        "sites": Site,
        "domains": Domain,
        "accounts": ServiceAccount,
    }
    return {name: count(model.objects.of(organization)) for name, model in owned.items()}


def find_members(
    organization: Organization,
    *,
    q: str = "",
    state: str = "",
    viewer: User | None = None,
    whole: bool = False,
) -> Listing:
    """Members in a state with the roles they hold, the newest first; with `q`, whose address or name contains it, or
    whose address begins with it. `whole`: however many that are, and however long it takes.

    With `viewer` each tells whether it is they.
    """
    members = in_state(members_of(organization), organization, state, whole=whole)
    found = members.prefetch_related(_roles_in(organization))
    if viewer:
        found = found.annotate(is_viewer=ExpressionWrapper(Q(user=viewer), BooleanField()))
    if q:
        found = found.filter(members_named(q, [organization.pk], whole=whole or bool(state)))
    return Listing((found,), key=("joined_at", "id"), orders=_JOINED)


def members_named(q: str, organizations: Sequence[UUID], *, whole: bool = False) -> Q:
    """Memberships in these organizations of people whose address or name contains `q`, or whose address begins with it."""
    if not PEOPLE.can_find(q):
        return begins("user__email", normalize_email(q))
    theirs = Within("access_membership", "user_id", "organization_id", organizations)
    most = None if whole else MOST_SEARCHED
    return PEOPLE.containing(q, path="user__", most=most, within=theirs)


def member_for(organization: Organization, key: UUID) -> Membership:
    """One membership with the roles held there, or NotFound; for who may read members."""
    found: Membership | None = find_members(organization).queries[0].filter(pk=key).first()
    if found is None:
        raise NotFound
    return found


def _roles_in(organization: Organization) -> Any:
    held = RoleBinding.objects.filter(unexpired(), organization=organization)
    held = held.select_related("custom_role", "site").only(*_HELD).order_by("granted_at", "id")
    return Prefetch("user__role_bindings", held, to_attr="roles_here")


def find_invitations(organization: Organization) -> Listing:
    """The invitations that somebody may still accept, the newest first."""
    found = Invitation.objects.of(organization)
    found = found.filter(closed_at=None, expires_at__gt=timezone.now())
    return Listing((found.select_related("site", "invited_by"),), key=("created_at", "id"))


def open_invitations(organization: Organization) -> QuerySet[Invitation]:
    """The newest of them."""
    found = find_invitations(organization).queries[0].only(*_INVITED)
    return found.order_by("-created_at")[:MOST_SHOWN]


def find_bindings(
    viewer: Actor, organization: Organization, *, q: str = "", role: str = ""
) -> Listing:
    """Who holds what in an organization, of people whose address or name contains `q`, or whose address begins with it, or at those sites of it where the viewer may read that; and whether it is they."""
    beside = ("user", "service_account", "custom_role", "site", "condition", "granted_by")
    found = RoleBinding.objects.filter(organization=organization).select_related(*beside)
    found = found.annotate(is_viewer=ExpressionWrapper(Q(user=viewer.pk), BooleanField()))
    if not can(viewer, Permission.ROLES_READ, organization):
        seen = sites_of(viewer, organization)
        theirs = [site.pk for site in seen if can(viewer, Permission.ROLES_READ, site)]
        found = found.filter(site__in=theirs)
    if role:
        found = found.filter(Q(custom_role__isnull=False) if role == "custom" else Q(role=role))
    if q:
        found = found.filter(_holders_named(q, organization))
    return Listing((found,), key=("id",))


def _holders_named(q: str, organization: Organization) -> Q:
    if not PEOPLE.can_find(q):
        return begins("user__email", normalize_email(q))
    theirs = Within("access_rolebinding", "user_id", "organization_id", [organization.pk])
    return PEOPLE.containing(q, path="user__", within=theirs)


def binding_for(viewer: Actor, organization: Organization, key: UUID) -> RoleBinding:
    """One binding of the organization, if `viewer` may bind roles there; NotFound otherwise."""
    beside = ("user", "service_account", "custom_role", "condition")
    found = RoleBinding.objects.filter(organization=organization, pk=key)
    binding = found.select_related(*beside).first()
    if binding is None or not can(viewer, Permission.ROLES_BIND, binding):
        raise NotFound
    return binding


def custom_roles_of(organization: Organization) -> QuerySet[CustomRole]:
    return CustomRole.objects.of(organization).order_by("name")  # type: ignore[no-any-return]


def conditions_of(organization: Organization) -> QuerySet[Condition]:
    return Condition.objects.of(organization).order_by("name")  # type: ignore[no-any-return]


def policies_of(organization: Organization | None) -> QuerySet[SignInPolicy]:
    """The organization's own policies; of None those of the platform, which hold in each organization."""
    policies = SignInPolicy.objects
    found = policies.of(organization) if organization else policies.of_platform()
    return found.select_related("organization", "site").order_by("key")  # type: ignore[no-any-return]


def policy_of(organization: Organization | None, key: UUID) -> SignInPolicy:
    """One of them, or NotFound."""
    found = policies_of(organization).filter(pk=key).first()
    if found is None:
        raise NotFound
    return found


def policies_with_roles(organization: Organization | None) -> list[SignInPolicy]:
    """As `policies_of`, each with the name of the role that it concerns."""
    policies: list[Any] = list(policies_of(organization))
    names: dict[str, Any] = dict(RoleName.choices)
    if organization:
        names |= {str(role.pk): role.name for role in custom_roles_of(organization)}
    for policy in policies:
        policy.role_name = names.get(policy.role or "", policy.role)
    return policies


def policies_together(
    organization: Organization | None, own: Iterable[SignInPolicy]
) -> list[Effective]:
    """What these of its policies and the platform's demand together, for each role and site that has one."""
    # Nobody administers the platform by belonging to an organization.
    platform = [
        policy
        for policy in policies_with_roles(None)
        if policy.role != RoleName.PLATFORM_ADMINISTRATOR
    ]
    return together(own, platform if organization else (), timezone.now())
