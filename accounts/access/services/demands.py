"""What every change of roles and memberships asks for first. Nothing here writes."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.models import User
from mago.core.errors import Conflict

from ..models import RoleBinding
from ..permissions import Permission
from ..refusals import NotPermitted
from ..roles import RoleName
from ..scope import PLATFORM, Scope, scope_of
from ..selectors.bindings import unconditional_permissions_of
from ..selectors.decisions import can
from ..selectors.in_charge import administrators, owners_of


def demand_permission(actor: User, permission: Permission, target: Any = None) -> None:
    """Forbidden, with the reason, unless `actor` may."""
    decision = can(actor, permission, target)
    if not decision:
        where = scope_of(target)
        raise NotPermitted(actor, decision.why, where=where, permission=permission.value)


def demand_to_bind(actor: User, permissions: frozenset[Permission], scope: Scope) -> None:
    """Forbidden unless `actor` may bind roles there and holds all of `permissions` for good.

    On the platform its administrators bind alone: who audits it is not sent home by whom they audit.
    """
    permission = Permission.ADMINISTRATORS_EDIT if scope == PLATFORM else Permission.ROLES_BIND
    demand_permission(actor, permission, scope)
    demand_held(actor, permissions, scope)


def demand_held(actor: User, permissions: frozenset[Permission], scope: Scope) -> None:
    """Forbidden unless `actor` holds all of `permissions` there for good."""
    missing = permissions - unconditional_permissions_of(actor, scope)
    if missing:
        named = ", ".join(sorted(missing))
        raise NotPermitted(
            actor,
            lambda: (
                _("You cannot grant or take what you do not hold yourself: %(permissions)s.")
                % {"permissions": named}
            ),
            where=scope,
            permission=Permission.ROLES_BIND.value,
            code="not_yours_to_grant",
        )


def demand_to_bind_all(actor: User, bindings: Iterable[RoleBinding]) -> None:
    """Forbidden unless `actor` could grant each of these: whoever holds them stands no higher."""
    for binding in bindings:
        demand_to_bind(actor, binding.permissions, binding.scope)


@contextmanager
def in_good_hands(scope: Scope) -> Iterator[None]:
    """Conflict where what is done inside leaves nobody in charge there for good, or nobody of them who can sign in.

    Inside a transaction; until its end nobody else changes who is in charge.
    """
    if scope.site_id is not None:
        yield
        return
    # Before anything is written, and in one order: two who take the role from each other wait their turn.
    bindings = _bindings_in_charge(scope).order_by("pk").select_for_update().values_list("pk")
    list(bindings)
    before = _somebody_left(scope)
    yield
    if any(had and not has for had, has in zip(before, _somebody_left(scope), strict=True)):
        if scope == PLATFORM:
            raise Conflict(_("This is the last administrator."), code="last_administrator")
        words = _("This is the last owner. Hand the ownership over first.")
        raise Conflict(words, code="last_owner")


def _somebody_left(scope: Scope) -> tuple[bool, bool]:
    """Whether somebody is in charge there for good, disabled people too, and whether somebody who can sign in is."""
    held = _bindings_in_charge(scope).filter(user__isnull=False, expires_at=None, condition=None)
    return held.exists(), _in_charge(scope).exists()


def _in_charge(scope: Scope) -> QuerySet[User]:
    return owners_of(scope.organization_id) if scope.organization_id else administrators()


def _bindings_in_charge(scope: Scope) -> QuerySet[RoleBinding]:
    where: Any = scope.organization_id
    role = RoleName.ORGANIZATION_OWNER if where else RoleName.PLATFORM_ADMINISTRATOR
    return RoleBinding.objects.filter(organization_id=where, role=role)
