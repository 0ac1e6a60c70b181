"""A dry run: who would gain or lose what, if a role held other permissions or a condition had another rule. Pure."""

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass

from .conditions import Rule, evaluate
from .facts import Facts
from .models import Condition, CustomRole, RoleBinding
from .permissions import Permission
from .scope import Scope

Permissions = frozenset[Permission]


@dataclass(frozen=True)
class Held:
    """What one binding gives somebody, where."""

    who: Hashable
    scope: Scope
    permissions: Permissions


@dataclass(frozen=True)
class Change:
    """What somebody would gain and lose at a place, and inside it."""

    who: Hashable
    scope: Scope
    gains: list[Permission]
    losses: list[Permission]


def changes(before: Iterable[Held], after: Iterable[Held]) -> list[Change]:
    """The difference for everybody, at each place where they hold something.

    What another role gives besides is no loss and no gain; what follows from an outer place is told
    there and not once more inside it.
    """
    had, would = _by_person(before), _by_person(after)
    return [
        change
        for who in dict.fromkeys([*had, *would])
        for change in _changes_of(who, had.get(who, []), would.get(who, []))
    ]


def _by_person(held: Iterable[Held]) -> dict[Hashable, list[Held]]:
    found: dict[Hashable, list[Held]] = {}
    for one in held:
        found.setdefault(one.who, []).append(one)
    return found


def _changes_of(who: Hashable, had: list[Held], would: list[Held]) -> list[Change]:
    told: list[Change] = []
    places = dict.fromkeys(one.scope for one in (*had, *would))
    for scope in sorted(places, key=lambda place: place.site_id is not None):
        before, after = _at(had, scope), _at(would, scope)
        change = Change(who, scope, sorted(after - before), sorted(before - after))
        differs = bool(change.gains or change.losses)
        if differs and not any(_says_as_much(outer, change) for outer in told):
            told.append(change)
    return told


def _at(held: list[Held], scope: Scope) -> Permissions:
    return frozenset(p for one in held if one.scope.covers(scope) for p in one.permissions)


def _says_as_much(outer: Change, change: Change) -> bool:
    same = (outer.gains, outer.losses) == (change.gains, change.losses)
    return same and outer.scope.covers(change.scope)


def if_role_held(
    bindings: Sequence[RoleBinding], role: CustomRole, permissions: Permissions
) -> list[Change]:
    """What `permissions` in the place of the role's own would change, among the people of `bindings`."""

    def given(binding: RoleBinding) -> Permissions:
        return permissions if binding.custom_role_id == role.pk else binding.permissions

    return changes(
        (Held(_principal(b), b.scope, b.permissions) for b in bindings),
        (Held(_principal(b), b.scope, given(b)) for b in bindings),
    )


def if_rule_were(
    bindings: Sequence[RoleBinding],
    condition: Condition,
    rule: Rule,
    facts_of: Callable[[RoleBinding], Facts],
) -> list[Change]:
    """What `rule` in the place of the condition's own would change, under the facts of each binding."""

    def given(binding: RoleBinding, changed: Rule) -> Permissions:
        if binding.condition is None:
            return binding.permissions
        stands = changed if binding.condition_id == condition.pk else binding.condition.rule
        return binding.permissions if evaluate(stands, facts_of(binding)) else frozenset()

    return changes(
        [Held(_principal(b), b.scope, given(b, condition.rule)) for b in bindings],
        [Held(_principal(b), b.scope, given(b, rule)) for b in bindings],
    )


def _principal(binding: RoleBinding) -> Hashable:
    return binding.user or binding.service_account
