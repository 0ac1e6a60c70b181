"""What a sign-in ends in: an access token, and one to reconnect with."""

import base64
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection

from mago.core.ids import digest, new_id, new_secret
from mago.core.sql import Statement

from .keys import Purpose, fleet_mac
from .models import Credential, HubToken, ReconnectToken
from .who import Who

TOKEN_PREFIX = "mago_hub_"  # noqa: S105
# What a hub is told to do.
ROTATE = ("rotate_credential",)
# Each look at the settings takes as long as a small statement.
_TOKEN_LIFETIME = settings.HUB_TOKEN_LIFETIME
_RECONNECT_IDLE = settings.HUB_RECONNECT_IDLE

_CREDENTIAL = Credential._meta.db_table
_TOKEN = HubToken._meta.db_table
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


# ruff: noqa: S608 - the names in these statements are our own
# A token is made from what it was got with, in one statement: what was revoked meanwhile gives none,
# and who revokes waits on PostgreSQL for the row, to find the token then (SQLite has one writer).
_INSERT = f"INSERT INTO {_TOKEN} (digest, hub_id, generation, method, expires_at)"
_GIVES = " SELECT %s, s.hub_id, s.generation, %s, %s FROM"


def _issuing(source: str) -> dict[str, Statement]:
    select = f"{_INSERT}{_GIVES} {source}"
    return {
        "sqlite": Statement(f"{select} RETURNING digest"),
        "postgresql": Statement(f"{select} FOR SHARE OF s RETURNING digest"),
    }


OF_CREDENTIAL = _issuing(f"{_CREDENTIAL} s WHERE s.id = %s AND s.stage IN ('pending', 'active')")
_INSERT_RECONNECT = Statement(
    f"INSERT INTO {_RECONNECT} (id, hub_id, generation, mechanism, last_count, created_at,"
    " idle_until, expires_at) VALUES (%s, %s, %s, %s, 0, %s, %s, %s)"
)


def new_token() -> str:
    return TOKEN_PREFIX + new_secret()


def issue(source: dict[str, Statement], key: Any, method: str, now: datetime) -> str:
    """A new access token, or "" where what it is to be made from is no more."""
    token = new_token()
    values = [digest(token), method, now + _TOKEN_LIFETIME, key]
    return token if source[connection.vendor].run(values) else ""


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
