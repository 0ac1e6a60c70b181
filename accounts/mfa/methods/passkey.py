"""Passkeys: WebAuthn Level 3 ceremonies. The mathematics is the `webauthn` package's; what is asked for is here."""

import base64
import json
import re
import struct
from datetime import timedelta
from typing import Any, cast

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.sessions.assurance import Proof
from mago.audit.services import Outcome, record
from mago.audit.tags import Tag

from .. import challenges
from ..attestation import accepted, conveyance, roots
from ..flows import Flow
from ..models import Challenge, Factor, Kind, Passkey
from .base import CannotEnrol, Enrolment, Method

LIFETIME = timedelta(minutes=5)
# A credential from the browser is a few kilobytes at most; an attestation with its certificates, a few more.
MAX_CREDENTIAL = 64 * 1024
_ID = re.compile(r"[\w-]{1,1400}", re.ASCII)
# What the package raises besides its own, for input that is none.
_BAD = (ValueError, KeyError, TypeError, AttributeError, IndexError, struct.error)


class PasskeyMethod(Method):
    kind = Kind.PASSKEY
    signs = True

    def enrol(self, user: User, *, name: str, flow: Flow, **details: str) -> Enrolment:
        """Options for `navigator.credentials.create`; the row comes to be with the browser's answer."""
        challenge = challenges.put(flow, self.kind, factor=None, lifetime=LIFETIME)
        return Enrolment(None, {"options": _creation_options(user, challenge)})

    def confirm(
        self, user: User, *, flow: Flow, factor: Factor | None, answer: Any, name: str
    ) -> Factor | None:
        challenge = challenges.newest(flow, self.kind, None)
        credential = _credential(answer)
        if challenge is None or credential is None or not challenges.use(challenge):
            return None
        verified = _registration(credential, challenge)
        if verified is None:
            return None
        if not accepted(user, verified):
            words = _("Your organization accepts other makes of security key only. Ask which.")
            raise CannotEnrol(words, code="authenticator_not_allowed")
        try:
            with transaction.atomic():
                return Passkey.objects.create(
                    user=user,
                    name=name,
                    confirmed=True,
                    credential_id=_text(verified.credential_id),
                    public_key=verified.credential_public_key,
                    sign_count=verified.sign_count,
                    aaguid=verified.aaguid,
                    transports=_transports(credential),
                    is_backed_up=verified.credential_backed_up,
                    is_discoverable=verified.user_verified,
                )
        except IntegrityError:
            raise CannotEnrol(_("This passkey is registered already."), code="known") from None

    def begin(self, flow: Flow, factor: Factor | None) -> dict[str, Any]:
        """Options for `navigator.credentials.get`: for the person's own passkeys, or anybody's where
        nobody has said yet who they are."""
        from webauthn import generate_authentication_options, options_to_json
        from webauthn.helpers.structs import UserVerificationRequirement as Verification

        challenge = challenges.put(flow, self.kind, factor=None, lifetime=LIFETIME)
        # A passkey that stands alone must know its holder; beside a password, having it is enough.
        alone = flow.user is None
        options = generate_authentication_options(
            rp_id=settings.PASSKEY_RP_ID,
            challenge=_bytes(challenge.nonce),
            allow_credentials=_descriptors(flow.user) if flow.user else [],
            user_verification=Verification.REQUIRED if alone else Verification.PREFERRED,
        )
        return {"options": json.loads(options_to_json(options))}

    def verify(self, flow: Flow, factor: Factor, answer: Any) -> Proof | None:
        credential = _credential(answer)
        challenge = challenges.newest(flow, self.kind, None)
        if challenge is None or credential is None or not challenges.use(challenge):
            return None
        with transaction.atomic():
            passkey = Passkey.objects.select_for_update().filter(pk=factor.pk).first()
            if passkey is None or not _belongs(passkey, credential):
                return None
            verified = _assertion(credential, challenge, passkey, alone=flow.user is None)
            if verified is None:
                return None
            if _went_back(passkey.sign_count, verified.new_sign_count):
                _tell_copied(passkey)
                return None
            passkey.sign_count = verified.new_sign_count
            passkey.is_backed_up = verified.credential_backed_up
            passkey.save(update_fields=["sign_count", "is_backed_up"])
        return Proof.PASSKEY_VERIFIED if verified.user_verified else Proof.PASSKEY


def passkey_of(answer: Any) -> Passkey | None:
    """The passkey that an answer speaks of; nothing is proved by that."""
    credential = _credential(answer)
    if credential is None:
        return None
    found = Passkey.objects.select_related("user").filter(credential_id=credential["id"])
    return found.filter(confirmed=True).first()


