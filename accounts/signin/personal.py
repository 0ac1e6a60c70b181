"""What signing in holds of a person; of links and passwords, only that there are any."""

from collections.abc import Iterator
from typing import Any

from mago.core.holdings import Elsewhere, Holding

from .models import OneTimeToken

HOLDINGS = (
    Holding("signin.FormerPassword", "user", "created_at", withheld="id hash"),
    Holding(
        "signin.OneTimeToken",
        "user",
        "purpose email created_at expires_at used_at",
        withheld="digest payload",
    ),
    Holding(
        "signin.PendingSignIn", "user", "created_at expires_at used_at", withheld="digest state"
    ),
    Holding("signin.KnownProgram", "user", "id", withheld="digest"),
)
EXEMPT = ()


def _links(person: Any, addresses: list[str]) -> Iterator[dict[str, Any]]:
    """Links to the address from before there was an account."""
    sent = OneTimeToken.objects.filter(user=None, email__in=addresses)
    for row in sent.values("purpose", "email", "created_at", "expires_at", "used_at"):
        yield dict(row)


def _forget_links(person: Any, addresses: list[str]) -> None:
    OneTimeToken.objects.filter(email__in=addresses).delete()


ELSEWHERE = (Elsewhere("signin.OneTimeToken to the address", _links, _forget_links),)
