"""Tokens are issued, rotated and revoked here (RFC 6749 sections 5 and 6, RFC 9700 section 4.14.2)."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
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
from mago.audit.services import Outcome, entry, record
from mago.audit.tags import Tag
from mago.core.context import caller
from mago.core.errors import Refused
from mago.core.ids import digest, new_secret
from mago.messaging.services import send_mail

from .. import exchange
from ..models import (
    AccessToken,
    Application,
    AuthorizationCode,
    ClientToken,
    DeviceGrant,
    RefreshToken,
    TokenFamily,
    UsedAssertion,
)
from ..scopes import OPENID
from ..selectors import ACCESS_PREFIX
from ..validity import answers_to, is_granted, is_open, lifetimes
from .statements import id_token, resource_token

REFRESH_PREFIX = "mago_rt_"
CODES_KEPT = timedelta(days=1)


class InvalidGrant(Refused):
    """The refresh token is unknown, expired, revoked or was used before."""

    status = 401
    code = "invalid_grant"


@dataclass(frozen=True)
class TokenPair:
    """Shown once, to the program that asked; `expires_in` in seconds. What is empty is not given."""

    access_token: str
    refresh_token: str
    expires_in: int
    id_token: str = ""
    scope: str = ""

    def as_response(self) -> dict[str, Any]:
        response = {
            "access_token": self.access_token,
            "refresh_token": self.refresh_token,
            "token_type": "Bearer",
            "expires_in": self.expires_in,
            "id_token": self.id_token,
            "scope": self.scope,
        }
        return {name: value for name, value in response.items() if value}


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


@transaction.atomic
def open_granted(family: TokenFamily, *, nonce: str = "") -> TokenPair:
    """An application has the tokens of `family`, a new one, which somebody has granted it."""
    assert family.application is not None
    now = timezone.now()
    family.last_used_at = now
    family.expires_at = now + settings.REFRESH_TOKEN_ABSOLUTE
    family.address = caller().address or None
    family.user_agent = caller().user_agent
    family.save(force_insert=True)
    record(
        Tag.TOKEN_ISSUED,
        actor=family.user,
        target=family.user,
        organization_id=family.application.organization_id,
        family=str(family.pk),
        application=family.application.name,
        scope=family.scope,
    )
    return _issue(family, demand_on(family.user), now, nonce=nonce)


def rotate(
    refresh_token: str, *, application: Application | None = None, scope: str = ""
) -> TokenPair:
    """A new pair for a refresh token that was not used before, in the hands of whom it was given to.

    Exactly one of any number of callers at once rotates it. A repeat within `REFRESH_TOKEN_GRACE` is
    a lost answer or a second tab and gets a pair of its own; a later one is theft, and the whole
    family dies. So it does where it no longer answers to what policies demand. `scope` asks for less
    than what was granted. InvalidGrant otherwise.
    """
    now = timezone.now()
    found = exchange.refresh_token(digest(refresh_token))
    whose = application.pk if application else None
    if found is None or found[0].family.application_id != whose:
        raise InvalidGrant(_("Sign in again."))
    token, is_concerned = found
    token.family.application = application  # Known already: no further query.
    if not _is_live(token, now):
        raise InvalidGrant(_("Sign in again."))
    family = token.family
    demand = demand_on(family.user) if is_concerned else Demand()
    if not answers_to(demand, family, now):
        revoke_family(family, actor=None, reason="sign-in policy")
        words = _(
            "What your organization demands of sign-ins has changed, or this one is too old. Sign in again."
        )
        raise InvalidGrant(words, code="policy")
    if not is_granted(family, now):
        revoke_family(family, actor=None, reason="no longer granted")
        raise InvalidGrant(_("Sign in again."))
    if (pair := _rotated(token, demand, now, scope)) is None:
        raise InvalidGrant(_("Sign in again."), code="token_reused")
    return pair


def family_of(refresh_token: str, application: Application) -> TokenFamily | None:
    """The family of a refresh token of this application, live or not."""
    tokens = RefreshToken.objects.select_related("family")
    token = tokens.filter(digest=digest(refresh_token), family__application=application).first()
    return token.family if token else None


def _rotated(token: RefreshToken, demand: Demand, now: datetime, scope: str) -> TokenPair | None:
    """A new pair; None, and the family is dead, where the token was used before."""
    family = token.family
    pair, rows = _made(family, demand, now, scope=scope)
    address = caller().address or None
    event = entry(Tag.TOKEN_REFRESHED, actor=family.user, target=family.user, family=str(family.pk))
    if exchange.rotate(token, rows, now, address, event):
        return pair
    with transaction.atomic():
        if _in_grace(token, now):
            exchange.give_again(rows, now, address)
            event.insert()
            return pair
        _end_after_reuse(family, now)
    return None


def _end_after_reuse(family: TokenFamily, now: datetime) -> None:
    """The family is dead, and its owner hears of it."""
    _revoke(family, actor=None, reason="reuse of a refresh token")
    record(
        Tag.TOKEN_REUSE_DETECTED,
        target=family.user,
        outcome=Outcome.FAILURE,
        family=str(family.pk),
    )
    _tell_of_reuse(family, now)


def _tell_of_reuse(family: TokenFamily, now: datetime) -> None:
    """The owner hears that one of their sign-ins may have been copied, and was ended."""
    user = family.user
    context = {
        "name": str(user),
        "application": family.application.name if family.application else "",
        "when": now.isoformat(),
        "address": caller().address,
        "browser": caller().user_agent,
        "link": f"{settings.MAGO_BASE_URL}/accounts/applications/",
    }
    send_mail("provider/token_reused", to=user.email, context=context, language=user.language)


def revoke_family(family: TokenFamily, *, actor: User | None, reason: str = "") -> None:
    """Every token of this sign-in is dead."""
    with transaction.atomic():
        _revoke(family, actor=actor, reason=reason)


@transaction.atomic
def revoke_token(token: AccessToken | RefreshToken | ClientToken) -> None:
    """The token is dead; with a refresh token, all that descend from its sign-in (RFC 7009, section 2.1)."""
    forget()
    if isinstance(token, RefreshToken):
        _revoke(token.family, actor=None, reason="by the application")
    else:
        token.delete()


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


def _issue(family: TokenFamily, demand: Demand, now: datetime, *, nonce: str = "") -> TokenPair:
    pair, rows = _made(family, demand, now, nonce=nonce)
    exchange.give(rows)
    return pair


def _made(
    family: TokenFamily, demand: Demand, now: datetime, *, scope: str = "", nonce: str = ""
) -> tuple[TokenPair, exchange.Rows]:
    """A new pair, and what is to be kept of it."""
    lifetime, idle = lifetimes(demand)
    expires_at, scope = now + lifetime, scope or family.scope
    access = _new_access_token(family, scope, expires_at)
    rows = exchange.Rows(family, digest(access), scope, expires_at)
    refresh, application = "", family.application
    if application is None or "refresh_token" in application.grants:
        refresh = REFRESH_PREFIX + new_secret()
        end = min(now + idle, family.expires_at)
        rows = replace(rows, refresh=digest(refresh), refresh_ends=end)
    proof = ""
    if application is not None and OPENID in family.scopes:
        proof = id_token(family, application, access, nonce)
    return TokenPair(access, refresh, int(lifetime.total_seconds()), proof, scope), rows


def _new_access_token(family: TokenFamily, scope: str, expires_at: datetime) -> str:
    """Opaque for our own API, which asks the database; for a resource outside, what it can check by itself."""
    if family.application is None or not family.resource:
        return ACCESS_PREFIX + new_secret()
    return resource_token(
        family.application,
        subject=str(family.user_id),
        resource=family.resource,
        scope=scope,
        expires_at=expires_at,
        family=family,
    )


def purge() -> None:
    """Families that ended, and what expired, are gone."""
    now = timezone.now()
    for model in (DeviceGrant, ClientToken, UsedAssertion):
        model.objects.filter(expires_at__lt=now).delete()
    # Longer than they are good: whoever shows one later has copied it.
    AuthorizationCode.objects.filter(expires_at__lt=now - CODES_KEPT).delete()
    TokenFamily.objects.filter(expires_at__lt=now).delete()
    TokenFamily.objects.filter(revoked_at__lt=now - settings.REFRESH_TOKEN_IDLE).delete()
    AccessToken.objects.filter(expires_at__lt=now).delete()
