"""Devices without a browser: they show a code, somebody types it in elsewhere, and they ask until it is done (RFC 8628)."""

import secrets
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.sessions.models import Session
from mago.audit.services import Outcome, record
from mago.audit.tags import Tag
from mago.core.context import caller
from mago.core.errors import Conflict, NotFound, Refused
from mago.core.ids import digest, new_secret

from ..models import Application, DeviceGrant
from .codes import facts_of, family_for
from .families import InvalidGrant, TokenPair, open_granted

LIFETIME = timedelta(minutes=10)
# No vowels, so no words; and none that is taken for another (RFC 8628, section 6.1).
LETTERS = "BCDFGHJKLMNPQRSTVWXZ"
LENGTH = 8


class NotYet(Refused):
    """Nobody has answered yet; `code` says whether the device asks too often."""

    code = "authorization_pending"


class Denied(Refused):
    code = "access_denied"


class Expired(Refused):
    code = "expired_token"


def ask_for_device(*, application: Application, scope: str) -> tuple[DeviceGrant, str]:
    """A grant that waits for somebody's answer, and the secret by which the device asks for it."""
    secret = new_secret()
    while True:
        letters = "".join(secrets.choice(LETTERS) for _letter in range(LENGTH))
        try:
            with transaction.atomic():
                grant = DeviceGrant.objects.create(
                    digest=digest(secret),
                    user_code=letters,
                    application=application,
                    scope=scope,
                    address=caller().address or None,
                    user_agent=caller().user_agent,
                    expires_at=timezone.now() + LIFETIME,
                )
        except IntegrityError:  # One in 25 thousand million, for each that waits.
            continue
        return grant, secret


def waiting_grant(user_code: str) -> DeviceGrant:
    """The grant of that code, however it is spelled, if it waits for an answer. NotFound."""
    letters = "".join(c for c in user_code.upper() if c.isalpha())
    found = (
        DeviceGrant.objects.select_related("application__organization")
        .filter(user_code=letters, decided_at=None, expires_at__gt=timezone.now())
        .first()
    )
    if found is None or not found.application.is_open:
        raise NotFound(
            _("No device waits for this code. Look at it again, or start anew on the device.")
        )
    return found


@transaction.atomic
def answer_device(grant: DeviceGrant, *, user: User, session: Session, approve: bool) -> None:
    """The device is let in, or not; the first answer counts. Conflict for a later one."""
    waiting = DeviceGrant.objects.filter(
        pk=grant.pk, decided_at=None, expires_at__gt=timezone.now()
    )
    # It goes on when the browser's session ends: it is another device.
    facts = facts_of(session) | {"session_id": None}
    if not waiting.update(decided_at=timezone.now(), is_approved=approve, user=user, **facts):
        raise Conflict(_("This code was answered before, or took too long."))
    record(
        Tag.DEVICE_APPROVED if approve else Tag.DEVICE_DENIED,
        actor=user,
        target=grant.application,
        outcome=Outcome.SUCCESS if approve else Outcome.REFUSED,
        organization_id=grant.application.organization_id,
        scope=grant.scope,
    )


def device_grant_of(secret: str, application: Application) -> DeviceGrant | None:
    grants = DeviceGrant.objects.select_related("user")
    return grants.filter(digest=digest(secret), application=application).first()


def redeem_device(grant: DeviceGrant, application: Application) -> TokenPair:
    """The tokens that somebody has granted the device, once. NotYet, Denied, Expired; InvalidGrant the second time."""
    now = timezone.now()
    if grant.expires_at <= now:
        raise Expired(_("This took too long. Start anew."))
    if grant.decided_at is None:
        raise _not_yet(grant)
    if not grant.is_approved:
        raise Denied(_("It was not allowed."))
    with transaction.atomic():
        grants = DeviceGrant.objects.filter(pk=grant.pk)
        if not grants.filter(redeemed_at=None).update(redeemed_at=now):
            raise InvalidGrant(_("This code was used before."))
        family = family_for(grant, application)
        # Who was signed out everywhere since has taken that back, too: it may have been a thief who allowed it.
        if grant.decided_at < family.user.signed_out_at:
            raise InvalidGrant(_("Sign in again."))
        pair = open_granted(family)
        grants.update(family=family)
    return pair


def _not_yet(grant: DeviceGrant) -> NotYet:
    """Who asks sooner than told is told to ask more rarely from now on (RFC 8628, section 3.5)."""
    now = timezone.now()
    due = grant.polled_at is None or now - grant.polled_at >= timedelta(seconds=grant.interval)
    more = {} if due else {"interval": F("interval") + 5}
    DeviceGrant.objects.filter(pk=grant.pk).update(polled_at=now, **more)
    return NotYet(code="authorization_pending" if due else "slow_down")
