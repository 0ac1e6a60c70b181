"""The bytes of an event, its MAC, and the hash that links it: the code of docs/audit-format.md."""

import hashlib
import json
import os
from datetime import UTC, datetime
from uuid import UUID

from mago.core import crypto

from .models import AuditEvent

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

_encode = json.JSONEncoder(
    sort_keys=True,
    separators=(",", ":"),
    ensure_ascii=False,
    allow_nan=False,
    default=lambda value: _plain(value),
).encode


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    if isinstance(value, UUID):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no canonical form")


def canonical_bytes(event: AuditEvent) -> bytes:
    """The event's content, the same for every database, Python version and order of keys."""
    content = {name: getattr(event, name) for name in FIELDS}
    return _encode({"version": VERSION, **content}).encode("utf-8", "surrogatepass")


def sign_event(event: AuditEvent) -> bytes:
    """A salt and the HMAC over it and the content; the salt makes two equal events differ."""
    salt = os.urandom(SALT_BYTES)
    return salt + crypto.mac(salt + canonical_bytes(event), purpose="audit")


def is_ours(event: AuditEvent) -> bool:
    """Whether this installation told of exactly this content."""
    salt, tag = event.mac[:SALT_BYTES], event.mac[SALT_BYTES:]
    return crypto.mac_matches(bytes(salt) + canonical_bytes(event), bytes(tag), purpose="audit")


def link_hash(previous: bytes, sequence: int, event: AuditEvent) -> bytes:
    """SHA-256 over the link before, this link's number, and the event with its number and MAC."""
    head = previous + sequence.to_bytes(8, "big") + event.id.to_bytes(8, "big")
    return hashlib.sha256(head + bytes(event.mac) + canonical_bytes(event)).digest()


def sign_link(hash_: bytes) -> bytes:
    """This installation's word for the chain that ends in `hash_`."""
    return crypto.mac(hash_, purpose="audit link")


def link_is_ours(hash_: bytes, tag: bytes) -> bool:
    return crypto.mac_matches(hash_, tag, purpose="audit link")
