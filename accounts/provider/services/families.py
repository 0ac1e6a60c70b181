"""Tokens are issued, rotated and revoked here (RFC 6749 sections 5 and 6, RFC 9700 section 4.14.2)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access.principals import forget
from accounts.models import User
from accounts.organizations.policy import Demand
from accounts.organizations.selectors import demand_on
from accounts.sessions.assurance import strength_of
from mago.audit.services import Outcome, record
from mago.audit.tags import Tag
from mago.core.context import caller
from mago.core.errors import Refused
from mago.core.ids import digest, new_secret

from ..models import AccessToken, RefreshToken, TokenFamily
from ..selectors import ACCESS_PREFIX
from ..validity import answers_to, is_open, lifetimes

REFRESH_PREFIX = "mago_rt_"


class InvalidGrant(Refused):
    """The refresh token is unknown, expired, revoked or was used before."""

    status = 401
    code = "invalid_grant"


@dataclass(frozen=True)
class TokenPair:
    """Shown once, to the program that asked; `expires_in` in seconds."""

    access_token: str
    refresh_token: str
    expires_in: int

    def as_response(self) -> dict[str, Any]:
        return {
            "access_token": self.access_token,
            "refresh_token": self.refresh_token,
            "token_type": "Bearer",
            "expires_in": self.expires_in,
        }


@transaction.atomic
def open_family(user: User, *, method: str, proofs: list[str]) -> TokenPair:
    """A program is signed in as `user`. Only the sign-in pipeline calls this."""
    now = timezone.now()
    family = TokenFamily.objects.create(
        user=user,
        method=method,
        proofs=" ".join(proofs),
        strength=strength_of(proofs),
        address=caller().address or None,
        user_agent=caller().user_agent,
        last_used_at=now,
        expires_at=now + settings.REFRESH_TOKEN_ABSOLUTE,
    )
    record(Tag.TOKEN_ISSUED, actor=user, target=user, family=str(family.pk))
    return _issue(family, demand_on(user), now)


def rotate(refresh_token: str) -> TokenPair:
    """A new pair for a refresh token that was not used before.

    Exactly one of any number of callers at once rotates it. A repeat within `REFRESH_TOKEN_GRACE` is
    a lost answer or a second tab and gets a pair of its own; a later one is theft, and the whole
    family dies. So it does where it no longer answers to what policies demand. InvalidGrant otherwise.
    """
    now = timezone.now()
    with transaction.atomic():
        token = (
            RefreshToken.objects.select_related("family__user")
            .filter(digest=digest(refresh_token))
            .first()
        )
        if token is None or not _is_live(token, now):
            raise InvalidGrant(_("Sign in again."))
        family, demand = token.family, demand_on(token.family.user)
        if not answers_to(demand, family, now):
            _revoke(family, actor=None, reason="sign-in policy")
            refusal = InvalidGrant(
                _(
                    "What your organization demands of sign-ins has changed, or this one is too old. Sign in again."
                ),
                code="policy",
            )
        elif (pair := _rotated(token, demand, now)) is not None:
            return pair
        else:
            refusal = InvalidGrant(_("Sign in again."), code="token_reused")
    raise refusal


def _rotated(token: RefreshToken, demand: Demand, now: datetime) -> TokenPair | None:
    """A new pair; None, and the family is dead, where the token was used before."""
    family = token.family
    if RefreshToken.objects.filter(pk=token.pk, rotated_at=None).update(
        rotated_at=now
    ) or _in_grace(token, now):
        TokenFamily.objects.filter(pk=family.pk).update(
            last_used_at=now, address=caller().address or None
        )
        record(Tag.TOKEN_REFRESHED, actor=family.user, target=family.user, family=str(family.pk))
        return _issue(family, demand, now)
    _revoke(family, actor=None, reason="reuse of a refresh token")
    record(
        Tag.TOKEN_REUSE_DETECTED,
        target=family.user,
        outcome=Outcome.FAILURE,
        family=str(family.pk),
    )
    return None


def revoke_family(family: TokenFamily, *, actor: User | None, reason: str = "") -> None:
    """Every token of this sign-in is dead."""
    with transaction.atomic():
        _revoke(family, actor=actor, reason=reason)


def _revoke(family: TokenFamily, *, actor: User | None, reason: str) -> None:
    if TokenFamily.objects.filter(pk=family.pk, revoked_at=None).update(revoked_at=timezone.now()):
        forget()
        record(
            Tag.TOKEN_FAMILY_REVOKED,
            actor=actor,
            target=family.user,
            family=str(family.pk),
            reason=reason,
        )


def _is_live(token: RefreshToken, now: datetime) -> bool:
    family = token.family
    return token.expires_at > now and is_open(family, now)


def _in_grace(token: RefreshToken, now: datetime) -> bool:
    token.refresh_from_db(fields=["rotated_at"])
    return token.rotated_at is not None and now - token.rotated_at <= settings.REFRESH_TOKEN_GRACE


def _issue(family: TokenFamily, demand: Demand, now: datetime) -> TokenPair:
    access, refresh = ACCESS_PREFIX + new_secret(), REFRESH_PREFIX + new_secret()
    lifetime, idle = lifetimes(demand)
    AccessToken.objects.create(digest=digest(access), family=family, expires_at=now + lifetime)
    idle_end = min(now + idle, family.expires_at)
    RefreshToken.objects.create(digest=digest(refresh), family=family, expires_at=idle_end)
    return TokenPair(access, refresh, int(lifetime.total_seconds()))


def purge() -> None:
    """Families that ended, and access tokens that expired, are gone."""
    now = timezone.now()
    TokenFamily.objects.filter(expires_at__lt=now).delete()
    TokenFamily.objects.filter(revoked_at__lt=now - settings.REFRESH_TOKEN_IDLE).delete()
    AccessToken.objects.filter(expires_at__lt=now).delete()
