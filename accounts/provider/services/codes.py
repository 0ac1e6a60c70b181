"""Authorization codes: each is turned in once, soon, by the application that it was made for (RFC 6749, section 4.1)."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.sessions.models import Session
from accounts.sessions.validity import is_valid
from mago.audit.services import Outcome, record
from mago.audit.tags import Tag
from mago.core.ids import digest, new_secret

from ..models import Application, AuthorizationCode, Participant, TokenFamily
from ..models.grants import Granted
from ..validity import is_for
from .families import InvalidGrant, TokenPair, open_granted, revoke_family

LIFETIME = timedelta(seconds=60)


def create_code(
    *,
    application: Application,
    user: User,
    session: Session,
    redirect_uri: str,
    scope: str,
    code_challenge: str,
    nonce: str = "",
    resource: str = "",
) -> str:
    """A code that brings the application what `user` has granted it, with what they had proved in `session`."""
    code = new_secret()
    AuthorizationCode.objects.create(
        digest=digest(code),
        application=application,
        redirect_uri=redirect_uri,
        nonce=nonce,
        code_challenge=code_challenge,
        scope=scope,
        resource=resource,
        expires_at=timezone.now() + LIFETIME,
        user=user,
        **facts_of(session),
    )
    return code


def facts_of(session: Session) -> dict[str, object]:
    """What was proved in a browser's session, as grants keep it."""
    return {
        "session_id": session.id,
        "method": session.method,
        "proofs": session.proofs,
        "strength": session.strength,
        "authenticated_at": session.proved_at,
    }


def code_of(code: str, application: Application) -> AuthorizationCode | None:
    """The application's code, live or turned in; one that was turned in before takes back what it gave."""
    found = (
        AuthorizationCode.objects.select_related("user", "family__user")
        .filter(digest=digest(code), application=application)
        .first()
    )
    if found is not None and found.redeemed_at is not None:
        _end_replayed(found)
        return None
    return found if found is not None and found.expires_at > timezone.now() else None


def redeem_code(code: AuthorizationCode, application: Application) -> TokenPair:
    """The tokens that the code stands for. Of any number of callers at once one has them.

    The others have shown that two hold the code: the tokens are taken back (RFC 9700, section 4.5). InvalidGrant.
    """
    now = timezone.now()
    with transaction.atomic():
        codes = AuthorizationCode.objects.filter(pk=code.pk)
        if codes.filter(redeemed_at=None, expires_at__gt=now).update(redeemed_at=now):
            if not _is_still_signed_in(code):
                raise InvalidGrant(_("Sign in again."))
            family = family_for(code, application)
            assert code.session_id is not None
            pair = open_granted(family, nonce=code.nonce)
            codes.update(family=family)
            if application.backchannel_logout_uri:
                Participant.objects.get_or_create(
                    session_id=code.session_id, application=application, user=code.user
                )
            return pair
    code.refresh_from_db()
    _end_replayed(code)
    raise InvalidGrant(_("This code was used before."))


def family_for(granted: Granted, application: Application) -> TokenFamily:
    """The family that somebody has granted; not saved. InvalidGrant where it is not theirs to grant any more."""
    assert granted.user is not None
    if not (granted.user.is_active and application.is_open and is_for(application, granted.user)):
        raise InvalidGrant(_("Sign in again."))
    return TokenFamily(
        user=granted.user,
        application=application,
        scope=granted.scope,
        resource=granted.resource,
        session_id=granted.session_id,
        authenticated_at=granted.authenticated_at,
        method=granted.method,
        proofs=granted.proofs,
        strength=granted.strength,
    )


def _is_still_signed_in(code: AuthorizationCode) -> bool:
    assert code.session_id is not None
    session = Session.objects.select_related("user").filter(id=code.session_id).first()
    return session is not None and is_valid(session, timezone.now())


def _end_replayed(code: AuthorizationCode) -> None:
    with transaction.atomic():
        record(
            Tag.CODE_REPLAYED,
            target=code.user,
            outcome=Outcome.FAILURE,
            organization_id=code.application.organization_id,
            application=code.application.name,
        )
        if code.family is not None:
            revoke_family(code.family, actor=None, reason="replay of an authorization code")
