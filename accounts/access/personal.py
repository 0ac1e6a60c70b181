"""What roles and memberships hold of a person."""

from collections.abc import Iterator
from typing import Any

from mago.core.holdings import Elsewhere, Exempt, Holding

from .models import Invitation

_MADE = "Something of an organization; it only names who made it."

HOLDINGS = (
    Holding("access.Membership", "user", "id organization joined_at"),
    Holding(
        "access.RoleBinding",
        "user",
        "id role custom_role organization site condition expires_at granted_at",
        withheld="key service_account",
    ),
)
EXEMPT = (
    Exempt(
        "access.RoleBinding", "granted_by", "A role of somebody else; it only names who gave it."
    ),
    Exempt("access.ServiceAccount", "created_by", _MADE),
    Exempt("access.Invitation", "invited_by", _MADE),
    Exempt("access.Invitation", "accepted_by", "Found by the address instead, see below."),
)


def _invitations(person: Any, addresses: list[str]) -> Iterator[dict[str, Any]]:
    sent = Invitation.objects.everywhere(reason="one person's own").filter(email__in=addresses)
    yield from sent.values("organization", "email", "role", "created_at", "closed_at")


def _forget_invitations(person: Any, addresses: list[str]) -> None:
    Invitation.objects.everywhere(reason="one person's own").filter(email__in=addresses).delete()


ELSEWHERE = (Elsewhere("access.Invitation", _invitations, _forget_invitations),)
