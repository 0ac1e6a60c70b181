"""The steps of a sign-in over HTTP. Nothing is kept between them: what must be known lies sealed in `sid`.

    start   client-first → server-first, and `sid`           (SCRAM: the first of two requests)
    finish  `sid` and client-final → server-final, and a token      (SCRAM: the second)

Whatever a hub that does not exist would be told, a known one is told by the same path: the same
reads, the same work, the same bytes. The true reason of a refusal stands in the audit.
"""

import base64
import hmac
import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, cast
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from mago.audit.services import record
from mago.audit.tags import Tag
from mago.core.context import caller
from mago.core.crypto import SealBroken, seal, unseal
from mago.core.ids import new_id
from mago.core.sql import Statement

from . import ht, scram
from .binding import Offer
from .held import Held
from .keys import Purpose, fleet_mac
from .models import Credential
from .scram import NotAuthorized
from .services import quarantine_clone
from .services.credentials import activate_generation
from .settling import Exchange, Standing, settle, use_up
from .tokens import (
    ROTATE,
    Claims,
    Reconnect,
    Success,
    access_token,
    derived_token,
    new_reconnect,
)
from .who import Who, as_moment, as_uuid, read_name, shut_out

_SEALED_FOR = "hubs.handshake"
_KEYS_PURPOSE = "hubs.credential.keys"
_NOBODY = "0" * 32
# Each look at the settings takes as long as a small statement.
_HANDSHAKE_SECONDS = settings.HUB_HANDSHAKE_LIFETIME.total_seconds()
_RECONNECT_LIFETIME = settings.HUB_RECONNECT_LIFETIME
_held = Held()


@dataclass(frozen=True)
class Challenge:
    sid: str
    message: str


# --- the first request ---

_CREDENTIAL = Credential._meta.db_table

# ruff: noqa: S608 - the names in these statements are our own
_SALT_IN_USE = Statement(
    f"SELECT id, salt, iterations, keys FROM {_CREDENTIAL}"
    " WHERE hub_id = %s AND mechanism = %s AND stage <> 'pending'"
    " ORDER BY CASE WHEN stage = 'active' THEN 0 ELSE 1 END, generation DESC LIMIT 1"
)
_SALT_OF = Statement(
    f"SELECT id, salt, iterations, keys FROM {_CREDENTIAL}"
    " WHERE hub_id = %s AND mechanism = %s AND generation = %s"
)


def start(mechanism: str, first: scram.ClientFirst, offer: Offer) -> Challenge:
    """The answer to a client-first-message of a mechanism that is offered. One read, no write."""
    _check_binding(mechanism, first, offer)
    bare_mechanism = mechanism.removesuffix(scram.PLUS)
    name = read_name(first.name)
    identity = name.id or new_id()
    if name.generation is None:
        row = _SALT_IN_USE.run([identity, bare_mechanism])
    else:
        row = _SALT_OF.run([identity, bare_mechanism, name.generation])
    unknown = _salt_of_nobody(bare_mechanism, first.name)
    key, salt, iterations, keys = row or (_NOBODY, unknown, settings.HUB_ITERATIONS, _dummy())
    ours = base64.b64encode(secrets.token_bytes(24)).decode()
    _held.put(ours, keys)
    nonce = first.nonce + ours
    offered = offer.hash(scram.hash_name(mechanism))
    message = scram.server_first(nonce, salt, iterations, offered)
    expires = int(time.time() + _HANDSHAKE_SECONDS)
    key = key if isinstance(key, str) else key.hex
    state = (mechanism, key, str(expires), first.gs2_header, first.binding, message, first.bare)
    return Challenge(_seal(state), message)


def _check_binding(mechanism: str, first: scram.ClientFirst, offer: Offer) -> None:
    """RFC 5802 section 6: the mechanism and the flag agree, and nobody was told less than we offer."""
    if mechanism not in offer.mechanisms:
        raise scram.InvalidMechanism
    bound = mechanism.endswith(scram.PLUS)
    if first.flag == "p" and not offer.bindings:
        raise scram.BindingUnsupported
    if bound != (first.flag == "p"):
        raise scram.BindingUnsupported if first.flag == "p" else scram.Malformed
    if bound and first.binding not in offer.bindings:
        raise scram.BindingTypeUnsupported
    if first.flag == "y" and offer.bindings:
        raise scram.Downgrade("possible downgrade attack").about(None, first.name)


