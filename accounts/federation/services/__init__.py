"""Writes of this slice."""

from .arrivals import Arrived, arrive, confirm_address, open_confirmation
from .attempts import AttemptSpent, begin, come_back, park, purge
from .configuration import configure, switch
from .identities import MOST, LinkRefused, link, unlink
from .trial import Trial, try_provider

__all__ = [
    "MOST",
    "Arrived",
    "AttemptSpent",
    "LinkRefused",
    "Trial",
    "arrive",
    "begin",
    "come_back",
    "configure",
    "confirm_address",
    "link",
    "open_confirmation",
    "park",
    "purge",
    "switch",
    "try_provider",
    "unlink",
]
