"""A program's sign-in that waits for its second step: named by a secret that only the program has."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from accounts.models import User
from accounts.sessions.pipeline import NothingPending
from mago.core.ids import digest, new_secret

from .models import PendingSignIn

LIFETIME = timedelta(minutes=10)


def keep(user: User, state: dict[str, Any]) -> str:
    """The sign-in waits; the answer is its name, a secret."""
    secret = new_secret()
    PendingSignIn.objects.create(
        digest=digest(secret), user=user, state=state, expires_at=timezone.now() + LIFETIME
    )
    return secret


def find(secret: str) -> PendingSignIn:
    """The sign-in of that name. NothingPending where it is over, waited too long, or never was."""
    row = (
        PendingSignIn.objects.select_related("user")
        .filter(digest=digest(secret), used_at=None, expires_at__gt=timezone.now())
        .first()
    )
    if row is None:
        raise NothingPending
    return row


def use(row: PendingSignIn) -> None:
    """It waits no longer; for exactly one caller, NothingPending for every other."""
    if not PendingSignIn.objects.filter(pk=row.pk, used_at=None).update(used_at=timezone.now()):
        raise NothingPending


def purge() -> None:
    """Those that wait no longer are gone."""
    PendingSignIn.objects.filter(expires_at__lt=timezone.now()).delete()
