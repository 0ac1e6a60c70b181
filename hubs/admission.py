"""Who may begin a sign-in now, and when the others are to come back. Pure: clock and sleep are given.

After an outage all hubs come at once. Those beyond what the server can do are refused for next to
nothing, and told to come back within the time that the whole fleet needs: a uniformly random second
of it, so that they come evenly, each about twice (docs/hub-protocol.md).
"""

import secrets
import threading
import time
from collections.abc import Callable

# Of what the server can do, how much is planned for: the rest is for hubs that come for other reasons.
_PLANNED = 0.8


class Admission:
    """A token bucket of `rate` a second with a queue of at most `places`, each waiting at most `patience` seconds."""

    def __init__(
        self,
        rate: float,
        *,
        places: int = 8,
        patience: float = 0.25,
        missing: Callable[[], int] = lambda: 0,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._step, self._rate = 1 / rate, rate
        # What may come at once, if nobody came for as long as somebody would wait.
        self._burst = max(patience, self._step)
        self._places, self._patience, self._missing = places, patience, missing
        self._clock, self._sleep = clock, sleep
        self._lock = threading.Lock()
        self._free_at = clock() - self._burst
        self._waiting = 0

    def enter(self) -> int:
        """0 once the caller may go on, perhaps after a short wait; else in how many seconds to come back."""
        with self._lock:
            now = self._clock()
            self._free_at = max(self._free_at, now - self._burst)
            wait = self._free_at + self._step - now
            if wait > 0 and (wait > self._patience or self._waiting >= self._places):
                return self._come_back()
            self._free_at += self._step
            if wait <= 0:
                return 0
            self._waiting += 1
        try:
            self._sleep(wait)
        finally:
            with self._lock:
                self._waiting -= 1
        return 0

    def spread(self, hubs: int) -> int:
        """The seconds in which that many hubs can sign in."""
        return int(hubs / (self._rate * _PLANNED))

    def _come_back(self) -> int:
        return 1 + secrets.randbelow(self.spread(self._missing()) + 1)
