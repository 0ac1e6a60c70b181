"""What sign-in by an organization's provider holds of a person."""

from collections.abc import Iterator
from typing import Any

from mago.core.holdings import Elsewhere, Exempt, Holding, naming

from .models import SetupTrial

_WHO = "An organization's; it only names who did it."

HOLDINGS = (
    Holding(
        "enterprise.EnterpriseIdentity",
        "user",
        "id provider issuer subject email linked_at last_seen_at ended_at account_ended_at",
        withheld="attributes_digest",
    ),
    Holding("enterprise.OtherWay", "user", "route method last_at", withheld="id"),
    Holding("enterprise.BreakGlass", "user", "organization named_at", withheld="id"),
)
EXEMPT = (
    Exempt("enterprise.Allowance", "allowed_by", _WHO),
    Exempt("enterprise.SetupLink", "created_by", _WHO),
    Exempt("enterprise.SetupTrial", "started_by", _WHO),
)


def _trials(person: Any, addresses: list[str]) -> Iterator[dict[str, Any]]:
    """What a provider asserted in a trial is the organization's set-up, for the week that it is kept."""
    yield from ()


def _forget_trials(person: Any, addresses: list[str]) -> None:
    for address in addresses:
        told = naming("asserted", address) | naming("checks", address)
        SetupTrial.objects.filter(told).delete()


ELSEWHERE = (Elsewhere("enterprise.SetupTrial", _trials, _forget_trials),)
