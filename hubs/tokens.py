"""What a sign-in ends in: an access token, and one to reconnect with.

Neither is kept. An access token carries what it says under a MAC; whether that is still so is asked of
the database at each use (`guards.py`), so that a revocation counts from the next request on. That saves
each sign-in the dearest thing that it did, a row in three trees.
"""

import base64
import binascii
import hmac
import os
import struct
import time
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.conf import settings

from mago.core.ids import new_id
from mago.core.sql import Statement

from .keys import Purpose, fleet_mac
from .models import ReconnectToken
from .scram import BINDING_TYPES
from .who import Who

TOKEN_PREFIX = "mago_hub_"  # noqa: S105
# What a hub is told to do.
ROTATE = ("rotate_credential",)
# Each look at the settings takes as long as a small statement.
_TOKEN_SECONDS = int(settings.HUB_TOKEN_LIFETIME.total_seconds())
_RECONNECT_IDLE = settings.HUB_RECONNECT_IDLE

_RECONNECT = ReconnectToken._meta.db_table


@dataclass(frozen=True)
class Reconnect:
    mechanism: str
    token: str


@dataclass(frozen=True)
class Success:
    """Signed in: `answer` proves the server, `token` is shown once, `wishes` is what the hub should do."""

    answer: bytes
    who: Who
    generation: int
    token: str
    method: str
    reconnect: Reconnect | None
    wishes: tuple[str, ...]


# --- access ---

# As the API tells them, with the channel binding where there was one. A token holds the number: append.
METHODS = tuple(
    f"{kind} {binding}".rstrip() for kind in ("scram", "ht") for binding in ("", *BINDING_TYPES)
)
_NUMBERS = {method: number for number, method in enumerate(METHODS)}
# Hub, epoch, generation, end in seconds since 1970, number of the method; then random bytes, as no
# two tokens are the same, and the MAC.
_CLAIMS = struct.Struct(">16sqIIB")
_RANDOM, _MAC = 7, 32
_LENGTH = len(TOKEN_PREFIX) + (_CLAIMS.size + _RANDOM + _MAC) * 4 // 3


class Claims(NamedTuple):
    """What a token was made for. `epoch` is that of its hub in that moment."""

    hub_id: UUID
    epoch: int
    generation: int
    method: str


def access_token(claims: Claims) -> str:
    """A new token for so much; good for 15 minutes, and as long as what it says is so."""
    end = int(time.time()) + _TOKEN_SECONDS
    told = _CLAIMS.pack(
        claims.hub_id.bytes, claims.epoch, claims.generation, end, _NUMBERS[claims.method]
    )
    told += os.urandom(_RANDOM)
    sealed = told + fleet_mac(Purpose.ACCESS, told)
    return TOKEN_PREFIX + base64.urlsafe_b64encode(sealed).decode()


def read_access_token(token: str) -> Claims | None:
    """What a token of ours that has not ended says, or None. It may have been revoked."""
    if len(token) != _LENGTH or not token.startswith(TOKEN_PREFIX):
        return None
    try:
        sealed = base64.b64decode(token.removeprefix(TOKEN_PREFIX), b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    told, mac = sealed[:-_MAC], sealed[-_MAC:]
    if not hmac.compare_digest(fleet_mac(Purpose.ACCESS, told), mac):
        return None
    hub, epoch, generation, end, number = _CLAIMS.unpack_from(told)
    if end <= time.time():
        return None
    return Claims(UUID(bytes=hub), epoch, generation, METHODS[number])


def new_epoch() -> int:
    """A number that no hub ever had, not even one of a backup that was restored: the moment, in microseconds."""
    return time.time_ns() // 1000


# --- to reconnect ---

_INSERT_RECONNECT = Statement(
    f"INSERT INTO {_RECONNECT} (id, hub_id, generation, mechanism, last_count, created_at,"  # noqa: S608 - our own names
    " idle_until, expires_at) VALUES (%s, %s, %s, %s, 0, %s, %s, %s)"
)


def new_reconnect(
    hub_id: UUID, generation: int, mechanism: str, now: datetime, end: datetime
) -> UUID:
    key = new_id()
    idle = min(now + _RECONNECT_IDLE, end)
    _INSERT_RECONNECT.run([key, hub_id, generation, mechanism, now, idle, end])
    return key


def derived_token(key: UUID, hub_id: UUID, mechanism: str) -> str:
    """The token of that row: made anew each time from a key that is not in the database in the clear."""
    made = fleet_mac(Purpose.RECONNECT, f"{key.hex}\0{hub_id.hex}\0{mechanism}".encode())
    return base64.urlsafe_b64encode(made).decode().rstrip("=")