def _salt_of_nobody(mechanism: str, name: str) -> str:
    """What an unknown hub's salt is, now and at any other time. The name alone is its first generation."""
    named = name if "." in name else f"{name}.1"
    made = fleet_mac(Purpose.UNKNOWN_HUBS, f"salt\0{mechanism}\0{named}".encode())
    return base64.b64encode(made[: settings.HUB_SALT_BYTES]).decode()


def _seal(state: Sequence[str]) -> str:
    # NUL is in none of the parts. Padding is no character of a token (RFC 7804 section 5).
    return seal("\0".join(state), purpose=_SEALED_FOR).rstrip("=")


# --- the second request ---


class _State(NamedTuple):
    mechanism: str
    credential: str
    expires: str
    gs2_header: str
    binding: str
    server_first: str
    bare: str

    @property
    def nonce(self) -> str:
        return self.server_first[2 : self.server_first.index(",")]

    @property
    def name(self) -> str:
        """As sent: what is escaped in it no hub's name has."""
        return self.bare[2 : self.bare.index(",")]


def _open(sid: str) -> _State:
    _key, _, body = sid.partition(".")
    try:
        state = _State(*unseal(sid + "=" * (-len(body) % 4), purpose=_SEALED_FOR).split("\0"))
    except (SealBroken, TypeError, UnicodeError):
        raise NotAuthorized("not a sid of ours") from None
    if int(state.expires) < time.time():
        raise NotAuthorized("expired").about(None, state.name)
    return state


_KEYS = Statement(f"SELECT keys FROM {_CREDENTIAL} WHERE id = %s")
_TOUCH = Statement(
    f"UPDATE {_CREDENTIAL} SET last_used_at = %s, first_used_at = COALESCE(first_used_at, %s),"
    " last_address = %s"
    " WHERE id = %s AND stage IN ('pending', 'active') RETURNING id"
)


def finish(sid: str, final: scram.ClientFinal, offer: Offer, *, keep: bool = True) -> Success:
    """The hub has proved itself: it has a token, and with `keep` one to reconnect with. NotAuthorized otherwise.

    One of any number of tries with the same `sid` is looked at, in whatever process, right or wrong.
    """
    state = _open(sid)
    answer = _prove(state, final)
    is_bound = final.binding in _right_bindings(state, offer)
    exchange = _exchange(state, keep=keep)
    # For good, whatever comes of it.
    settled = settle(exchange) if answer and is_bound else use_up(exchange)
    if not settled.is_first:
        raise NotAuthorized("replayed").about(None, state.name)
    found = settled.standing
    who = found.who() if found else None
    if not is_bound:
        raise scram.BindingMismatch("possible man in the middle").about(who, state.name)
    if found is None or who is None or not answer:
        reason = "wrong proof" if found else "unknown hub"
        raise NotAuthorized(reason).about(who, state.name)
    key = settled.reconnect
    if not found.is_quiet:
        if (refused := _standing(found, who)) is not None:
            raise refused.about(who, state.name)
        key = _told(exchange, found, who, state.name)
    claims = Claims(who.id, found.token_epoch, found.generation, exchange.method)
    return Success(
        answer=answer,
        who=who,
        generation=found.generation,
        token=access_token(claims),
        method=exchange.method,
        reconnect=_reconnect(exchange, who, key),
        wishes=ROTATE if found.is_old or found.rotation_asked else (),
    )


def _exchange(state: _State, *, keep: bool) -> Exchange:
    return Exchange(
        id=_used_id(state.nonce),
        expires=int(state.expires),
        credential=UUID(state.credential),
        address=caller().address,
        method=f"scram {state.binding}".rstrip(),
        reconnects_by=ht.MECHANISM_OF[state.binding],
        keep=keep,
        now=timezone.now(),
    )


