"""Limits that hold across threads, processes and hosts, as they count in the database.

The generic cell rate algorithm (ITU-T I.371): one number a key, the "theoretical arrival time". An
attempt moves it on by period/count; one that would move it past now + period is refused. So `count`
attempts may come at once, and after that one every period/count. Taking one is a single statement,
so that no burst of parallel requests gets past it.
"""

import hashlib
import time
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from itertools import chain
from operator import itemgetter
from typing import Any, NamedTuple

from django.db import connection

from .errors import TooMany
from .metrics import LIMITED
from .models import LimitState
from .sql import HELD, Statement

_TABLE = LimitState._meta.db_table
# The CASE is written out as the scalar maximum is MAX on SQLite and GREATEST on PostgreSQL.
_ON_CONFLICT = f"""
ON CONFLICT (key) DO UPDATE
SET full_until = CASE WHEN {_TABLE}.full_until > %s THEN {_TABLE}.full_until ELSE %s END + %s
WHERE CASE WHEN {_TABLE}.full_until > %s THEN {_TABLE}.full_until ELSE %s END + %s <= %s
RETURNING key
"""
_INTO = f"INSERT INTO {_TABLE} (key, full_until) VALUES "  # noqa: S608
_TAKE = Statement(f"{_INTO}(%s, %s){_ON_CONFLICT}")


@cache
def _take_all(count: int) -> Statement:
    """The statement that takes one of so many, each with a step and a last moment of its own.

    Where one is seen to be full it writes nothing at all: whoever is refused again and again costs little.
    """
    rows, of_each = ", ".join(["(%s, %s)"] * count), " ".join(["WHEN %s THEN %s"] * count)
    is_full = " OR ".join(["key = %s AND full_until > %s"] * count)
    moved_on = (
        f"CASE WHEN {_TABLE}.full_until > %s THEN {_TABLE}.full_until ELSE %s END"
        f" + CASE {_TABLE}.key {of_each} END"
    )
    return Statement(
        f"INSERT INTO {_TABLE} (key, full_until) SELECT column1, column2 FROM (VALUES {rows}) AS asked"  # noqa: S608
        f" WHERE NOT EXISTS (SELECT 1 FROM {_TABLE} WHERE {is_full})"
        f" ON CONFLICT (key) DO UPDATE SET full_until = {moved_on}"
        f" WHERE {moved_on} <= CASE {_TABLE}.key {of_each} END RETURNING key"
    )


@cache
def _give_back(count: int) -> Statement:
    """The statement that gives so many back, each with its step.

    PostgreSQL would lock the rows as they lie, and two who give the same ones back might wait for each other: they
    are locked by their keys first.
    """
    steps, keys = " ".join(["WHEN %s THEN %s"] * count), ", ".join(["%s"] * count)
    return Statement(
        f"WITH held AS (SELECT key FROM {_TABLE} WHERE key IN ({keys}) ORDER BY key{HELD})"  # noqa: S608
        f" UPDATE {_TABLE} SET full_until = full_until - CASE key {steps} END"
        " WHERE key IN (SELECT key FROM held)"
    )


