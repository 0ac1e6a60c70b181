"""A dry run: who would gain or lose what, if a role held other permissions or a condition had another rule. Pure."""

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial

from .conditions import Rule, evaluate
from .facts import Attributes, Facts
from .models import Condition, CustomRole, RoleBinding
from .permissions import Permission
from .scope import Scope

Permissions = frozenset[Permission]


@dataclass(frozen=True)
class Hubs:
    """Hubs that are alike to conditions: of a model that one asks for (else empty), with those of the tags that are."""

    model: str = ""
    tags: tuple[str, ...] = ()


@dataclass(frozen=True)
class Place:
    """Where something is decided: in an organization, at a site, or at such hubs of it."""

    scope: Scope
    hubs: Hubs | None = None
    # As conditions ask for them: they follow from which place it is.
    attributes: Attributes = field(default_factory=dict, compare=False)

    def covers(self, other: "Place") -> bool:
        return self.hubs is None and self.scope.covers(other.scope)


@dataclass(frozen=True)
class Held:
    """What one binding gives somebody, where."""

    who: Hashable
    scope: Scope
    permissions: Permissions


@dataclass(frozen=True)
class Change:
    """What somebody would gain and lose at a place, and inside it; neither, where all stays as it is, unlike around it."""

    who: Hashable
    scope: Scope
    gains: list[Permission]
    losses: list[Permission]
    hubs: Hubs | None = None


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
    places = dict.fromkeys(Place(one.scope) for one in (*had, *would))
    return _differences(who, places, partial(_at, had), partial(_at, would))


def _at(held: list[Held], place: Place) -> Permissions:
    return frozenset(p for one in held if one.scope.covers(place.scope) for p in one.permissions)


def _differences(
    who: Hashable,
    places: Iterable[Place],
    before: Callable[[Place], Permissions],
    after: Callable[[Place], Permissions],
) -> list[Change]:
    """What becomes another at these places, each told where it is not as it is said of around it."""
    told: list[tuple[Place, Change]] = []
    for place in sorted(places, key=_depth):
        had, would = before(place), after(place)
        gains, losses = sorted(would - had), sorted(had - would)
        around = [change for outer, change in told if outer.covers(place)]
        said = (around[-1].gains, around[-1].losses) if around else ([], [])
        if (gains, losses) != said:
            told.append((place, Change(who, place.scope, gains, losses, place.hubs)))
    return [change for _place, change in told]


def _depth(place: Place) -> int:
    within = (place.scope.organization_id, place.scope.site_id, place.hubs)
    return sum(part is not None for part in within)


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
    *,
    places_of: Callable[[list[RoleBinding]], Iterable[Place]],
    facts_of: Callable[[str, Place], Facts],
) -> list[Change]:
    """What `rule` in the place of the condition's own would change, at the places to look at for somebody's bindings.

    `facts_of` tells what is known of somebody of that address at such a place.
    """
    kept: dict[Hashable, bool] = {}

    def holds(stands: Rule, of: Hashable, email: str, place: Place) -> bool:
        # Of an address only its domain is ever asked.
        key = (of, email.rpartition("@")[2], place)
        if key not in kept:
            kept[key] = bool(evaluate(stands, facts_of(email, place)))
        return kept[key]

    def given(binding: RoleBinding, place: Place, *, changed: bool) -> bool:
        if binding.condition is None:
            return True
        is_it = changed and binding.condition_id == condition.pk
        stands = rule if is_it else binding.condition.rule
        email = binding.user.email if binding.user else ""
        return holds(stands, (binding.condition_id, is_it), email, place)

    def at(mine: list[tuple[RoleBinding, Held]], place: Place, *, changed: bool) -> Permissions:
        return frozenset().union(
            *(
                held.permissions
                for binding, held in mine
                if held.scope.covers(place.scope) and given(binding, place, changed=changed)
            )
        )

    people: dict[Hashable, list[tuple[RoleBinding, Held]]] = {}
    for binding in bindings:
        held = Held(_principal(binding), binding.scope, binding.permissions)
        people.setdefault(held.who, []).append((binding, held))
    return [
        change
        for who, mine in people.items()
        for change in _differences(
            who,
            dict.fromkeys(places_of([binding for binding, _held in mine])),
            partial(at, mine, changed=False),
            partial(at, mine, changed=True),
        )
    ]


def _principal(binding: RoleBinding) -> Hashable:
    return binding.user or binding.service_account
