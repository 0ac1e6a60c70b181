"""What a change of a role or of a condition would do, judged by all live bindings of those whom it concerns."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from .conditions import BadRule, asks_for_attributes, check
from .explain import beside
from .facts import Facts, current_facts
from .models import Condition, CustomRole, RoleBinding
from .permissions import Permission
from .places import places_in
from .preview import Change, Place, if_role_held, if_rule_were

# Of places for each person and program, together: a second's work.
MOST_LOOKS = 30_000
MOST_PLACES = 200
MOST_TOLD = 500


@dataclass(frozen=True)
class DryRun:
    """`complete` unless there is more than could be looked at, or told."""

    changes: list[Change]
    complete: bool = True

    @property
    def may_change(self) -> bool:
        """Whether somebody gains or loses by it, for all that is known."""
        return bool(self.changes) or not self.complete


def if_role_were(role: CustomRole, permissions: list[str]) -> DryRun:
    """Who would gain or lose what, if the role held these permissions."""
    wanted = frozenset(map(Permission, permissions))
    bindings, everybody = beside(role.organization_id, custom_role=role)
    return _told(if_role_held(bindings, role, wanted), complete=everybody)


def if_condition_were(condition: Condition, rule: Any) -> DryRun:
    """Who would gain or lose what now, if the condition had this rule; BadRule if it is none."""
    check(rule)
    bindings, everybody = beside(condition.organization_id, condition=condition)
    conditional = [binding for binding in bindings if binding.condition]
    others = {b.condition_id: b.condition.rule for b in conditional if b.condition}
    rules = [rule, *others.values()]
    if not any(map(asks_for_attributes, rules)):
        found = if_rule_were(bindings, condition, rule, places_of=_own, facts_of=_facts)
        return _told(found, complete=everybody)
    those = {(binding.user_id, binding.service_account_id) for binding in bindings}
    most = min(MOST_PLACES, MOST_LOOKS // (len(those) or 1))
    places, everywhere = places_in(condition.organization_id, conditional, rules, most=most)

    def reached(mine: list[RoleBinding]) -> Iterable[Place]:
        scopes = [binding.scope for binding in mine if binding.condition]
        return (place for place in places if any(scope.covers(place.scope) for scope in scopes))

    found = if_rule_were(bindings, condition, rule, places_of=reached, facts_of=_facts)
    return _told(found, complete=everybody and everywhere)


def _own(mine: list[RoleBinding]) -> Iterable[Place]:
    """Where somebody holds something; what is of which kind there does not count."""
    return (Place(binding.scope) for binding in mine)


def _facts(email: str, place: Place) -> Facts:
    """What is known of people who are not asking: themselves and the place; the rest as of who looks."""
    return current_facts(email=email, attributes=place.attributes)


def _told(found: list[Change], *, complete: bool) -> DryRun:
    return DryRun(found[:MOST_TOLD], complete and len(found) <= MOST_TOLD)


__all__ = ["BadRule", "DryRun", "if_condition_were", "if_role_were"]
