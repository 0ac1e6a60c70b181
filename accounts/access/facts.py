"""What is known at the moment of a decision, besides who asks: the ground on which conditions stand."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum

from django.utils import timezone

from mago.core.context import caller

Attributes = dict[str, str | frozenset[str]]


class Strength(IntEnum):
    """How surely somebody is who they say (NIST SP 800-63B-4, in spirit): what a sign-in reached."""

    NONE = 0
    SINGLE_FACTOR = 1
    TWO_FACTORS = 2
    PHISHING_RESISTANT = 3


@dataclass(frozen=True)
class Facts:
    """Missing knowledge is None or empty; a condition that needs it does not hold."""

    now: datetime
    address: str = ""
    email: str = ""
    method: str = ""
    strength: Strength = Strength.NONE
    factor_at: datetime | None = None
    # What has several values, such as the tags of a hub, as a frozenset of them.
    attributes: Attributes = field(default_factory=dict)


def current_facts(*, email: str = "", attributes: Attributes | None = None) -> Facts:
    """The facts of the request that is being answered."""
    who = caller()
    return Facts(
        now=timezone.now(),
        address=who.address,
        email=email,
        method=who.method,
        strength=Strength(who.strength),
        factor_at=who.authenticated_at,
        attributes=attributes or {},
    )
