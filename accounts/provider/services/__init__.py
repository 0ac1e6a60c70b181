"""Tokens are issued, rotated and revoked here."""

from .api_tokens import LIFETIME, LONGEST, create_api_token, note_use, revoke_api_token
from .families import InvalidGrant, TokenPair, open_family, purge, revoke_family, rotate

__all__ = [
    "LIFETIME",
    "LONGEST",
    "InvalidGrant",
    "TokenPair",
    "create_api_token",
    "note_use",
    "open_family",
    "purge",
    "revoke_api_token",
    "revoke_family",
    "rotate",
]
