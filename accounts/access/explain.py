"""Why may somebody do something, or why not? And who may?"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from accounts.models import User
from mago.core.context import caller, calling

from .conditions import evaluate
from .facts import current_facts
from .methods import Means, may_use
from .models import CustomRole, Membership, RoleBinding, ServiceAccount
from .permissions import Permission
from .roles import ON_PLATFORM, PERMISSIONS
from .scope import Scope, scope_of
from .selectors.bindings import unexpired
from .selectors.decisions import Actor, Decision, can, hindrance

MOST = 500
BESIDE = ("user", "service_account", "custom_role", "condition", "organization", "site")


@dataclass(frozen=True)
class Looked:
    """A binding that was looked at: whether it allows what was asked, and why (not)."""

    binding: RoleBinding
    allows: bool
    reason: str


def explain(
    principal: User | ServiceAccount, permission: Permission, target: Any
) -> tuple[Decision, list[Looked]]:
    """The decision on `principal`, judged as if they asked now and from where the caller is; and its grounds."""
    # What the reader's own token may do at most says nothing about `principal`.
    with calling(replace(caller(), via=_means(principal), permits=None)):
        decision, why = can(principal, permission, target), hindrance(principal, permission)
    where = scope_of(target)
    mine = Q(user=principal) if isinstance(principal, User) else Q(service_account=principal)
    here = Q(organization=None) | Q(organization=where.organization_id)
    bindings = RoleBinding.objects.filter(mine & here).select_related(*BESIDE)
    live = {b.pk for b in bindings.filter(unexpired())}
    found = list(bindings.order_by("granted_at", "id"))
    short = {b.pk: _falls_short(b, permission, where, live=b.pk in live) for b in found}
    barred = why() if why else ""
    if not decision and not why and any(not short[b.pk] and _is_shut(b) for b in found):
        decision = replace(decision, why=_shut)
    return decision, [
        _look(b, target, short[b.pk] or barred or (_shut() if _is_shut(b) else "")) for b in found
    ]


def askable(viewer: Actor, organization_id: Any) -> QuerySet[User]:
    """Whom somebody may ask about in an organization, or on the platform (None): the members; and, for whoever may read
    people, who holds a role on the platform, or held one until it ended."""
    people = Q(pk__in=_members(organization_id))
    if can(viewer, Permission.PEOPLE_READ):
        above = RoleBinding.objects.filter(organization=None, user__isnull=False)
        people |= Q(pk__in=above.values("user"))
    return User.objects.filter(people)


def _members(organization_id: Any) -> QuerySet[Any]:
    """Nobody is a member of the platform."""
    there = [organization_id] if organization_id else []
    members: QuerySet[Any] = Membership.objects.of_any(there).values("user")
    return members


def _means(principal: User | ServiceAccount) -> str:
    return Means.SESSION if isinstance(principal, User) else Means.API_TOKEN


def _falls_short(binding: RoleBinding, permission: Permission, where: Scope, *, live: bool) -> str:
    """Why a binding is not about what was asked; empty where it is."""
    if not live:
        return _("It has ended.")
    if permission not in binding.permissions:
        return _("This role does not hold the permission.")
    return "" if binding.scope.covers(where) else _("It holds elsewhere.")


def _is_shut(binding: RoleBinding) -> bool:
    return binding.organization is not None and not binding.organization.is_active


def _shut() -> str:
    return _("This organization is disabled.")


def _look(binding: RoleBinding, target: Any, amiss: str) -> Looked:
    if amiss:
        return Looked(binding, False, amiss)
    if binding.condition is None:
        return Looked(binding, True, _("It allows this."))
    email = binding.user.email if binding.user else ""
    attributes = getattr(target, "condition_attributes", None)
    verdict = evaluate(binding.condition.rule, current_facts(email=email, attributes=attributes))
    return Looked(binding, verdict.holds, verdict.reason)


def who_can(permission: Permission, target: Any, *, viewer: Actor) -> list[RoleBinding]:
    """The bindings by which people and service accounts may do it there, if their conditions hold; at most MOST.

    Who holds a role on the platform is named to those who may read people; to others, if they are members there.
    """
    where: Scope = scope_of(target)
    above = Q(organization=None, role__in=_holding(ON_PLATFORM, permission))
    if not can(viewer, Permission.PEOPLE_READ):
        above &= Q(user__in=_members(where.organization_id))
    active = Q(user__is_active=True)
    if may_use(Means.API_TOKEN, permission):
        active |= Q(service_account__is_active=True)
    found: QuerySet[RoleBinding] = RoleBinding.objects.filter(
        above | _holding_in(where, permission), active, unexpired()
    )
    return list(found.select_related(*BESIDE).order_by("granted_at", "id")[:MOST])


def _holding(table: Mapping[str, frozenset[Permission]], permission: Permission) -> list[str]:
    return [role for role, held in table.items() if permission in held]


def _holding_in(where: Scope, permission: Permission) -> Q:
    """The bindings in an organization that reach there and hold the permission; none where it is disabled."""
    if (key := where.organization_id) is None:
        return Q(pk__in=[])
    own = [role.pk for role in CustomRole.objects.of(key) if permission in role.granted]
    roles = Q(role__in=_holding(PERMISSIONS, permission)) | Q(custom_role__in=own)
    reaching = Q(site=None) | Q(site=where.site_id) if where.site_id else Q(site=None)
    return roles & reaching & Q(organization=key, organization__is_active=True)


def beside(organization_id: Any, **of: Any) -> tuple[list[RoleBinding], bool]:
    """All live bindings in an organization, and on the platform, of those who hold one there such as `of` says.

    Of at most MOST such, and whether there are no more. All that somebody holds, or nothing of it: half of it would
    make a loss of what they keep.
    """
    such = RoleBinding.objects.filter(unexpired(), organization=organization_id, **of)
    such = such.order_by("granted_at", "id")
    holding = list(such.values_list("user", "service_account")[: MOST + 1])
    people = {user for user, _program in holding[:MOST] if user}
    programs = {program for _user, program in holding[:MOST] if program}
    whose = Q(user__in=people) | Q(service_account__in=programs)
    here = Q(organization=None) | Q(organization=organization_id)
    found = RoleBinding.objects.filter(unexpired(), whose, here).select_related(*BESIDE)
    return list(found.order_by("granted_at", "id")), len(holding) <= MOST
