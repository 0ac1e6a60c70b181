"""The lane in which passwords are hashed: bounded in memory, in CPU and in waiting.

A hash costs 19 MiB and tens of milliseconds, and strangers decide how many are asked for. So at
most `slots` run at once; the others wait in two short queues, one for browsers that signed in here
before and one for strangers, or are told that we are busy. Neither kind can shut the other out, and
among strangers the better place goes first (docs/passwords.md; goal G12 of docs/performance.md).
"""

import threading
import time
from bisect import insort
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from mago.core.errors import Busy
from mago.core.metrics import HASHES, HASHES_REFUSED, of

_KINDS = {False: "stranger", True: "known"}
_known: ContextVar[bool] = ContextVar("known_browser", default=False)
# Rank, the least first, and since when somebody waits, in seconds of the epoch.
Place = tuple[int, float]
_place: ContextVar[Place | None] = ContextVar("place", default=None)


@contextmanager
def known_browser() -> Iterator[None]:
    """Inside, hashes are for a browser that signed in here before: they find a slot kept for them."""
    token = _known.set(True)
    try:
        yield
    finally:
        _known.reset(token)


@contextmanager
def waiting_at(place: Place) -> Iterator[None]:
    """Inside, a stranger's hashes wait at this place; elsewhere at that of one who has just come."""
    token = _place.set(place)
    try:
        yield
    finally:
        _place.reset(token)


def is_known() -> bool:
    """Whether what is done here is for a browser that signed in here before."""
    return _known.get()


class Turn:
    """Somebody's waiting for a slot. Called once: to hold it, or to hear that a better place took the room."""

    def __init__(self, place: Place) -> None:
        self.place, self.is_held = place, False
        self._called = threading.Event()

    def call(self, *, to_hold: bool) -> None:
        self.is_held = to_hold
        self._called.set()

    def wait(self, seconds: float) -> bool:
        """Whether a slot is held, after `seconds` at the latest."""
        self._called.wait(seconds)
        return self.is_held


def _own_place() -> Place:
    return _place.get() or (0, time.time())


class HashLane:
    """At most `slots` at once. Strangers never hold the last slot while there are two or more.

    `waits` are the seconds that (strangers, known browsers) stand in the queue at most, `queue` is
    how many of each kind may stand there. Where strangers have stood there all the time for
    `patience` seconds, whoever comes for the first time stands `hurried` seconds at most: the queue would
    otherwise be as long for everybody as for those who send it, and nobody would be served sooner. The web server needs more threads than `slots + 2 * queue`,
    or waiting sign-ins would keep other requests from being answered.
    """

    def __init__(
        self,
        slots: int,
        *,
        waits: tuple[float, float] = (3.0, 10.0),
        queue: int = 8,
        patience: float = 5.0,
        hurried: float = 0.5,
    ) -> None:
        self._slots = slots
        self._waits = waits
        self._patience, self._hurried = patience, hurried
        # Since when strangers have been in the queue without a break.
        self._crowded_since: float | None = None
        self._limit = queue
        self._lock = threading.Lock()
        # Indexed by whether the browser is known.
        self._running = [0, 0]
        # The best place first.
        self._queues: tuple[list[Turn], list[Turn]] = ([], [])

    @property
    def is_crowded(self) -> bool:
        """Whether strangers wait."""
        return bool(self._queues[False])

    def check_room(self) -> None:
        """Raises Busy where a slot asked for now would be refused at once: what comes before a hash is spared."""
        known = _known.get()
        with self._lock:
            queue = self._queues[known]
            if len(queue) >= self._limit > 0 and queue[-1].place <= _own_place():
                raise self._refusal(known)

    @contextmanager
    def slot(self) -> Iterator[None]:
        """Hold one slot; raises Busy when the queue is full of better places or the wait is over."""
        known = _known.get()
        turn = self._join(known)
        try:
            if not turn.wait(self._longest_wait(turn, known)):
                raise self._refusal(known)
            yield
        finally:
            self._leave(turn, known)

    def _join(self, known: bool) -> Turn:
        turn = Turn((0, time.time()) if known else _own_place())
        queue = self._queues[known]
        with self._lock:
            insort(queue, turn, key=lambda one: one.place)
            self._admit()
            last = queue.pop() if len(queue) > self._limit else None
            self._note()
        if last is turn:
            raise self._refusal(known)
        if last is not None:
            last.call(to_hold=False)
        return turn

    def _longest_wait(self, turn: Turn, known: bool) -> float:
        since = self._crowded_since
        is_crowded = since is not None and time.monotonic() - since > self._patience
        has_just_come = time.time() - turn.place[1] < self._hurried
        if not known and is_crowded and has_just_come:
            return min(self._hurried, self._waits[known])
        return self._waits[known]

    @staticmethod
    def _refusal(known: bool) -> Busy:
        HASHES_REFUSED.labels(_KINDS[known]).inc()
        return Busy()

    def _leave(self, turn: Turn, known: bool) -> None:
        with self._lock:
            # The turn may have come in the very moment in which the wait ended: then a slot is held.
            if turn.is_held:
                self._running[known] -= 1
                self._admit()
            elif turn in self._queues[known]:
                self._queues[known].remove(turn)
            self._note()

    def _note(self) -> None:
        """It is known since when strangers wait, and monitoring sees how many run and wait."""
        if not self._queues[False]:
            self._crowded_since = None
        elif self._crowded_since is None:
            self._crowded_since = time.monotonic()
        for kind in (False, True):
            of(HASHES, "running", _KINDS[kind]).set(self._running[kind])
            of(HASHES, "waiting", _KINDS[kind]).set(len(self._queues[kind]))

    def _admit(self) -> None:
        """Give free slots to those whose turn it is, in each kind the best place first."""
        while (kind := self._next()) is not None:
            self._running[kind] += 1
            self._queues[kind].pop(0).call(to_hold=True)

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
