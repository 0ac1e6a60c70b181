"""The bytes of an event, its MAC, and the hash that links it: the code of docs/audit-format.md."""

import hashlib
import json
import os
import struct
from datetime import UTC, datetime
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


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    if isinstance(value, UUID):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no canonical form")


encode = json.JSONEncoder(
    sort_keys=True,
    separators=(",", ":"),
    ensure_ascii=False,
    allow_nan=False,
    default=_plain,
).encode


def content_of(event: AuditEvent) -> dict[str, Any]:
    """What is signed and linked of an event: everything but its number and its MAC."""
    return {name: getattr(event, name) for name in FIELDS}


def canonical_bytes(content: dict[str, Any]) -> bytes:
    """The same bytes for the same content, whatever the database, Python version or key order."""
    return encode({**content, "version": VERSION}).encode("utf-8", "surrogatepass")


def sign(content: dict[str, Any]) -> bytes:
    """A salt and the HMAC over it and the content; the salt makes two equal events differ."""
    salt = os.urandom(SALT_BYTES)
    return salt + crypto.mac(salt + canonical_bytes(content), purpose="audit")


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
    return AuditLink(sequence=sequence, event=event, hash=hash_, mac=mac)


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
