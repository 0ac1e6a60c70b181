"""How often, and how much at once, a directory is asked about passwords."""

import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from mago.core.errors import Busy
from mago.core.ratelimit import Limit

from .models import Directory

# One network: trying many accounts. Successes are given back.
NETWORK = Limit("directory:network", 60, 10 * 60)
OUTAGE_TOLD = Limit("directory:outage-told", 1, 60)
# A test of the settings asks a directory a dozen things.
TRIAL = Limit("directory:trial", 20, 10 * 60)
# Connections to one directory, of this process; and the seconds that somebody waits for one.
AT_ONCE = 4
LONGEST_WAIT = 3.0


def of_account(directory: Directory) -> Limit:
    """Wrong passwords for one account, so few that the directory's own lock-out is not reached.

    After `attempts` at once there is one more each `pause` minutes: where that is longer than the time
    after which the directory forgets wrong passwords, strangers lock nobody out of it by way of us.
    """
    return Limit("directory:account", directory.attempts, directory.attempts * directory.pause * 60)


_lock = threading.Lock()
_lanes: dict[UUID, threading.BoundedSemaphore] = defaultdict(
    lambda: threading.BoundedSemaphore(AT_ONCE)
)


@contextmanager
def lane(directory: Directory) -> Iterator[None]:
    """One of the few connections that a directory may hold of ours; Busy where none becomes free in time.

    A directory that answers slowly keeps those of its own people waiting, and nobody else.
    """
    with _lock:
        slots = _lanes[directory.pk]
    if not slots.acquire(timeout=LONGEST_WAIT):
        raise Busy
    try:
        yield
    finally:
        slots.release()
