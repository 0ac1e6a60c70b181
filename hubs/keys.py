"""The fleet's own keys: made once, sealed in the database, never changed by a rotation of the ring.

Were they derived from the ring, its rotation would give unknown hubs other salts (and so tell them
from known ones), end every reconnect token and spoil every enrolment code that lies on a desk.
"""

from enum import StrEnum

from django.db import transaction

from mago.core.ids import new_secret
from mago.core.macs import Mac

from .models import FleetSecret


class Purpose(StrEnum):
    CODES = "codes"
    UNKNOWN_HUBS = "unknown hubs"
    RECONNECT = "reconnect tokens"
    ACCESS = "access tokens"


_kept: dict[str, Mac] = {}


def fleet_key(purpose: Purpose) -> Mac:
    """The key of that purpose, the same in every process; one read in the life of a process."""
    if (known := _kept.get(purpose)) is not None:
        return known
    secret, _made = FleetSecret.objects.get_or_create(
        name=purpose.value, defaults={"value": new_secret()}
    )
    key = Mac(secret.value.encode())
    # Not before: a transaction that is rolled back takes a key that it made with it.
    transaction.on_commit(lambda: _kept.update({purpose: key}))
    return key


def fleet_mac(purpose: Purpose, message: bytes) -> bytes:
    """HMAC-SHA256 of `message`."""
    return fleet_key(purpose).of(message)
