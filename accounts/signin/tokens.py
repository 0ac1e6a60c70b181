"""Links that work once. The winner of a race is decided by one UPDATE."""

from datetime import timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy

from accounts.models import User
from mago.core.errors import Refused
from mago.core.ids import digest, new_secret

from .models import OneTimeToken

Purpose = OneTimeToken.Purpose


class LinkSpent(Refused):
    """The link was used, has expired, was replaced by a newer one, or never was."""

    status = 400
    code = "link_invalid"
    detail = gettext_lazy("This link has expired or was used already. Ask for a new one.")


def issue(
    purpose: Purpose,
    *,
    lifetime: timedelta,
    user: User | None = None,
    email: str = "",
    payload: dict[str, Any] | None = None,
) -> str:
    """A new secret for `purpose`; only its digest is kept."""
    secret = new_secret()
    OneTimeToken.objects.create(
        digest=digest(secret),
        purpose=purpose,
        user=user,
        email=email,
        payload=payload or {},
        expires_at=timezone.now() + lifetime,
    )
    return secret


def find(purpose: Purpose, secret: str) -> OneTimeToken | None:
    """The token that `secret` would spend; it stays unspent."""
    return (
        OneTimeToken.objects.select_related("user")
        .filter(digest=digest(secret), purpose=purpose, used_at=None, expires_at__gt=timezone.now())
        .first()
    )


def spend(purpose: Purpose, secret: str) -> OneTimeToken:
    """The token is used up, for exactly one caller; LinkSpent for every other.

    Its person is locked first: two links of theirs that are spent at once wait for one another.
    """
    token = find(purpose, secret)
    if token and token.user_id:
        User.objects.select_for_update(no_key=True).filter(pk=token.user_id).first()
    won = OneTimeToken.objects.filter(
        digest=digest(secret), purpose=purpose, used_at=None, expires_at__gt=timezone.now()
    ).update(used_at=timezone.now())
    if not won:
        raise LinkSpent
    return OneTimeToken.objects.select_related("user").get(digest=digest(secret))


def revoke(purpose: Purpose, **of: Any) -> None:
    """Unspent links of this purpose and of this person or address work no longer."""
    OneTimeToken.objects.filter(purpose=purpose, used_at=None, **of).update(used_at=timezone.now())


def purge() -> None:
    """Rows that can never be spent again are gone."""
    OneTimeToken.objects.filter(expires_at__lt=timezone.now() - timedelta(days=1)).delete()
