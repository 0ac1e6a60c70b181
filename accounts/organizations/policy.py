"""Of all policies that concern a person, the strictest wins, field by field. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings

from accounts.access.facts import Strength

from .models import SignInPolicy


@dataclass(frozen=True)
class Asked:
    """A strength that a policy asks for, from a moment on (None: since ever)."""

    strength: Strength
    since: datetime | None
    by: str

    def counts_at(self, now: datetime) -> bool:
        return self.since is None or self.since <= now


@dataclass(frozen=True)
class Demand:
    """What is demanded of one person's sign-ins.

    Each strength that is asked for is kept, as the one that is highest may count later than another.
    """

    asked: frozenset[Asked] = frozenset()
    methods: frozenset[str] | None = None
    idle: timedelta | None = None
    absolute: timedelta | None = None
    single_session: bool = False
    # Makes of security key (AAGUID) that passkeys may be held by; None: any.
    authenticators: frozenset[str] | None = None

    def strength_at(self, now: datetime) -> Strength:
        """The strength demanded then; before the grace has passed, only a reminder is shown."""
        counting = [one.strength for one in self.asked if one.counts_at(now)]
        return max(counting, default=Strength.SINGLE_FACTOR)

    def because(self, now: datetime) -> list[str]:
        """The names of the policies that ask for that strength."""
        strength = self.strength_at(now)
        counting = (one for one in self.asked if one.counts_at(now) and one.strength == strength)
        return sorted({one.by for one in counting})

    def next_at(self, now: datetime, reached: int = Strength.NONE) -> Asked | None:
        """What will be demanded once a grace has passed, and neither is yet nor was `reached`: to remind of."""
        enough = max(self.strength_at(now), reached)
        coming = [one for one in self.asked if one.since and one.strength > enough]
        return min(coming, key=lambda one: one.since or now, default=None)

    def is_met_by(self, method: str, strength: int, now: datetime) -> bool:
        """Whether a sign-in by that method, of that strength, is what is demanded then."""
        return self.allows_method(method) and strength >= self.strength_at(now)

    @property
    def leaves_a_way(self) -> bool:
        """False where lists that have nothing in common allow no way of signing in at all."""
        no_passkey = self.authenticators is not None and not self.authenticators
        only_passkey = any(one.strength == Strength.PHISHING_RESISTANT for one in self.asked)
        return self.methods != frozenset() and not (no_passkey and only_passkey)

    def allows_method(self, method: str) -> bool:
        return self.methods is None or method in self.methods


def strictest(policies: Iterable[SignInPolicy]) -> Demand:
    """The demand that satisfies every one of `policies`.

    Of two lists of methods only what stands in both is allowed; of two lengths the shorter holds.
    """
    demand = Demand()
    for policy in policies:
        demand = _both(demand, policy)
    return demand


def _both(demand: Demand, policy: SignInPolicy) -> Demand:
    return Demand(
        asked=demand.asked | _asked_by(policy),
        methods=_common(demand.methods, policy.methods),
        idle=_shorter(demand.idle, policy.idle_minutes),
        absolute=_shorter(demand.absolute, policy.absolute_minutes),
        single_session=demand.single_session or policy.single_session,
        authenticators=_common(demand.authenticators, policy.authenticators),
    )


def _asked_by(policy: SignInPolicy) -> frozenset[Asked]:
    if not policy.strength:
        return frozenset()
    return frozenset({Asked(Strength(policy.strength), policy.grace_until, str(policy))})


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
    return _least(idle, demand.idle), _least(absolute, demand.absolute)


def _least(length: timedelta, demanded: timedelta | None) -> timedelta:
    return length if demanded is None else min(length, demanded)
