"""May this person do that there? One question, one answer with its reason. And who is in charge, or invited."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, partial
from typing import Any
from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from mago.core.columns import Columns
from mago.core.context import caller
from mago.core.ids import digest
from mago.core.sql import Statement

from . import principals
from .conditions import evaluate
from .facts import current_facts
from .methods import may_use
from .models import Condition, CustomRole, Invitation, Membership, RoleBinding, ServiceAccount
from .permissions import Permission
from .roles import RoleName
from .scope import PLATFORM, Scope, scope_of

Actor = User | ServiceAccount | AnonymousUser


@dataclass(frozen=True)
class Decision:
    """`binding` is what allowed it; `reason` says why (not) in words for people."""

    allowed: bool
    # Put into words only for who asks: a page decides dozens of times.
    why: Callable[[], str]
    binding: RoleBinding | None = None

    def __bool__(self) -> bool:
        return self.allowed

    @property
    def reason(self) -> str:
        return self.why()


def can(actor: Actor, permission: Permission, target: Any = None) -> Decision:
    """Whether `actor` may do `permission` to `target` (None: on the platform), now and from here, and why.

    Nobody may who is disabled, nor by a means of authentication that this permission is closed to.
    What is not known does not count in favour.
    """
    if not isinstance(actor, User | ServiceAccount) or not actor.is_active:
        return Decision(False, lambda: _("Nobody is signed in."))
    if not _is_open(permission):
        return Decision(
            False,
            lambda: _("This cannot be done with what the request was authenticated by."),
        )
    where = scope_of(target)
    holding = [b for b in live_bindings(actor) if permission in b.permissions]
    covering = [binding for binding in holding if binding.scope.covers(where)]
    if not covering:
        return Decision(False, partial(_no_role, permission, holding))
    refused = ""
    for binding in covering:
        if binding.condition is None:
            return Decision(True, partial(_allowed, binding), binding)
        facts = current_facts(
            email=getattr(actor, "email", ""),
            attributes=getattr(target, "condition_attributes", None),
        )
        verdict = evaluate(binding.condition.rule, facts)
        if verdict:
            return Decision(True, partial(_allowed, binding, verdict.reason), binding)
        words = _("The role %(role)s would allow it, but its condition does not hold: %(why)s")
        refused = words % {"role": binding.role_name, "why": verdict.reason}
    return Decision(False, lambda: refused)


def _is_open(permission: Permission) -> bool:
    """Whether what the request was authenticated by may use `permission`, whoever holds it."""
    who = caller()
    permitted = who.permits is None or permission in who.permits
    return permitted and may_use(who.via, permission)


def _allowed(binding: RoleBinding, why: str = "") -> str:
    if not why:
        return _("The role %(role)s allows it.") % {"role": binding.role_name}
    words = _("The role %(role)s allows it, and its condition holds: %(why)s")
    return words % {"role": binding.role_name, "why": why}


def _no_role(permission: Permission, holding: list[RoleBinding]) -> str:
    if holding:
        words = _("The role %(role)s allows %(permission)s, but not here.")
        return words % {"role": holding[0].role_name, "permission": permission}
    return _("No role of this person allows %(permission)s.") % {"permission": permission}


def may_at_all(actor: User | ServiceAccount, permission: Permission, target: Any = None) -> bool:
    """Whether somebody who is not here holds `permission` there, under whatever circumstances.

    For what they have left behind, such as a link: it is worth nothing once they could not leave it any more.
    """
    where = scope_of(target)
    return actor.is_active and any(
        permission in binding.permissions and binding.scope.covers(where)
        for binding in live_bindings(actor)
    )


def can_within(actor: Actor, permission: Permission, target: Any = None) -> Decision:
    """Whether `actor` may at `target` or somewhere inside it: enough to be shown the way there."""
    decision, where = can(actor, permission, target), scope_of(target)
    if decision or not isinstance(actor, User | ServiceAccount):
        return decision
    inside = {b.scope for b in live_bindings(actor) if where.covers(b.scope)}
    found = (can(actor, permission, place) for place in inside)
    return next((one for one in found if one), decision)


def live_bindings(actor: User | ServiceAccount) -> list[RoleBinding]:
    """The bindings of a person or service account that count: not expired, of no disabled organization.

    One query for each object of `actor`; a request has one.
    """
    kept: list[RoleBinding] | None = getattr(actor, "_live_bindings", None)
    if kept is None:
        statement = _of_kind("user_id" if isinstance(actor, User) else "service_account_id")
        kept = [_with_its_parts(row) for row in statement.all([actor.pk, timezone.now()])]
        actor._live_bindings = kept  # type: ignore[union-attr]
    return kept


# Asked at each request of somebody who has signed in.
# ruff: noqa: S608 - the names in this statement are our own
_binding, _role, _condition = (
    Columns(RoleBinding, "b"),
    Columns(CustomRole, "r"),
    Columns(Condition, "c"),
)


@cache
def _of_kind(column: str) -> Statement:
    organizations = RoleBinding._meta.get_field("organization").related_model._meta.db_table
    return Statement(
        f"SELECT {_binding.sql}, {_role.sql}, {_condition.sql} FROM {RoleBinding._meta.db_table} b"
        f" LEFT JOIN {CustomRole._meta.db_table} r ON r.id = b.custom_role_id"
        f" LEFT JOIN {Condition._meta.db_table} c ON c.id = b.condition_id"
        f" LEFT JOIN {organizations} o ON o.id = b.organization_id"
        f" WHERE b.{column} = %s AND (b.expires_at IS NULL OR b.expires_at > %s)"
        " AND (b.organization_id IS NULL OR o.is_active) ORDER BY b.granted_at, b.id"
    )


def _with_its_parts(row: Sequence[Any]) -> RoleBinding:
    a, b = len(_binding), len(_binding) + len(_role)
    return _binding.object(
        row[:a],
        custom_role=None if row[a] is None else _role.object(row[a:b]),
        condition=None if row[b] is None else _condition.object(row[b:]),
    )


def unexpired() -> Q:
    """Of bindings: their end has not come."""
    return Q(expires_at=None) | Q(expires_at__gt=timezone.now())


def forget_bindings(actor: User | ServiceAccount) -> None:
    """The next decision about them reads anew; after their bindings changed."""
    principals.forget()
    if hasattr(actor, "_live_bindings"):
        del actor._live_bindings


def roles_of(user: User) -> list[str]:
    """The built-in roles that a person holds on the platform."""
    return sorted(
        {
            binding.role
            for binding in live_bindings(user)
            if binding.role and binding.scope == PLATFORM
        }
    )


def unconditional_permissions_of(
    actor: User | ServiceAccount, where: Scope
) -> frozenset[Permission]:
    """What somebody holds there for good, whatever the circumstances: the most that they can pass on."""
    bindings = [b for b in live_bindings(actor) if b.condition is None and b.expires_at is None]
    return frozenset(
        p for binding in bindings if binding.scope.covers(where) for p in binding.permissions
    )


def outranks(actor: User, person: User) -> bool:
    """Whether `actor` holds all that `person` holds, everywhere that they hold it.

    Only then may `actor` act on the account itself: reset it, disable it, enrol factors anew. Else a
    help desk could make itself an owner by way of an owner's account.
    """
    # Read anew, and those of disabled organizations too: they count again on the day that these are enabled.
    held = RoleBinding.objects.filter(unexpired(), user=person).select_related("custom_role")
    return all(
        binding.permissions <= unconditional_permissions_of(actor, binding.scope)
        for binding in held
    )


def organizations_of(user: User) -> list[UUID]:
    """The ids of the organizations that a person is a member of."""
    mine = Membership.objects.everywhere(reason="one person's own memberships").filter(user=user)
    return list(mine.order_by("joined_at").values_list("organization_id", flat=True))


def is_member(user: User, organization_id: UUID) -> bool:
    return bool(Membership.objects.of(organization_id).filter(user=user).exists())


def invitation_of(secret: str) -> Invitation | None:
    """The invitation that this secret would accept now: open, in time, of an organization that is not disabled."""
    invitations = Invitation.objects.everywhere(reason="the secret names one").select_related(
        "organization", "site", "invited_by"
    )
    found: Invitation | None = invitations.filter(
        digest=digest(secret),
        closed_at=None,
        expires_at__gt=timezone.now(),
        organization__is_active=True,
    ).first()
    return found


def administrators() -> QuerySet[User]:
    """The people who hold the platform administrator's role for good, and are active."""
    bindings = RoleBinding.objects.filter(role=RoleName.PLATFORM_ADMINISTRATOR, expires_at=None)
    return User.objects.filter(pk__in=bindings.values("user"), is_active=True)


def platform_bindings() -> QuerySet[RoleBinding]:
    """Who holds a role on the platform now, for good or for a time."""
    held = RoleBinding.objects.filter(unexpired(), organization=None)
    return held.select_related("user", "granted_by")


def owners_of(organization_id: UUID) -> QuerySet[User]:
    """The people who own an organization for good, and are active."""
    bindings = RoleBinding.objects.filter(
        organization_id=organization_id,
        site=None,
        role=RoleName.ORGANIZATION_OWNER,
        expires_at=None,
        condition=None,
    )
    return User.objects.filter(pk__in=bindings.values("user"), is_active=True)


def has_owner() -> bool:
    """Whether somebody can administer this installation."""
    return administrators().exists()
