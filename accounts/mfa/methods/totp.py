"""Authenticator apps: time-based one-time passwords (RFC 6238)."""

import base64
import secrets
import time
from typing import Any
from urllib.parse import quote, urlencode

from django.db import transaction
from django_otp.oath import TOTP

from accounts.models import User
from accounts.sessions.assurance import Proof
from mago.core.qr import svg

from ..flows import Flow
from ..models import Factor, Kind, TotpDevice
from .base import Enrolment, Method

STEP = 30
DIGITS = 6
# One step early or late: clocks of telephones drift, and people type slowly (RFC 6238 section 5.2).
TOLERANCE = 1
ISSUER = "Mago"


class Totp(Method):
    kind = Kind.TOTP

    def enrol(self, user: User, *, name: str, flow: Flow, **details: str) -> Enrolment:
        # 160 bits, as RFC 4226 section 4 recommends; apps expect base32.
        secret = base64.b32encode(secrets.token_bytes(20)).decode()
        device = TotpDevice.objects.create(
            user=user, name=name, confirmed=False, flow=flow.id, key=secret
        )
        return Enrolment(device, shown_of(device))

    def verify(self, flow: Flow, factor: Factor, answer: Any) -> Proof | None:
        with transaction.atomic():
            device = TotpDevice.objects.select_for_update().filter(pk=factor.pk).first()
            step = _step(device, str(answer)) if device else None
            if device is None or step is None:
                return None
            device.last_step = step
            device.save(update_fields=["last_step"])
        return Proof.TOTP


def shown_of(device: TotpDevice) -> dict[str, Any]:
    """What an app needs: the secret as text, in groups of four, as an otpauth URI and as a QR code (SVG)."""
    uri = _uri(device)
    secret = device.key
    groups = " ".join(secret[i : i + 4] for i in range(0, len(secret), 4))
    return {"secret": secret, "secret_in_groups": groups, "uri": uri, "qr": svg(uri)}


def _step(device: TotpDevice, answer: str) -> int | None:
    """The time step whose code this is, if it is near and later than the last one that was accepted."""
    digits = "".join(answer.split()).replace("-", "")
    if len(digits) != DIGITS or not (digits.isascii() and digits.isdecimal()):
        return None
    totp = TOTP(base64.b32decode(device.key), STEP, 0, DIGITS)
    totp.time = time.time()
    if not totp.verify(int(digits), TOLERANCE, device.last_step + 1):
        return None
    return int(totp.t())


def _uri(device: TotpDevice) -> str:
    """The Key URI that apps scan."""
    label = quote(f"{ISSUER}:{device.user.email}")
    query = urlencode({"secret": device.key, "issuer": ISSUER, "digits": DIGITS, "period": STEP})
    return f"otpauth://totp/{label}?{query}"
