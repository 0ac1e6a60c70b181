"""Names for things: identifiers that sort by time, and secrets that nobody can guess."""

import hashlib
import os
import secrets
import time
import uuid


def new_id() -> uuid.UUID:
    """A UUIDv7 (RFC 9562 section 5.7): 48 bits of milliseconds, then random bits; never a secret."""
    value = (time.time_ns() // 1_000_000) << 80 | int.from_bytes(os.urandom(10), "big")
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return uuid.UUID(int=value)


def new_secret() -> str:
    """256 random bits, URL-safe, 43 characters."""
    return secrets.token_urlsafe(32)


def digest(secret: str) -> str:
    """What is stored of a `new_secret`: SHA-256 in hex. Enough, as 256 random bits cannot be guessed."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
