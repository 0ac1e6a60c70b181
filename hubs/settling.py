"""What a proof that was right ends in: the exchange is used up and the tokens are made, in one commit.

On PostgreSQL that is one statement, as each is a round trip; on SQLite, which cannot write to two
tables in one, a transaction of small ones. Both ask the database itself whether the credential, the
hub and its organization are good at that moment: what was read before decides nothing.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.conf import settings
from django.db import connection

from accounts.organizations.models import Organization
from mago.core.ids import digest, new_id
from mago.core.sql import Statement, in_one_commit

from .models import Credential, Hub, HubToken, ReconnectToken, UsedExchange
from .scopes import SCOPES
from .tokens import new_token
from .who import Who, as_moment, as_uuid

# Each look at the settings takes as long as a small statement.
_ROTATED_AFTER = settings.HUB_CREDENTIAL_ROTATED_AFTER
_GRACE = settings.HUB_REPLACED_GRACE
_TOKEN_LIFETIME = settings.HUB_TOKEN_LIFETIME
_RECONNECT_IDLE = settings.HUB_RECONNECT_IDLE
_RECONNECT_LIFETIME = settings.HUB_RECONNECT_LIFETIME
_RECONNECT_ROTATED_AFTER = settings.HUB_RECONNECT_ROTATED_AFTER
# A sign-in is told in the audit when it comes from elsewhere than the last, and once a day anyway.
_TOLD_EVERY = timedelta(days=1)
# "Last used" is for people to look at; minutes are fine enough.
_NOTED_EVERY = timedelta(minutes=1)

_CREDENTIAL = Credential._meta.db_table
_HUB = Hub._meta.db_table
_ORGANIZATION = Organization._meta.db_table
_RECONNECT = ReconnectToken._meta.db_table
_TOKEN = HubToken._meta.db_table
_USED = UsedExchange._meta.db_table
_STATES = ", ".join(f"'{state}'" for state in sorted(SCOPES))


class Standing(NamedTuple):
    """A credential with its hub and organization, as they are in the moment of the look.

    `is_quiet`: all of them are good, and there is nothing to tell of this sign-in. `again` is the
    reconnect token that the hub was told and has not used yet.
    """

    id: Any
    stage: str
    generation: int
    expires_at: Any
    is_unexpired: bool
    has_just_ended: bool | None
    is_old: bool
    rotation_asked: bool
    hub_id: Any
    organization_id: Any
    name: str
    serial: str
    state: str
    organization_is_active: bool
    is_told: bool | None
    is_quiet: bool | None
    is_due: bool | None
    again: Any

    def who(self) -> Who:
        return Who(
            as_uuid(self.hub_id),
            as_uuid(self.organization_id),
            self.name or self.serial,
            self.state,
        )


# ruff: noqa: S608 - the names in these statements are our own
# An exchange is used once, in whatever process, by whoever comes first.
_USE = f"INSERT INTO {_USED} (id, expires_at) VALUES (%s, %s) ON CONFLICT DO NOTHING RETURNING id"
_STANDING = (
    "SELECT c.id AS id, c.stage AS stage, c.generation AS generation, c.expires_at AS expires_at,"
    " c.expires_at > %s AS unexpired, c.ended_at > %s AS just_ended, c.created_at < %s AS old,"
    " h.rotation_asked_at IS NOT NULL AS asked, h.id AS hub_id, h.organization_id AS owner,"
    " h.name AS name, h.serial AS serial, h.state AS state, o.is_active AS owner_is_active,"
    " c.last_used_at > %s AND c.last_address = %s AS told,"
    " c.stage = 'active' AND c.expires_at > %s AND o.is_active"
    f" AND h.state IN ({_STATES}) AND c.last_used_at > %s AND c.last_address = %s AS quiet,"
    " c.last_used_at <= %s AS due,"
    " (SELECT CASE WHEN r.last_count = 0 AND r.created_at > %s THEN r.id END"
    f" FROM {_RECONNECT} r WHERE r.hub_id = c.hub_id AND r.mechanism = %s"
    " AND r.generation = c.generation AND r.superseded_at IS NULL"
    " ORDER BY r.created_at DESC, r.id DESC LIMIT 1) AS again"
    f" FROM {_CREDENTIAL} c JOIN {_HUB} h ON h.id = c.hub_id"
    f" JOIN {_ORGANIZATION} o ON o.id = h.organization_id WHERE c.id = %s"
)
_INSERT_TOKEN = f"INSERT INTO {_TOKEN} (digest, hub_id, generation, method, expires_at)"
_INSERT_RECONNECT = (
    f"INSERT INTO {_RECONNECT} (id, hub_id, generation, mechanism, last_count, created_at,"
    " idle_until, expires_at)"
)
_TOUCH = f"UPDATE {_CREDENTIAL} SET last_used_at = %s WHERE id = %s"

_use, _look, _touch = Statement(_USE), Statement(_STANDING), Statement(_TOUCH)
_give = Statement(f"{_INSERT_TOKEN} VALUES (%s, %s, %s, %s, %s)")
_keep = Statement(f"{_INSERT_RECONNECT} VALUES (%s, %s, %s, %s, 0, %s, %s, %s)")
# The credential's row is locked: who revokes it waits, to find the token then, or is waited for.
_settle = Statement(
    f"WITH used AS ({_USE}), found AS ({_STANDING} FOR NO KEY UPDATE OF c),"
    f" given AS ({_INSERT_TOKEN} SELECT %s, f.hub_id, f.generation, %s, %s FROM found f, used"
    " WHERE f.quiet RETURNING digest),"
    f" noted AS ({_TOUCH} AND EXISTS (SELECT 1 FROM given, found f WHERE f.due)),"
    f" kept AS ({_INSERT_RECONNECT} SELECT %s, f.hub_id, f.generation, %s, 0, %s::timestamptz,"
    " LEAST(%s, f.expires_at), LEAST(%s, f.expires_at) FROM found f, given"
    " WHERE f.again IS NULL AND %s RETURNING id)"
    " SELECT EXISTS (SELECT 1 FROM used), EXISTS (SELECT 1 FROM given), (SELECT id FROM kept), f.*"
    " FROM (SELECT 1) one LEFT JOIN found f ON TRUE"
)


@dataclass(frozen=True)
class Exchange:
    """What is being settled: `reconnects_by` is the mechanism to reconnect with, `keep` whether it may."""

    id: str
    expires: int
    credential: UUID
    address: str
    method: str
    reconnects_by: str
    keep: bool
    now: datetime


class Settled(NamedTuple):
    """`is_first`: nobody came with this exchange before. Without a token there is more to be done, or a refusal."""

    is_first: bool
    token: str = ""
    reconnect: UUID | None = None
    standing: Standing | None = None


def use_up(exchange: Exchange) -> Settled:
    """The exchange is over, and nothing came of it; the look is the same for a hub that does not exist."""
    if _use.run([exchange.id, exchange.expires]) is None:
        return Settled(is_first=False)
    return Settled(is_first=True, standing=look(exchange))


def look(exchange: Exchange) -> Standing | None:
    row = _look.run(_looking(exchange))
    return Standing(*row) if row else None


def settle(exchange: Exchange) -> Settled:
    """The exchange is over; with all in good order and nothing to tell, there are the tokens too."""
    if connection.vendor == "sqlite":
        return in_one_commit(lambda: _by_small_statements(exchange))
    return _by_one_statement(exchange)


def _by_one_statement(exchange: Exchange) -> Settled:
    token, made, now = new_token(), new_id(), exchange.now
    row = _settle.run(
        [
            exchange.id,
            exchange.expires,
            *_looking(exchange),
            *(digest(token), exchange.method, now + _TOKEN_LIFETIME),
            *(now, exchange.credential),
            *(made, exchange.reconnects_by, now),
            *(now + _RECONNECT_IDLE, now + _RECONNECT_LIFETIME, exchange.keep),
        ]
    )
    is_first, is_given, kept, *found = row
    standing = Standing(*found) if found[0] else None
    if not (standing and is_given):
        return Settled(is_first, standing=standing)
    return Settled(is_first, token, kept or standing.again, standing)


def _by_small_statements(exchange: Exchange) -> Settled:
    """As above, within a transaction, which is alone in writing."""
    settled = use_up(exchange)
    standing = settled.standing
    if not (standing and standing.is_quiet):
        return settled
    token, now = new_token(), exchange.now
    hub, generation = standing.hub_id, standing.generation
    _give.run([digest(token), hub, generation, exchange.method, now + _TOKEN_LIFETIME])
    if standing.is_due:
        _touch.run([now, exchange.credential])
    again = as_uuid(standing.again) if standing.again else None
    if again is None and exchange.keep:
        again, end = new_id(), min(now + _RECONNECT_LIFETIME, as_moment(standing.expires_at))
        idle = min(now + _RECONNECT_IDLE, end)
        _keep.run([again, hub, generation, exchange.reconnects_by, now, idle, end])
    return Settled(True, token, again, standing)


def _looking(exchange: Exchange) -> list[Any]:
    now, address = exchange.now, exchange.address
    told = now - _TOLD_EVERY
    return [
        *(now, now - _GRACE, now - _ROTATED_AFTER, told, address, now, told, address),
        *(now - _NOTED_EVERY, now - _RECONNECT_ROTATED_AFTER),
        *(exchange.reconnects_by, exchange.credential),
    ]
