"""Where heartbeats wait until a task takes them to the database, many at once.

With Redis all processes share one board; without it there is one process, and the board is a map in it.
A hub's newer beat takes the place of its older one, so the board never holds more than the fleet has hubs.
What waits is lost with the power: a minute later each hub has told it again.
"""

import threading
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any, Protocol
from uuid import UUID

from django.conf import settings

from mago.core.ids import new_secret

from .reports import Beat

# A run that takes longer than this has died.
LONGEST_FLUSH = 60
# Of an answer of Redis.
SECONDS = 2


class Away(Exception):
    """Redis does not take what should wait there."""


class Board(Protocol):
    PARTS: int

    def put(self, beat: Beat) -> None:
        """The beat waits. Away where it cannot."""

    def look(self, hubs: Iterable[UUID]) -> dict[UUID, Beat]:
        """What waits of these hubs."""

    def leaving(self, part: int = 0) -> Any:
        """A context with all that waits in this one of PARTS; it is gone if the context ends well.

        Empty while another has it.
        """


class MemoryBoard:
    PARTS = 1

    def __init__(self) -> None:
        self._beats: dict[UUID, Beat] = {}
        self._leaving: dict[UUID, Beat] = {}
        self._lock, self._turn = threading.Lock(), threading.Lock()

    def put(self, beat: Beat) -> None:
        with self._lock:
            self._beats[beat.hub_id] = beat

    def look(self, hubs: Iterable[UUID]) -> dict[UUID, Beat]:
        with self._lock:
            known = ((hub, self._beats.get(hub) or self._leaving.get(hub)) for hub in hubs)
            return {hub: beat for hub, beat in known if beat is not None}

    @contextmanager
    def leaving(self, part: int = 0) -> Iterator[list[Beat]]:
        if not self._turn.acquire(blocking=False):
            yield []
            return
        try:
            with self._lock:
                # What a run that failed left behind goes with the next one.
                self._leaving |= self._beats
                self._beats = {}
            yield list(self._leaving.values())
            with self._lock:
                self._leaving = {}
        finally:
            self._turn.release()


_UNLOCK = "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) end"


class RedisBoard:
    """`redis` is a client; all keys begin with mago:hubs:.

    In parts, each of which one worker at a time takes down: of a million hubs come 17,000 beats a second,
    and it takes about half a millisecond to write one down.
    """

    PARTS = 16
    BEATS, LEAVING, TURN = "mago:hubs:beats", "mago:hubs:leaving", "mago:hubs:flush"

    def __init__(self, redis: Any) -> None:
        self._redis = redis

    def put(self, beat: Beat) -> None:
        # Only where there is Redis: its client costs each process 6 MB.
        from redis.exceptions import RedisError

        try:
            key = _key(self.BEATS, self._part_of(beat.hub_id))
            self._redis.hset(key, beat.hub_id.hex, beat.as_text())
        except RedisError as error:
            raise Away from error

    def look(self, hubs: Iterable[UUID]) -> dict[UUID, Beat]:
        names = defaultdict(list)
        for hub in hubs:
            names[self._part_of(hub)].append(hub.hex)
        # In one round trip; the newer ones come last.
        asked = self._redis.pipeline(transaction=False)
        for kind in (self.LEAVING, self.BEATS):
            for part, of_part in names.items():
                asked.hmget(_key(kind, part), of_part)
        beats = [Beat.from_text(text) for texts in asked.execute() for text in texts if text]
        return {beat.hub_id: beat for beat in beats}

    @contextmanager
    def leaving(self, part: int = 0) -> Iterator[list[Beat]]:
        beats, leaving, turn = (_key(kind, part) for kind in (self.BEATS, self.LEAVING, self.TURN))
        mine = new_secret()
        if not self._redis.set(turn, mine, nx=True, ex=LONGEST_FLUSH):
            yield []
            return
        try:
            # What a run that died left behind goes first, and what came since with the next run.
            if not self._redis.exists(leaving) and self._redis.exists(beats):
                self._redis.rename(beats, leaving)
            yield [Beat.from_text(text) for text in self._redis.hvals(leaving)]
            self._redis.delete(leaving)
        finally:
            self._redis.eval(_UNLOCK, 1, turn, mine)

    def _part_of(self, hub: UUID) -> int:
        # The end of an identifier is random, its beginning the time.
        return hub.int % self.PARTS


def _key(kind: str, part: int) -> str:
    # The first has the names of the whole board of the version before: while processes are restarted one at a time,
    # the older ones still put all their beats there.
    return f"{kind}:{part}" if part else kind


@cache
def board() -> Board:
    """The board of this installation."""
    if not settings.REDIS_URL:
        return MemoryBoard()
    from redis import Redis

    return RedisBoard(Redis.from_url(settings.REDIS_URL, socket_timeout=SECONDS))
