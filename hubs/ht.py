"""HT-SHA-256: a hub comes back with one message (draft-ietf-kitten-sasl-ht). Pure, as `scram.py`.

    message   = name NUL extra NUL HMAC(token, "Initiator" channel-binding extra)
    response  = NUL extra NUL HMAC(token, "Responder" channel-binding extra)

There is no nonce in it, so `extra` must carry a counter (`c=7`) that only ever rises; it may carry
the hash of what was offered (`h=…`, XEP-0474).
"""

import hmac
import re
from dataclasses import dataclass

from .scram import END_POINT, EXPORTER, LONGEST_NAME, BadEncoding, Malformed

# By mechanism, the channel binding that it takes.
MECHANISMS = {"HT-SHA-256-EXPR": EXPORTER, "HT-SHA-256-ENDP": END_POINT, "HT-SHA-256-NONE": ""}
MECHANISM_OF = {binding: mechanism for mechanism, binding in MECHANISMS.items()}
LONGEST_MESSAGE = 512
MOST_COUNT = 2**63 - 1
_EXTRA = re.compile(rb"c=([1-9][0-9]{0,18})(?:,h=([A-Za-z0-9+/]{43}=))?")


@dataclass(frozen=True)
class Initiator:
    name: str
    extra: bytes
    count: int
    offered: str
    mac: bytes


def read(message: bytes) -> Initiator:
    """The message, taken apart; Malformed where it is none, or carries no counter."""
    if len(message) > LONGEST_MESSAGE:
        raise BadEncoding
    # The code may hold NUL itself: the first two part the fields.
    name, first, rest = message.partition(b"\0")
    extra, second, mac = rest.partition(b"\0")
    found = _EXTRA.fullmatch(extra)
    if not (first and second and found) or len(mac) != 32 or not 0 < len(name) <= LONGEST_NAME:
        raise Malformed("no HT message with a counter")
    count = int(found[1])
    if not name.isascii() or count > MOST_COUNT:
        raise Malformed("no HT message with a counter")
    return Initiator(name.decode("ascii"), extra, count, (found[2] or b"").decode(), mac)


def initiator(token: str, binding: bytes, extra: bytes) -> bytes:
    """The code by which a hub shows that it holds the token."""
    return hmac.digest(token.encode(), b"Initiator" + binding + extra, "sha256")


def responder(token: str, binding: bytes, extra: bytes) -> bytes:
    """The code by which the server shows that it does too."""
    return hmac.digest(token.encode(), b"Responder" + binding + extra, "sha256")


def response(token: str, binding: bytes, extra: bytes) -> bytes:
    """The whole answer to a message that was right."""
    return b"\0" + extra + b"\0" + responder(token, binding, extra)


def failure(reason: str) -> bytes:
    return b"\x01" + reason.encode()
