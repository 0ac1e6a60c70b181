"""Why may somebody do something, or why not? And who may?"""

from dataclasses import dataclass, replace
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from accounts.models import User
from mago.core.context import caller, calling

from .conditions import evaluate
from .facts import current_facts
from .methods import Means
from .models import Membership, RoleBinding, ServiceAccount
from .permissions import Permission
from .roles import ON_PLATFORM, PERMISSIONS
from .scope import Scope, scope_of
from .selectors.bindings import unexpired
from .selectors.decisions import Actor, Decision, can

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
        decision = can(principal, permission, target)
    where = scope_of(target)
    mine = Q(user=principal) if isinstance(principal, User) else Q(service_account=principal)
    here = Q(organization=None) | Q(organization=where.organization_id)
    bindings = RoleBinding.objects.filter(mine & here).select_related(*BESIDE)
    live = {b.pk for b in bindings.filter(unexpired())}
    return decision, [
        _look(binding, permission, target, live=binding.pk in live)
        for binding in bindings.order_by("granted_at", "id")
    ]


def askable(viewer: Actor, organization_id: Any) -> QuerySet[User]:
    """Whom somebody may ask about there: the members; and, for whoever may read people, who holds a role on the platform,
    or held one until it ended."""
    people = Q(pk__in=Membership.objects.of(organization_id).values("user"))
    if can(viewer, Permission.PEOPLE_READ):
        above = RoleBinding.objects.filter(organization=None, user__isnull=False)
        people |= Q(pk__in=above.values("user"))
    return User.objects.filter(people)


def _means(principal: User | ServiceAccount) -> str:
    return Means.SESSION if isinstance(principal, User) else Means.API_TOKEN


def _look(binding: RoleBinding, permission: Permission, target: Any, *, live: bool) -> Looked:
    if not live:
        return Looked(binding, False, _("It has ended."))
    if permission not in binding.permissions:
        return Looked(binding, False, _("This role does not hold the permission."))
    if not binding.scope.covers(scope_of(target)):
        return Looked(binding, False, _("It holds elsewhere."))
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
    holding = (PERMISSIONS, ON_PLATFORM)
    built_in = {role for table in holding for role, held in table.items() if permission in held}
    above = Q(organization=None)
    if not can(viewer, Permission.PEOPLE_READ):
        above &= Q(user__in=Membership.objects.of(where.organization_id).values("user"))
    here = above | Q(organization=where.organization_id)
    active = Q(user__is_active=True) | Q(service_account__is_active=True)
    roles = Q(role__in=built_in) | Q(custom_role__isnull=False)
    found: QuerySet[RoleBinding] = RoleBinding.objects.filter(here, active, roles, unexpired())
    found = found.select_related(*BESIDE).order_by("granted_at", "id")[:MOST]
    return [b for b in found if permission in b.permissions and b.scope.covers(where)]


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
