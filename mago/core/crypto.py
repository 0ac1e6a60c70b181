"""Sealed values and message authentication, from one ring of keys.

Each purpose has a key of its own, derived by HKDF-SHA256 (RFC 5869). Sealing is AES-256-GCM with a
random nonce; a sealed value names the key that sealed it, so that keys can be rotated: the newest
seals, all of the ring open (`settings.SECRET_KEY`, `settings.SECRET_KEY_FALLBACKS`).
"""

import base64
import hashlib
import hmac
import os
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.db import models

from .macs import Mac


class SealBroken(Exception):
    """The value was not sealed by a key of the ring for this purpose and context, or was changed."""


@lru_cache(maxsize=256)
def _derive(key: str, purpose: str) -> bytes:
    return HKDF(hashes.SHA256(), 32, salt=b"mago", info=purpose.encode()).derive(key.encode())


def _ring() -> Iterator[str]:
    yield settings.SECRET_KEY
    yield from settings.SECRET_KEY_FALLBACKS


@lru_cache(maxsize=256)
def _cipher(key: str, purpose: str) -> AESGCM:
    """What seals for that purpose; making it anew takes as long as sealing."""
    return AESGCM(_derive(key, f"seal:{purpose}"))


@lru_cache(maxsize=64)
def _key_id(key: str) -> str:
    return hashlib.sha256(b"mago key id" + key.encode()).hexdigest()[:8]


def key_ids() -> list[str]:
    """The names of the keys of the ring, newest first; they tell nothing of the keys."""
    return [_key_id(key) for key in _ring()]


def seal(value: str, *, purpose: str, context: str = "") -> str:
    """`value` encrypted and authenticated; opens only for the same purpose and context."""
    key = settings.SECRET_KEY
    nonce = os.urandom(12)
    sealed = _cipher(key, purpose).encrypt(nonce, value.encode(), context.encode())
    return f"{_key_id(key)}.{base64.urlsafe_b64encode(nonce + sealed).decode()}"


def unseal(sealed: str, *, purpose: str, context: str = "") -> str:
    """The value that was sealed, or SealBroken."""
    key_id, _, body = sealed.partition(".")
    for key in _ring():
        if _key_id(key) == key_id:
            try:
                raw = base64.urlsafe_b64decode(body)
                opened = _cipher(key, purpose).decrypt(raw[:12], raw[12:], context.encode())
                return opened.decode()
            except (InvalidTag, ValueError):
                break
    raise SealBroken(f"a sealed value for {purpose!r} does not open")


def is_current(sealed: str) -> bool:
    """Whether the newest key sealed it."""
    return sealed.startswith(f"{_key_id(settings.SECRET_KEY)}.")


@lru_cache(maxsize=256)
def _keyed(key: str, purpose: str) -> Mac:
    return Mac(_derive(key, f"mac:{purpose}"))


def mac(message: bytes, *, purpose: str) -> bytes:
    """HMAC-SHA256 of `message` under the newest key."""
    return _keyed(settings.SECRET_KEY, purpose).of(message)


def macs(message: bytes, *, purpose: str) -> list[bytes]:
    """As `mac`, under each key of the ring; the newest key's comes first."""
    return [_keyed(key, purpose).of(message) for key in _ring()]


def mac_matches(message: bytes, tag: bytes, *, purpose: str) -> bool:
    """Whether any key of the ring made `tag`; compared in constant time."""
    # Every one is compared, so that time does not tell which key it was.
    return sum(hmac.compare_digest(tag, known) for known in macs(message, purpose=purpose)) > 0


class SealedTextField(models.TextField):  # type: ignore[type-arg]
    """Text that is sealed in the database and plain in Python; bound to its table and column.

    It cannot be searched. `manage.py rotate_keys` seals it anew with the newest key.
    """

    @property
    def purpose(self) -> str:
        return f"{self.model._meta.label_lower}.{self.attname}"

    def get_prep_value(self, value: Any) -> Any:
        value = super().get_prep_value(value)
        return seal(value, purpose=self.purpose) if value else value

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> str | None:
        return unseal(value, purpose=self.purpose) if value else value
