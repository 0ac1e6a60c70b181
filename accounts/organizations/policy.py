"""Of all policies that concern a person, the strictest wins, field by field. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings

from accounts.access.facts import Strength

from .models import SignInPolicy


@dataclass(frozen=True)
class Demand:
    """What is demanded of one person's sign-ins. `because` names the policies that ask for the strength."""

    strength: Strength = Strength.SINGLE_FACTOR
    strength_from: datetime | None = None
    methods: frozenset[str] | None = None
    idle: timedelta | None = None
    absolute: timedelta | None = None
    single_session: bool = False
    because: tuple[str, ...] = ()

    def strength_at(self, now: datetime) -> Strength:
        """The strength demanded now; until the grace has passed, only a reminder is shown."""
        if self.strength_from is not None and now < self.strength_from:
            return Strength.SINGLE_FACTOR
        return self.strength

    def allows_method(self, method: str) -> bool:
        return self.methods is None or method in self.methods


def strictest(policies: Iterable[SignInPolicy]) -> Demand:
    """The demand that satisfies every one of `policies`.

    Of two that ask for the same strength the earlier end of grace counts; of two lists of methods
    only what stands in both is allowed; of two lengths the shorter holds.
    """
    demand = Demand()
    for policy in policies:
        demand = _both(demand, policy)
    return demand


def _both(demand: Demand, policy: SignInPolicy) -> Demand:
    strength, strength_from, because = _stronger(demand, policy)
    return Demand(
        strength=strength,
        strength_from=strength_from,
        because=because,
        methods=_common(demand.methods, policy.methods),
        idle=_shorter(demand.idle, policy.idle_minutes),
        absolute=_shorter(demand.absolute, policy.absolute_minutes),
        single_session=demand.single_session or policy.single_session,
    )


def _stronger(
    demand: Demand, policy: SignInPolicy
) -> tuple[Strength, datetime | None, tuple[str, ...]]:
    asked = Strength(policy.strength) if policy.strength else Strength.SINGLE_FACTOR
    if asked == Strength.SINGLE_FACTOR or asked < demand.strength:
        return demand.strength, demand.strength_from, demand.because
    if asked > demand.strength:
        return asked, policy.grace_until, (str(policy),)
    ends = [end for end in (demand.strength_from, policy.grace_until) if end is not None]
    # One of them without grace: it is demanded now.
    earliest = min(ends) if len(ends) == 2 else None
    return asked, earliest, (*demand.because, str(policy))


def _common(known: frozenset[str] | None, methods: list[str] | None) -> frozenset[str] | None:
    if methods is None:
        return known
    return frozenset(methods) if known is None else known & frozenset(methods)


def _shorter(known: timedelta | None, minutes: int | None) -> timedelta | None:
    if minutes is None:
        return known
    length = timedelta(minutes=minutes)
    return length if known is None else min(known, length)


def session_lengths(demand: Demand, *, remembered: bool) -> tuple[timedelta, timedelta]:
    """Idle and absolute life of a session: the settings', or the policy's where that is shorter."""
    idle = settings.SESSION_REMEMBERED_IDLE if remembered else settings.SESSION_IDLE
    absolute = settings.SESSION_REMEMBERED_ABSOLUTE if remembered else settings.SESSION_ABSOLUTE
    return min(idle, demand.idle or idle), min(absolute, demand.absolute or absolute)
