"""The fleet's own keys: made once, sealed in the database, never changed by a rotation of the ring.

Were they derived from the ring, its rotation would give unknown hubs other salts (and so tell them
from known ones), end every reconnect token and spoil every enrolment code that lies on a desk.
"""

from enum import StrEnum

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hmac import HMAC
from django.db import transaction

from mago.core.ids import new_secret

from .models import FleetSecret


class Purpose(StrEnum):
    CODES = "codes"
    UNKNOWN_HUBS = "unknown hubs"
    RECONNECT = "reconnect tokens"
    ACCESS = "access tokens"


# What begins each MAC of a purpose; to begin it anew takes longer than a short message.
_kept: dict[str, HMAC] = {}


def fleet_key(purpose: Purpose) -> HMAC:
    """What is begun with the key of that purpose, the same in every process; one read in the life of a process."""
    if (begun := _kept.get(purpose)) is not None:
        return begun
    secret, _made = FleetSecret.objects.get_or_create(
        name=purpose.value, defaults={"value": new_secret()}
    )
    begun = HMAC(secret.value.encode(), SHA256())
    # Not before: a transaction that is rolled back takes a key that it made with it.
    transaction.on_commit(lambda: _kept.update({purpose: begun}))
    return begun


def fleet_mac(purpose: Purpose, message: bytes) -> bytes:
    """HMAC-SHA256 of `message`."""
    mac = fleet_key(purpose).copy()
    mac.update(message)
    return mac.finalize()