def _creation_options(user: User, challenge: Challenge) -> dict[str, Any]:
    from webauthn import generate_registration_options, options_to_json
    from webauthn.helpers.structs import (
        AuthenticatorSelectionCriteria,
        ResidentKeyRequirement,
        UserVerificationRequirement,
    )

    options = generate_registration_options(
        rp_id=settings.PASSKEY_RP_ID,
        rp_name="Mago",
        user_id=user.pk.bytes,
        user_name=user.email,
        user_display_name=user.name or user.email,
        challenge=_bytes(challenge.nonce),
        attestation=conveyance(user),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.PREFERRED,
            user_verification=UserVerificationRequirement.PREFERRED,
        ),
        # The same authenticator twice would only look like a spare one.
        exclude_credentials=_descriptors(user),
    )
    made: dict[str, Any] = json.loads(options_to_json(options))
    return made


def _descriptors(user: User) -> list[Any]:
    from webauthn.helpers.structs import AuthenticatorTransport, PublicKeyCredentialDescriptor

    return [
        PublicKeyCredentialDescriptor(
            id=_bytes(passkey.credential_id),
            transports=[AuthenticatorTransport(one) for one in passkey.transports],
        )
        for passkey in Passkey.objects.filter(user=user, confirmed=True)
    ]


def _registration(credential: dict[str, Any], challenge: Challenge) -> Any:
    """What the browser's answer to a creation shows, or None."""
    from webauthn import verify_registration_response
    from webauthn.helpers.exceptions import WebAuthnException

    try:
        return verify_registration_response(
            credential=credential,
            expected_challenge=_bytes(challenge.nonce),
            expected_rp_id=settings.PASSKEY_RP_ID,
            expected_origin=settings.PASSKEY_ORIGINS,
            pem_root_certs_bytes_by_fmt=roots(),
        )
    except _BAD:
        return None
    except WebAuthnException:
        return None


def _assertion(
    credential: dict[str, Any], challenge: Challenge, passkey: Passkey, *, alone: bool
) -> Any:
    """What the browser's answer to a request shows, or None."""
    from webauthn import verify_authentication_response
    from webauthn.helpers.exceptions import WebAuthnException

    try:
        return verify_authentication_response(
            credential=credential,
            expected_challenge=_bytes(challenge.nonce),
            expected_rp_id=settings.PASSKEY_RP_ID,
            expected_origin=settings.PASSKEY_ORIGINS,
            credential_public_key=bytes(passkey.public_key),
            # The package would judge the counter before the signature: anybody could claim a copy.
            credential_current_sign_count=0,
            require_user_verification=alone,
        )
    except _BAD:
        return None
    except WebAuthnException:
        return None


def _went_back(before: int, now: int) -> bool:
    """Whether the counter says that a copy of the key is about; authenticators that do not count say 0."""
    return (before > 0 or now > 0) and now <= before


def _tell_copied(passkey: Passkey) -> None:
    record(
        Tag.PASSKEY_COPIED,
        target=passkey.user,
        outcome=Outcome.FAILURE,
        passkey=passkey.name,
        at=timezone.now().isoformat(),
    )


def _belongs(passkey: Passkey, credential: dict[str, Any]) -> bool:
    """The answer names this passkey, and the person that it was made for where it names one."""
    if credential.get("id") != passkey.credential_id:
        return False
    handle = credential["response"].get("userHandle")
    return not handle or _safe_bytes(handle) == cast(User, passkey.user).pk.bytes


def _credential(answer: Any) -> dict[str, Any] | None:
    """The browser's JSON, from a page's field or an app's body; None where it is not what a browser sends."""
    if isinstance(answer, str):
        if len(answer) > MAX_CREDENTIAL:
            return None
        try:
            answer = json.loads(answer)
        except (ValueError, RecursionError):
            return None
    if not isinstance(answer, dict) or not isinstance(answer.get("response"), dict):
        return None
    if not isinstance(answer.get("id"), str) or not _ID.fullmatch(answer["id"]):
        return None
    return None if _is_cross_origin(answer) else answer


def _transports(credential: dict[str, Any]) -> list[str]:
    """How the authenticator is reached, as the browser says: a hint for later, so only words that we know."""
    from webauthn.helpers.structs import AuthenticatorTransport

    said = credential["response"].get("transports")
    known = [one.value for one in AuthenticatorTransport]
    return [one for one in known if one in said] if isinstance(said, list) else []


def _is_cross_origin(credential: dict[str, Any]) -> bool:
    """Whether a frame on somebody else's page asked (WebAuthn Level 3, section 5.8.1: `crossOrigin`)."""
    raw = _safe_bytes(credential["response"].get("clientDataJSON"))
    try:
        return bool(json.loads(raw).get("crossOrigin"))
    except (ValueError, AttributeError, RecursionError):
        return True


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _safe_bytes(text: Any) -> bytes:
    try:
        return _bytes(text)
    except (ValueError, TypeError):
        return b""


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
