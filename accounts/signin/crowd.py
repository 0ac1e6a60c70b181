"""Who of the strangers goes first, when more of them come than passwords can be hashed.

A herd that tries stolen passwords comes again and again out of the same neighbourhoods of the internet
and fails nearly always; honest people come once and get in. So whoever comes from where little has failed
lately goes first, and among equals whoever came first. Who is told that we are busy keeps their place for
when they come again, in whatever process. Nothing here depends on whether the address has an account.
"""

import ipaddress
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache

from django.core.cache import cache

from mago.core.errors import Busy
from mago.core.ids import digest

from .hashers import lane
from .passwords.lane import Place, waiting_at

# How long somebody who was told to come again keeps their place, in seconds.
PLACE_KEPT = 60
_WORST = 3


class Failures:
    """Wrong passwords out of each neighbourhood, in the last one to two periods of this process.

    At most `most` neighbourhoods are remembered for each period.
    """

    def __init__(self, *, period: float = 600, most: int = 10_000) -> None:
        self._period, self._most = period, most
        self._lock = threading.Lock()
        self._now, self._before = Counter[str](), Counter[str]()
        self._began = time.monotonic()

    def of(self, neighbourhood: str) -> int:
        with self._lock:
            return self._now[neighbourhood] + self._before[neighbourhood]

    def add(self, neighbourhood: str) -> None:
        with self._lock:
            if time.monotonic() - self._began > self._period or len(self._now) >= self._most:
                self._now, self._before = Counter(), self._now
                self._began = time.monotonic()
            self._now[neighbourhood] += 1


failures = Failures()


@contextmanager
def in_line(network: str, email: str) -> Iterator[None]:
    """Inside, hashes wait at the place that a stranger from `network` has.

    Raises Busy where there is no room for that place, before anything is asked of the database.
    """
    name = f"signin:place:{digest(f'{network} {email}')}"
    place = _kept(name) or (rank(failures.of(neighbourhood_of(network))), time.time())
    with waiting_at(place):
        try:
            lane().check_room()
            yield
        except Busy:
            cache.set(name, place, PLACE_KEPT)
            raise


def came_in_vain(network: str) -> None:
    """A wrong password came from `network`: its neighbours go after those of quieter ones for a while."""
    failures.add(neighbourhood_of(network))


def _kept(name: str) -> Place | None:
    """The place of somebody who was told to come again; looked for only where others wait."""
    if lane().is_crowded:
        kept: Place | None = cache.get(name)
        return kept
    return None


def rank(failed: int) -> int:
    """Coarse: an office with a few typing errors is not far behind one without, and nobody is ever last for good.

    >>> [rank(failed) for failed in (0, 1, 2, 3, 4, 1000)]
    [0, 1, 2, 2, 3, 3]
    """
    return min(failed.bit_length(), _WORST)


@lru_cache(maxsize=256)
def neighbourhood_of(network: str) -> str:
    """The /24 of an IPv4 address, the /48 of an IPv6 network: what one house is usually given at most.

    >>> neighbourhood_of("192.0.2.7"), neighbourhood_of("2001:db8:1:2::/64"), neighbourhood_of("unknown")
    ('192.0.2.0/24', '2001:db8:1::/48', 'unknown')
    """
    try:
        address = ipaddress.ip_address(network.partition("/")[0])
    except ValueError:
        return network
    length = 24 if address.version == 4 else 48
    return str(ipaddress.ip_network((str(address), length), strict=False))