@dataclass(frozen=True)
class Limit:
    """At most `count` in `seconds`, for each key. Call it outside a transaction that may be rolled back."""

    name: str
    count: int
    seconds: float

    def _key(self, parts: tuple[str, ...]) -> str:
        return hashlib.sha256(
            "\x1f".join((self.name, *parts)).encode("utf-8", "surrogatepass")
        ).hexdigest()

    def take(self, *parts: str) -> None:
        """One attempt for this key is counted, or TooMany is raised and nothing is counted."""
        if (wait := self.try_take(*parts)) > 0:
            raise TooMany(wait)

    def try_take(self, *parts: str) -> float:
        """0 where the attempt was counted, else the seconds until one will be."""
        key, now, step = self._key(parts), time.time(), self.seconds / self.count
        values = [key, now + step, now, now, step, now, now, step, now + self.seconds]
        if _TAKE.run(values):
            return 0.0
        LIMITED.labels(self.name).inc()
        return max(0.001, self.wait(*parts))

    def take_each(self, many: Iterable[tuple[str, ...]]) -> set[tuple[str, ...]]:
        """One attempt is counted for each of these keys, in one statement; those are given back for which none was."""
        # In one order, so that two who take the same ones wait for each other, and not both.
        asked = sorted((self._key(parts), parts) for parts in set(many))
        if not asked:
            return set()
        now, step = time.time(), self.seconds / self.count
        rows = ", ".join(["(%s, %s)"] * len(asked))
        values = [value for key, _parts in asked for value in (key, now + step)]
        with connection.cursor() as cursor:
            cursor.execute(
                f"{_INTO}{rows}{_ON_CONFLICT}",
                [*values, now, now, step, now, now, step, now + self.seconds],
            )
            counted = {key for (key,) in cursor.fetchall()}
        refused = {parts for key, parts in asked if key not in counted}
        LIMITED.labels(self.name).inc(len(refused))
        return refused

    def wait(self, *parts: str) -> float:
        """The seconds until an attempt for this key would be counted, 0 for now; nothing is counted."""
        key, now, step = self._key(parts), time.time(), self.seconds / self.count
        full_until = (
            LimitState.objects.filter(key=key).values_list("full_until", flat=True).first() or now
        )
        return max(0.0, full_until + step - self.seconds - now)

    def give_back(self, *parts: str) -> None:
        """An attempt that turned out to be honest counts no longer; those of others still do."""
        give_back([(self, parts)])

    def clear(self, *parts: str) -> None:
        """The key starts anew."""
        LimitState.objects.filter(key=self._key(parts)).delete()


# Limits, each with the parts of the key for which it was taken.
Taken = list[tuple[Limit, tuple[str, ...]]]


class Full(NamedTuple):
    """A limit that lets nobody in for so many seconds."""

    limit: Limit
    seconds: float


def take_all(wanted: Taken) -> Full | None:
    """One attempt is counted for each of these limits with its key, in one statement; or for none of them, and the
    first that is full is named.
    """
    if not wanted:
        return None
    now = time.time()
    # In one order, so that two who take the same ones wait for each other, and not both.
    asked = sorted(((limit._key(parts), limit) for limit, parts in wanted), key=itemgetter(0))
    firsts: list[Any] = []
    steps: list[Any] = []
    fulls: list[Any] = []
    lasts: list[Any] = []
    for key, limit in asked:
        step, last = limit.seconds / limit.count, now + limit.seconds
        firsts += [key, now + step]
        steps += [key, step]
        fulls += [key, last - step]
        lasts += [key, last]
    moved_on = [now, now, *steps]
    found = _take_all(len(asked)).all([*firsts, *fulls, *moved_on, *moved_on, *lasts])
    if len(found) == len(asked):
        return None
    # None where a full one was seen; some where others took the last of one in the same moment.
    counted = {key for (key,) in found}
    give_back([(limit, parts) for limit, parts in wanted if limit._key(parts) in counted])
    waits = [Full(limit, limit.wait(*parts)) for limit, parts in wanted]
    full = next((one for one in waits if one.seconds), waits[0])
    LIMITED.labels(full.limit.name).inc()
    return full._replace(seconds=max(0.001, full.seconds))


def give_back(taken: Taken) -> None:
    """As `Limit.give_back` for each limit and its key, in one statement."""
    if not taken:
        return
    steps: dict[str, float] = {}
    for limit, parts in taken:
        key = limit._key(parts)
        steps[key] = steps.get(key, 0.0) + limit.seconds / limit.count
    _give_back(len(steps)).run([*steps, *chain.from_iterable(steps.items())])


def purge() -> int:
    """Rows of limits that are empty again are gone, but for those that somebody takes now; the number of rows."""
    empty = LimitState.objects.filter(full_until__lt=time.time())
    # Else it would wait for whoever takes one in a transaction, and holds others that they are about to take.
    free = empty.select_for_update(skip_locked=True).values("pk")
    return LimitState.objects.filter(pk__in=free).delete()[0]
