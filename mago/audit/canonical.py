"""The bytes of an event, its MAC, and the hash that links it: the code of docs/audit-format.md."""

import hashlib
import json
import os
import struct
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import lru_cache
from json.encoder import encode_basestring as _text
from time import time_ns
from typing import Any
from uuid import UUID

from mago.core import crypto

from .models import AuditEvent, AuditLink

VERSION = 1
FIELDS = (
    "time",
    "tag",
    "outcome",
    "actor_id",
    "actor_label",
    "on_behalf_of_id",
    "on_behalf_of_label",
    "target_type",
    "target_id",
    "target_label",
    "organization_id",
    "address",
    "user_agent",
    "request_id",
    "detail",
)
GENESIS = bytes(32)
SALT_BYTES = 16


encode = json.JSONEncoder(
    sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
).encode


def moment(value: object) -> str:
    """A time as text: UTC, always with six decimals. TypeError for anything else."""
    if not isinstance(value, datetime):
        raise TypeError(f"{type(value).__name__} is not a time")
    utc = value if value.tzinfo is UTC else value.astimezone(UTC)
    return utc.isoformat("T", "microseconds")[:26] + "Z"


def now() -> str:
    """The present, as `moment` tells it; a second's own text is kept, as to make it takes longer than the rest."""
    second, microseconds = divmod(time_ns() // 1000, 1_000_000)
    return f"{_second(second)}.{microseconds:06d}Z"


@lru_cache(maxsize=2)
def _second(second: int) -> str:
    return datetime.fromtimestamp(second, UTC).isoformat()[:19]


def content_of(event: AuditEvent) -> dict[str, Any]:
    """What is signed and linked of an event: everything but its number and its MAC."""
    return {name: getattr(event, name) for name in FIELDS}


def canonical_bytes(content: dict[str, Any]) -> bytes:
    """The same bytes for the same content, whatever the database, Python version or key order.

    Raises TypeError where a value is not of its field's type.
    """
    return _spelled(*columns_of(content))


def columns_of(content: dict[str, Any]) -> list[Any]:
    """The values in the order of FIELDS as text, or None: times by `moment`, identifiers with hyphens, the detail encoded."""
    time, tag, outcome, actor, who, behalf, whose, *thing, organization, at, by, of, detail = (
        content[name] for name in FIELDS
    )
    actor, behalf, organization = _id(actor), _id(behalf), _id(organization)
    told = encode(detail)
    return [moment(time), tag, outcome, actor, who, behalf, whose, *thing, organization, at, by, of, told]  # fmt: skip


def _spelled(  # noqa: PLR0917 - the columns
    time: str,
    tag: str,
    outcome: str,
    actor_id: str | None,
    actor_label: str,
    on_behalf_of_id: str | None,
    on_behalf_of_label: str,
    target_type: str,
    target_id: str,
    target_label: str,
    organization_id: str | None,
    address: str,
    user_agent: str,
    request_id: str,
    detail: str,
) -> bytes:
    """The bytes of these columns. Each event passes here on its way in: a general encoder takes four times as long."""
    actor = f'"{actor_id}"' if actor_id else "null"
    behalf = f'"{on_behalf_of_id}"' if on_behalf_of_id else "null"
    organization = f'"{organization_id}"' if organization_id else "null"
    text = (
        f'{{"actor_id":{actor},"actor_label":{_text(actor_label)}'
        f',"address":{_text(address)},"detail":{detail}'
        f',"on_behalf_of_id":{behalf},"on_behalf_of_label":{_text(on_behalf_of_label)}'
        f',"organization_id":{organization},"outcome":{_text(outcome)}'
        f',"request_id":{_text(request_id)},"tag":{_text(tag)},"target_id":{_text(target_id)}'
        f',"target_label":{_text(target_label)},"target_type":{_text(target_type)}'
        f',"time":"{time}","user_agent":{_text(user_agent)},"version":{VERSION}}}'
    )
    return text.encode("utf-8", "surrogatepass")


def _id(value: object) -> str | None:
    if value is None:
        return None
    if isinstance(value, UUID):
        return str(value)
    raise TypeError(f"{type(value).__name__} is not an identifier")


def sign(columns: Sequence[Any]) -> bytes:
    """A salt and the HMAC over it and what `columns_of` gives.

    The salt makes two equal events differ.
    """
    salt = os.urandom(SALT_BYTES)
    return salt + crypto.mac(salt + _spelled(*columns), purpose="audit")


def salt_of(event: AuditEvent) -> bytes:
    """What no other event has, unless it is a copy; fewer bytes, or none, if the MAC is none."""
    try:
        return _bytes(event.mac)[:SALT_BYTES]
    except TypeError:
        return b""


def is_ours(event: AuditEvent) -> bool:
    """Whether this installation recorded exactly this content."""
    try:
        mac = _bytes(event.mac)
        salt, tag = mac[:SALT_BYTES], mac[SALT_BYTES:]
        content = canonical_bytes(content_of(event))
        return crypto.mac_matches(salt + content, tag, purpose="audit")
    except (TypeError, ValueError):
        return False


def link_hash(previous: bytes, sequence: int, event: AuditEvent) -> bytes:
    """SHA-256 over the link before, this link's number, and the event with its number and MAC."""
    numbers = struct.pack(">qq", sequence, event.id)
    content = canonical_bytes(content_of(event))
    return hashlib.sha256(previous + numbers + _bytes(event.mac) + content).digest()


def make_link(previous: bytes, sequence: int, event: AuditEvent) -> AuditLink:
    """The link of `event`, with this installation's word for the chain that ends in it."""
    hash_ = link_hash(previous, sequence, event)
    mac = crypto.mac(hash_, purpose="audit link")
    return AuditLink(sequence=sequence, event=event, salt=salt_of(event), hash=hash_, mac=mac)


def link_holds(previous: bytes, link: AuditLink, event: AuditEvent) -> bool:
    """Whether `link` joins exactly this event to the link before."""
    try:
        return link_hash(previous, link.sequence, event) == _bytes(link.hash)
    except (TypeError, ValueError):
        return False


def link_is_ours(link: AuditLink) -> bool:
    """Whether this installation gave its word for the chain that ends in `link`."""
    try:
        return crypto.mac_matches(_bytes(link.hash), _bytes(link.mac), purpose="audit link")
    except TypeError:
        return False


def _bytes(value: Any) -> bytes:
    # PostgreSQL gives a memoryview; SQLite any type at all, and bytes(number) would be zeros.
    return memoryview(value).tobytes()
