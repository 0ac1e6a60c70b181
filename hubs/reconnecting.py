"""A hub comes back with one request (HT-SHA-256): it shows that it holds its token, with a counter never used before."""

import hmac
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from accounts.organizations.models import Organization
from mago.core.ids import new_id
from mago.core.sql import Statement, in_one_commit

from . import ht, scram
from .binding import Offer
from .models import Credential, Hub, ReconnectToken
from .scram import NotAuthorized
from .services import quarantine_clone
from .tokens import ROTATE, Claims, Reconnect, Success, access_token, derived_token, new_reconnect
from .who import Who, as_moment, as_uuid, read_name, shut_out

# How many of a hub's tokens are tried: the one in use, its successor, and superseded ones.
_TRIED = 4
_IDLE = settings.HUB_RECONNECT_IDLE
_ROTATED_AFTER = settings.HUB_RECONNECT_ROTATED_AFTER
_GRACE = settings.HUB_REPLACED_GRACE

_HUB = Hub._meta.db_table
_ORGANIZATION = Organization._meta.db_table
_RECONNECT = ReconnectToken._meta.db_table
_CREDENTIAL = Credential._meta.db_table

# ruff: noqa: S608 - the names in these statements are our own
_CANDIDATE = Statement(
    "SELECT t.id, t.last_count, t.generation, t.first_used_at IS NULL, t.created_at < %s,"
    " t.superseded_at IS NOT NULL, t.superseded_at > %s, t.expires_at, h.organization_id, h.name,"
    " h.serial, h.state, h.token_epoch, o.is_active, h.rotation_asked_at IS NOT NULL,"
    f" EXISTS (SELECT 1 FROM {_CREDENTIAL} c WHERE c.hub_id = t.hub_id"
    f" AND c.generation = t.generation AND c.stage = 'active') FROM {_RECONNECT} t"
    f" JOIN {_HUB} h ON h.id = t.hub_id JOIN {_ORGANIZATION} o ON o.id = h.organization_id"
    " WHERE t.hub_id = %s AND t.mechanism = %s AND t.idle_until > %s AND t.expires_at > %s"
    " ORDER BY t.created_at DESC, t.id DESC LIMIT 1 OFFSET %s"
)
_count = Statement(
    f"UPDATE {_RECONNECT} SET last_count = %s, idle_until = %s,"
    " first_used_at = COALESCE(first_used_at, %s)"
    " WHERE id = %s AND last_count < %s AND superseded_at IS NULL RETURNING id"
)
_supersede = Statement(
    f"UPDATE {_RECONNECT} SET superseded_at = %s"
    " WHERE hub_id = %s AND superseded_at IS NULL AND id <> %s"
)


class _Candidate(NamedTuple):
    id: Any
    last_count: int
    generation: int
    is_unused: bool
    is_old: bool
    is_superseded: bool
    was_just_superseded: bool | None
    expires_at: Any
    organization_id: Any
    name: str
    serial: str
    state: str
    token_epoch: int
    organization_is_active: bool
    rotation_asked: bool
    has_credential: bool


def reconnect(mechanism: str, message: ht.Initiator, offer: Offer) -> Success:
    """The hub has shown that it holds its reconnect token, with a counter never used before. NotAuthorized otherwise."""
    if mechanism not in offer.reconnect:
        raise scram.InvalidMechanism
    if message.offered and message.offered != offer.hash("sha256"):
        raise scram.Downgrade("possible downgrade attack").about(None, message.name)
    now = timezone.now()
    hub_id = read_name(message.name).id or new_id()
    bindings = offer.data.get(ht.MECHANISMS[mechanism], (b"",))
    found, token, binding = _held(mechanism, message, hub_id, bindings, now)
    if found is None:
        raise NotAuthorized("no such reconnect token").about(None, message.name)
    who = Who(hub_id, as_uuid(found.organization_id), found.name or found.serial, found.state)
    if (refused := _standing(found)) is not None:
        raise refused.about(who, message.name)
    come_back = partial(_come_back, found, who, message.count, mechanism, now)
    # Mostly there is one thing to write, the counter.
    if not (found.is_unused or found.is_old):
        success = come_back()
    elif connection.vendor == "sqlite":
        success = in_one_commit(come_back)
    else:
        with transaction.atomic():
            success = come_back()
    if success is None:
        reason = "superseded reconnect token" if found.is_superseded else "counter was used before"
        quarantine_clone(hub_id=hub_id, reason=reason)
        raise NotAuthorized(f"clone: {reason}").about(who, message.name)
    return replace(success, answer=ht.response(token, binding, message.extra))


def _standing(found: _Candidate) -> NotAuthorized | None:
    """Why a hub that holds its token is not let in, or None."""
    if (refused := shut_out(found.state, found.organization_is_active)) is not None:
        return refused
    if found.was_just_superseded:
        return NotAuthorized("superseded reconnect token")
    if not (found.has_credential or found.is_superseded):
        # Made in the very moment in which its credential was revoked, and so not found by that.
        return NotAuthorized("revoked")
    return None


def _come_back(
    found: _Candidate, who: Who, count: int, mechanism: str, now: datetime
) -> Success | None:
    """The counter is used, and what follows from that; None where it was used before."""
    key, method = as_uuid(found.id), f"ht {ht.MECHANISMS[mechanism]}".rstrip()
    if found.is_superseded or _count.run([count, now + _IDLE, now, key, count]) is None:
        return None
    if found.is_unused:
        _supersede.run([now, who.id, key])
    successor = None
    if found.is_old:
        end = as_moment(found.expires_at)
        made = new_reconnect(who.id, found.generation, mechanism, now, end)
        successor = Reconnect(mechanism, derived_token(made, who.id, mechanism))
    return Success(
        answer=b"",
        who=who,
        generation=found.generation,
        token=access_token(Claims(who.id, found.token_epoch, found.generation, method)),
        method=method,
        reconnect=successor,
        wishes=ROTATE if found.rotation_asked else (),
    )


def _held(
    mechanism: str, message: ht.Initiator, hub_id: UUID, bindings: Sequence[bytes], now: Any
) -> tuple[_Candidate | None, str, bytes]:
    """The hub's token that made the message, the token itself, and what it was bound to.

    As much is tried for a hub that has none, so that the time does not tell.
    """
    fresh, grace = now - _ROTATED_AFTER, now - _GRACE
    for number in range(_TRIED):
        row = _CANDIDATE.run([fresh, grace, hub_id, mechanism, now, now, number])
        found = _Candidate(*row) if row else None
        token = derived_token(as_uuid(found.id) if found else hub_id, hub_id, mechanism)
        for binding in bindings:
            made = ht.initiator(token, binding, message.extra)
            if hmac.compare_digest(made, message.mac) and found:
                return found, token, binding
    return None, "", b""
