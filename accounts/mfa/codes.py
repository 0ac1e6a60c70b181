"""Six digits that are sent and typed back. Derived, never stored: whoever reads the tables or a queue finds none.

The worker that sends a code and the server that checks it compute the same one from the challenge, so a
message that is repeated after a failure says the same. Like HOTP (RFC 4226), with HMAC-SHA-256 over a
nonce of 256 random bits.
"""

import hmac
from datetime import timedelta
from typing import Any

from django.conf import settings

from mago.core.crypto import macs

from .models import Challenge, Kind

DIGITS = 6
# ASVS 6.5.5 allows ten minutes.
LIFETIMES = {Kind.EMAIL: timedelta(minutes=10), Kind.SMS: timedelta(minutes=5)}


def matches(challenge: Challenge, answer: str) -> bool:
    """Whether `answer` is the code of `challenge`; blanks and hyphens do not matter. Constant time."""
    typed = "".join(answer.split()).replace("-", "").encode("utf-8", "surrogatepass")
    # Every one is compared, so that time does not tell which key it was.
    return sum(hmac.compare_digest(typed, code.encode()) for code in _codes(challenge)) > 0


def words(context: dict[str, Any]) -> dict[str, Any]:
    """What the worker adds to a message that carries a challenge's name: its code, at the moment it is sent.

    Used by `mago.messaging` through the setting MESSAGE_COMPLETIONS.
    """
    challenge = Challenge.objects.get(pk=context["challenge"])
    return {**context, "code": _codes(challenge)[0], "host": settings.BASE_HOST}


def _codes(challenge: Challenge) -> list[str]:
    """The code under each key of the ring, the newest first."""
    message = f"{challenge.pk.hex}:{challenge.nonce}".encode()
    return [
        # 64 bits modulo a million: each code is as likely as any other to one part in 10^13.
        f"{int.from_bytes(tag[:8], 'big') % 10**DIGITS:0{DIGITS}d}"
        for tag in macs(message, purpose="code")
    ]
