"""What several policies demand together, and which of them each demand comes from. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from accounts.access.facts import Strength
from accounts.access.methods import SignInMethod

from .models import SignInPolicy
from .policy import Asked, session_lengths, strictest


@dataclass(frozen=True)
class Effective:
    """Of whom it is demanded (None: everybody), and each demand with the names of the policies that make it.

    No name: it is what Mago is set to. Lengths are in minutes; `methods` None: all.
    """

    of: SignInPolicy | None
    strength: Strength
    strength_by: list[str]
    coming: Asked | None
    methods: list[str] | None
    methods_by: list[str]
    idle: int
    idle_by: list[str]
    absolute: int
    absolute_by: list[str]
    single_session: bool
    single_session_by: list[str]


def together(
    own: Iterable[SignInPolicy], platform: Iterable[SignInPolicy], now: datetime
) -> list[Effective]:
    """What holds for everybody in an organization, and then for each role and site that has a policy.

    Without any of an organization's `own`: what holds on the whole platform.
    """
    own, platform = list(own), list(platform)
    targets = [None, *(policy for policy in own if policy.role or policy.site_id)]
    named = {policy.role for policy in own if not policy.site_id}
    targets += [policy for policy in platform if policy.role and policy.role not in named]
    return [
        _effective(of, [one for one in (*platform, *own) if _concerns(one, of)], now)
        for of in targets
    ]


def _concerns(policy: SignInPolicy, of: SignInPolicy | None) -> bool:
    """Whether `policy` concerns whoever holds that role, at that site or in the whole organization: there at each site."""
    if of is None:
        return not policy.role and policy.site_id is None
    is_there = of.site_id is None or policy.site_id in (None, of.site_id)
    return policy.role in (None, "", of.role) and is_there


def _effective(of: SignInPolicy | None, policies: list[SignInPolicy], now: datetime) -> Effective:
    demand = strictest(policies)
    idle, absolute = session_lengths(demand, remembered=False)
    labels = dict(SignInMethod.choices)
    methods = demand.methods
    return Effective(
        of=of,
        strength=demand.strength_at(now),
        strength_by=demand.because(now),
        coming=demand.next_at(now),
        methods=None if methods is None else [str(labels.get(m, m)) for m in sorted(methods)],
        methods_by=_names(one for one in policies if one.methods is not None),
        idle=_minutes(idle),
        idle_by=_names(one for one in policies if _sets(one.idle_minutes, idle)),
        absolute=_minutes(absolute),
        absolute_by=_names(one for one in policies if _sets(one.absolute_minutes, absolute)),
        single_session=demand.single_session,
        single_session_by=_names(one for one in policies if one.single_session),
    )


def _names(policies: Iterable[SignInPolicy]) -> list[str]:
    return sorted({str(one) for one in policies})


def _minutes(length: timedelta) -> int:
    return int(length.total_seconds()) // 60


def _sets(minutes: int | None, length: timedelta) -> bool:
    return minutes is not None and timedelta(minutes=minutes) == length
