"""What a proof that was right ends in: the exchange is used up, and what else there is to write, in one commit.

On PostgreSQL that is one statement, as each is a round trip; on SQLite, which cannot write to two
tables in one, a look and a write, or a transaction where there is more to write. Both ask the database
itself whether the credential, the hub and its organization are good at that moment: what was read
before decides nothing. Nor does this look decide for long: a token is asked for anew at each use.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.conf import settings
from django.db import connection

from accounts.organizations.models import Organization
from mago.core.ids import new_id
from mago.core.sql import Statement, in_one_commit

from .models import Credential, Hub, ReconnectToken, UsedExchange
from .scopes import SCOPES
from .tokens import new_reconnect
from .who import Who, as_moment, as_uuid

# Each look at the settings takes as long as a small statement.
_ROTATED_AFTER = settings.HUB_CREDENTIAL_ROTATED_AFTER
_GRACE = settings.HUB_REPLACED_GRACE
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
    token_epoch: int
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
    " h.name AS name, h.serial AS serial, h.state AS state, h.token_epoch AS epoch,"
    " o.is_active AS owner_is_active,"
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
_INSERT_RECONNECT = (
    f"INSERT INTO {_RECONNECT} (id, hub_id, generation, mechanism, last_count, created_at,"
    " idle_until, expires_at)"
)
_TOUCH = f"UPDATE {_CREDENTIAL} SET last_used_at = %s WHERE id = %s"

_use, _look, _touch = Statement(_USE), Statement(_STANDING), Statement(_TOUCH)
_settle = Statement(
    f"WITH used AS ({_USE}), found AS ({_STANDING}),"
    f" noted AS ({_TOUCH} AND EXISTS (SELECT 1 FROM used, found f WHERE f.quiet AND f.due)),"
    f" kept AS ({_INSERT_RECONNECT} SELECT %s, f.hub_id, f.generation, %s, 0, %s::timestamptz,"
    " LEAST(%s, f.expires_at), LEAST(%s, f.expires_at) FROM found f, used"
    " WHERE f.quiet AND f.again IS NULL AND %s RETURNING id)"
    " SELECT EXISTS (SELECT 1 FROM used), (SELECT id FROM kept), f.*"
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
    """`is_first`: nobody came with this exchange before. `reconnect` is the token to tell, where there is one."""

    is_first: bool
    standing: Standing | None
    reconnect: UUID | None = None


def use_up(exchange: Exchange) -> Settled:
    """The exchange is over, and nothing came of it; the look is the same for a hub that does not exist."""
    standing = _look_at(exchange)
    return Settled(_use_it(exchange), standing)


def settle(exchange: Exchange) -> Settled:
    """The exchange is over; with all in good order and nothing to tell, so is the sign-in."""
    if connection.vendor == "sqlite":
        return _by_small_statements(exchange)
    return _by_one_statement(exchange)


def _look_at(exchange: Exchange) -> Standing | None:
    row = _look.run(_looking(exchange))
    return Standing(*row) if row else None


def _use_it(exchange: Exchange) -> bool:
    return _use.run([exchange.id, exchange.expires]) is not None


def _by_one_statement(exchange: Exchange) -> Settled:
    made, now = new_id(), exchange.now
    row = _settle.run(
        [
            exchange.id,
            exchange.expires,
            *_looking(exchange),
            *(now, exchange.credential),
            *(made, exchange.reconnects_by, now),
            *(now + _RECONNECT_IDLE, now + _RECONNECT_LIFETIME, exchange.keep),
        ]
    )
    is_first, kept, *found = row
    standing = Standing(*found) if found[0] else None
    return Settled(is_first, standing, kept or (standing and standing.again))


def _by_small_statements(exchange: Exchange) -> Settled:
    standing = _look_at(exchange)
    if standing and standing.is_quiet and (standing.is_due or _needs_one(exchange, standing)):
        return in_one_commit(lambda: _with_more(exchange))
    again = as_uuid(standing.again) if standing and standing.again else None
    return Settled(_use_it(exchange), standing, again)


def _needs_one(exchange: Exchange, standing: Standing) -> bool:
    return exchange.keep and not standing.again


def _with_more(exchange: Exchange) -> Settled:
    """As above, and what else there is to write. Looked at anew, as from here on nobody else writes."""
    settled = use_up(exchange)
    standing = settled.standing
    if not (settled.is_first and standing and standing.is_quiet):
        return settled
    now = exchange.now
    if standing.is_due:
        _touch.run([now, exchange.credential])
    if not _needs_one(exchange, standing):
        return settled._replace(reconnect=as_uuid(standing.again) if standing.again else None)
    end = min(now + _RECONNECT_LIFETIME, as_moment(standing.expires_at))
    hub, generation = as_uuid(standing.hub_id), standing.generation
    made = new_reconnect(hub, generation, exchange.reconnects_by, now, end)
    return settled._replace(reconnect=made)


def _looking(exchange: Exchange) -> list[Any]:
    now, address = exchange.now, exchange.address
    told = now - _TOLD_EVERY
    return [
        *(now, now - _GRACE, now - _ROTATED_AFTER, told, address, now, told, address),
        *(now - _NOTED_EVERY, now - _RECONNECT_ROTATED_AFTER),
        *(exchange.reconnects_by, exchange.credential),
    ]
