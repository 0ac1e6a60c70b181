"""May this person do that there? One question, one answer with its reason."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import chain
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.utils.translation import gettext as _

from accounts.models import User
from mago.core.context import caller

from ..conditions import evaluate
from ..facts import current_facts
from ..methods import may_use
from ..models import RoleBinding, ServiceAccount
from ..permissions import Permission
from ..scope import scope_of
from .bindings import live_bindings, sites_by_attributes

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
    if not isinstance(actor, User | ServiceAccount):
        return Decision(False, lambda: _("Nobody is signed in."))
    if why := hindrance(actor, permission):
        return Decision(False, why)
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


def hindrance(actor: User | ServiceAccount, permission: Permission) -> Callable[[], str] | None:
    """What keeps somebody from it whatever they hold, to be put into words; None where nothing does."""
    if not actor.is_active:
        return lambda: _("This account is disabled.")
    if not _is_open(permission):
        return lambda: _("This cannot be done with what the request was authenticated by.")
    return None


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
    by_attributes = (s for s in sites_by_attributes(actor) if where.covers(s.access_scope))
    found = (can(actor, permission, place) for place in chain(inside, by_attributes))
    return next((one for one in found if one), decision)
