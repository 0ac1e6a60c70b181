"""What a reading of the directory means for the people whom we know by it. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from accounts.federation.enterprise.asserted import Asserted

from .models import Action
from .standing import Standing


@dataclass(frozen=True)
class Found:
    """Somebody who is in the directory."""

    asserted: Asserted
    standing: Standing = Standing.ACTIVE


@dataclass(frozen=True)
class Known:
    """Somebody whom the directory has named before; `is_in` while it lets them in here."""

    user_id: UUID
    label: str
    digest: str
    is_in: bool


@dataclass(frozen=True)
class Change:
    action: Action
    subject: str
    label: str
    why: str = ""
    told: Asserted | None = None


@dataclass(frozen=True)
class Rules:
    """`updates_all` takes nobody for unchanged: what roles are made of was changed here."""

    is_full: bool
    imports: bool
    required_groups: frozenset[str] = frozenset()
    updates_all: bool = False


@dataclass
class Plan:
    """What would be changed. Nothing of it has been."""

    read: int = 0
    unchanged: int = 0
    unidentified: int = 0
    changes: list[Change] = field(default_factory=list)

    @property
    def counts(self) -> dict[str, int]:
        return dict(Counter(change.action.value for change in self.changes))

    @property
    def disabled(self) -> int:
        return self.counts.get(Action.DISABLE.value, 0)


def compare(found: Iterable[Found], known: Mapping[str, Known], rules: Rules) -> Plan:
    """The plan for a reading that is whole. `known` is by subject."""
    plan, people = Plan(), _by_subject(found)
    for subject, entries in people.items():
        plan.read += len(entries)
        if not subject:
            plan.unidentified = len(entries)
            continue
        if len(entries) > 1:
            # Whoever of them it is: nobody is changed by a guess.
            words = "several entries have this identifier"
            plan.changes.append(Change(Action.IGNORE, subject, _label(entries[0]), words))
            continue
        change = _change(entries[0], known.get(subject), rules)
        if change is None:
            plan.unchanged += 1
        else:
            plan.changes.append(change)
    if rules.is_full and not plan.unidentified:
        plan.changes += _gone(people, known)
    return plan


def is_braked(disabled: int, known: int, share: int) -> bool:
    """Whether more than `share` per cent of `known` people would be disabled."""
    return disabled * 100 > known * share


def _by_subject(found: Iterable[Found]) -> dict[str, list[Found]]:
    people: dict[str, list[Found]] = {}
    for one in found:
        people.setdefault(one.asserted.subject, []).append(one)
    return people


def _change(one: Found, known: Known | None, rules: Rules) -> Change | None:
    """None where nothing is to be done."""
    asserted, is_in = one.asserted, known is not None and known.is_in
    why = _shut_out(one, rules)
    if why:
        return Change(Action.DISABLE, asserted.subject, _label(one), why) if is_in else None
    if not is_in:
        if not rules.imports:
            return None
        why = "back in the directory" if known else "new in the directory"
        return Change(Action.CREATE, asserted.subject, _label(one), why, asserted)
    assert known is not None
    if known.digest == asserted.digest and not rules.updates_all:
        return None
    return Change(Action.UPDATE, asserted.subject, _label(one), "", asserted)


def _shut_out(one: Found, rules: Rules) -> str:
    """Why the directory lets this person in no longer; "" while it does."""
    if one.standing.is_out:
        return f"{one.standing} in the directory"
    if rules.required_groups and not rules.required_groups & set(one.asserted.groups):
        return "in no group that may enter"
    return ""


def _gone(people: Mapping[str, list[Found]], known: Mapping[str, Known]) -> list[Change]:
    """Who was let in, and is in the directory no longer."""
    still_in = {one.user_id for subject, one in known.items() if one.is_in and subject in people}
    gone = []
    for subject, one in known.items():
        if not one.is_in or subject in people:
            continue
        if one.user_id in still_in:
            words = "an older entry of theirs is gone, they have another"
            gone.append(Change(Action.IGNORE, subject, one.label, words))
        else:
            gone.append(Change(Action.DISABLE, subject, one.label, "gone from the directory"))
    return gone


def _label(one: Found) -> str:
    return (one.asserted.email or one.asserted.name or one.asserted.subject)[:254]
