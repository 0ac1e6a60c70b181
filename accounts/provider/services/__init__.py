"""Applications are registered, and tokens are issued, rotated and revoked here."""

from .api_tokens import LIFETIME, LONGEST, create_api_token, note_use, revoke_api_token
from .applications import (
    create_application,
    create_client_secret,
    edit_application,
    revoke_client_secret,
    set_application_active,
)
from .clients import open_client_token, use_assertion
from .codes import code_of, create_code, redeem_code
from .consents import grant_consent, withdraw_consent
from .devices import (
    answer_device,
    ask_for_device,
    device_grant_of,
    redeem_device,
    waiting_grant,
)
from .families import (
    InvalidGrant,
    TokenPair,
    family_of,
    open_family,
    purge,
    revoke_family,
    revoke_token,
    rotate,
)
from .keys import published_keys, rotate_signing_keys, signer_for
from .logout import end_what_hangs_on, tell_of_ended_sessions
from .statements import issuer

__all__ = [
    "LIFETIME",
    "LONGEST",
    "InvalidGrant",
    "TokenPair",
    "answer_device",
    "ask_for_device",
    "code_of",
    "create_api_token",
    "create_application",
    "create_client_secret",
    "create_code",
    "device_grant_of",
    "edit_application",
    "end_what_hangs_on",
    "family_of",
    "grant_consent",
    "issuer",
    "note_use",
    "open_client_token",
    "open_family",
    "published_keys",
    "purge",
    "redeem_code",
    "redeem_device",
    "revoke_api_token",
    "revoke_client_secret",
    "revoke_family",
    "revoke_token",
    "rotate",
    "rotate_signing_keys",
    "set_application_active",
    "signer_for",
    "tell_of_ended_sessions",
    "use_assertion",
    "waiting_grant",
    "withdraw_consent",
]
