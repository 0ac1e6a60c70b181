"""The lane in which passwords are hashed: bounded in memory, in CPU and in waiting.

A hash costs 19 MiB and tens of milliseconds, and strangers decide how many are asked for. So at
most `slots` run at once; the others wait in two short queues, one for browsers that signed in here
before and one for strangers, or are told that we are busy. Neither kind can shut the other out
(SECURITY.md section 0.5, PERFORMANCE.md G12).
"""

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from mago.core.errors import Busy
from mago.core.metrics import HASHES, HASHES_REFUSED, of

_KINDS = {False: "stranger", True: "known"}
_known: ContextVar[bool] = ContextVar("known_browser", default=False)


@contextmanager
def known_browser() -> Iterator[None]:
    """Inside, hashes are for a browser that signed in here before: they find a slot kept for them."""
    token = _known.set(True)
    try:
        yield
    finally:
        _known.reset(token)


class HashLane:
    """At most `slots` at once. Strangers never hold the last slot while there are two or more.

    `waits` are the seconds that (strangers, known browsers) stand in the queue at most, `queue` is
    how many of each kind may stand there. The web server needs more threads than `slots + 2 * queue`,
    or waiting sign-ins would keep other requests from being answered.
    """

    def __init__(
        self, slots: int, *, waits: tuple[float, float] = (3.0, 10.0), queue: int = 8
    ) -> None:
        self._slots = slots
        self._waits = waits
        self._limit = queue
        self._lock = threading.Lock()
        # Indexed by whether the browser is known.
        self._running = [0, 0]
        self._queues: tuple[deque[threading.Event], deque[threading.Event]] = (deque(), deque())

    @contextmanager
    def slot(self) -> Iterator[None]:
        """Hold one slot; raises Busy when the queue is full or the wait is over."""
        known = _known.get()
        turn = self._join(known)
        try:
            if not turn.wait(self._waits[known]):
                HASHES_REFUSED.labels(_KINDS[known]).inc()
                raise Busy
            yield
        finally:
            self._leave(turn, known)

    def _join(self, known: bool) -> threading.Event:
        turn = threading.Event()
        queue = self._queues[known]
        with self._lock:
            queue.append(turn)
            self._admit()
            if not turn.is_set() and len(queue) > self._limit:
                queue.remove(turn)
                HASHES_REFUSED.labels(_KINDS[known]).inc()
                raise Busy
            self._show()
        return turn

    def _leave(self, turn: threading.Event, known: bool) -> None:
        with self._lock:
            # The turn may have come in the very moment in which the wait ended: then a slot is held.
            if turn.is_set():
                self._running[known] -= 1
                self._admit()
            else:
                self._queues[known].remove(turn)
            self._show()

    def _show(self) -> None:
        """Monitoring sees how many run and wait."""
        for kind in (False, True):
            of(HASHES, "running", _KINDS[kind]).set(self._running[kind])
            of(HASHES, "waiting", _KINDS[kind]).set(len(self._queues[kind]))

    def _admit(self) -> None:
        """Give free slots to those whose turn it is, each kind in order of arrival."""
        while (kind := self._next()) is not None:
            self._running[kind] += 1
            self._queues[kind].popleft().set()

    def _next(self) -> bool | None:
        strangers, known = self._queues
        if sum(self._running) >= self._slots:
            return None
        share = max(1, self._slots - 1)
        if known and not (strangers and self._running[True] >= share):
            return True
        if strangers and self._running[False] < share:
            return False
        return True if known else None