def _prove(state: _State, final: scram.ClientFinal) -> bytes:
    """Our own proof, or nothing where theirs is wrong. By the same steps for a hub that does not exist."""
    name = scram.hash_name(state.mechanism)
    stored_key, server_key = _keys(state)
    signed = f"{state.bare},{state.server_first},{final.without_proof}"
    is_proved = scram.verify(name, stored_key, signed, final.proof)
    is_proved &= hmac.compare_digest(final.nonce, state.nonce)
    made = scram.server_final(name, server_key, signed).encode()
    return made if is_proved and state.credential != _NOBODY else b""


def _told(exchange: Exchange, found: Standing, who: Who, name: str) -> UUID | None:
    """A sign-in of which there is something to tell: the first in a day, from elsewhere, by a new credential.

    Gives the token to reconnect with, as `Settled` does.
    """
    now = exchange.now
    with transaction.atomic():
        if not _note(exchange, found, who):
            raise NotAuthorized("revoked").about(who, name)
        if found.again or not exchange.keep:
            return as_uuid(found.again) if found.again else None
        end = min(now + _RECONNECT_LIFETIME, as_moment(found.expires_at))
        return new_reconnect(who.id, found.generation, exchange.reconnects_by, now, end)


def _note(exchange: Exchange, found: Standing, who: Who) -> bool:
    """The credential was used now and from here; at its first use it takes the place of the one before.

    False where it was revoked in this very moment.
    """
    now = exchange.now
    if _TOUCH.run([now, now, exchange.address, found.id]) is None:
        return False
    if found.stage == Credential.Stage.PENDING:
        activate_generation(who.id, found.generation, now)
    if not found.is_told:
        record(
            Tag.HUB_SIGN_IN_SUCCEEDED,
            actor=who,
            target=cast(Any, who),
            organization_id=who.organization_id,
            method=exchange.method,
            generation=found.generation,
        )
    return True


def _reconnect(exchange: Exchange, who: Who, key: UUID | None) -> Reconnect | None:
    """The token with which it may come back, for as long as its credential is good."""
    if key is None or not exchange.keep:
        return None
    mechanism = exchange.reconnects_by
    return Reconnect(mechanism, derived_token(key, who.id, mechanism))


def _used_id(nonce: str) -> str:
    """What is kept of a nonce that was used: its end, which is ours."""
    return nonce[-32:]


def _keys(state: _State) -> tuple[bytes, bytes]:
    """StoredKey and ServerKey; for an unknown hub such as nobody has the proof for, by the same work."""
    sealed = _held.take(_used_id(state.nonce))
    if sealed is None:
        row = _KEYS.run([UUID(state.credential)])
        sealed = row[0] if row else _dummy()
    text = unseal(sealed, purpose=_KEYS_PURPOSE)
    stored, _, server = text.partition(":")
    return base64.b64decode(stored), base64.b64decode(server)


_dummies: dict[str, str] = {}


def _dummy() -> str:
    """A sealed value as long as a real one, so that opening it takes as long."""
    key = settings.SECRET_KEY
    if key not in _dummies:
        nobodys = [base64.b64encode(secrets.token_bytes(32)).decode() for _ in range(2)]
        _dummies[key] = seal(":".join(nobodys), purpose=_KEYS_PURPOSE)
    return _dummies[key]


def _right_bindings(state: _State, offer: Offer) -> list[str]:
    if not state.binding:
        return [scram.binding_input(state.gs2_header)]
    known = offer.data.get(state.binding, ())
    return [scram.binding_input(state.gs2_header, data) for data in known]


def _standing(found: Standing, who: Who) -> NotAuthorized | None:
    """Why a hub that did prove itself is not let in, or None."""
    if found.stage == Credential.Stage.RETIRED:
        if found.has_just_ended:
            return NotAuthorized("retired credential")
        quarantine_clone(
            hub_id=who.id,
            reason=f"credential {found.generation} was used after its successor",
        )
        return NotAuthorized("clone: retired credential")
    if found.stage == Credential.Stage.REVOKED:
        return NotAuthorized("revoked")
    if not found.is_unexpired:
        return NotAuthorized("credential expired")
    return shut_out(found.state, found.organization_is_active)
