"""Which statements each test sends to the database, so that PostgreSQL is asked each of them, and few of them twice.

Almost all that the suite proves has nothing to do with which database it runs on. What does is each
statement, transactions that are real, and odd values. So the pass on SQLite notes what each test
sends; the pass on PostgreSQL runs the fewest tests (nearly) that send all of it, and every test that
has real transactions or is marked `every_database`. `bin/test --postgres` runs all of them there.
"""

import json
import re
import time
import zlib
from collections import defaultdict
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from django.db.backends.utils import CursorWrapper

from mago.core.sql import Statement

NOTES = "statements-*.json"
# Of one shape: another number of values or rows makes no other statement.
_LISTS = re.compile(r"%s(?:, ?%s)+|\d+|s\d+_x\d+")


@cache
def shape_of(sql: str) -> int:
    return zlib.crc32(_LISTS.sub("%s", sql).encode())


class Notes:
    """What each test sent: nodeid → [seconds, shape, …]."""

    def __init__(self, folder: Path, worker: str) -> None:
        self.file = folder / NOTES.replace("*", worker)
        self.file.unlink(missing_ok=True)
        self.tests: dict[str, list[float]] = {}
        self._now: set[int] = set()

    def pytest_sessionstart(self) -> None:
        _listen(
            CursorWrapper, "execute", lambda _cursor, sql, *_: self._now.add(shape_of(str(sql)))
        )
        _listen(Statement, "_ask", lambda statement, *_: self._now.add(shape_of(statement.sql)))

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Any:
        self._now, begun = set(), time.perf_counter()
        done = yield
        if self._now:
            self.tests[item.nodeid] = [time.perf_counter() - begun, *self._now]
        return done

    def pytest_sessionfinish(self) -> None:
        self.file.write_text(json.dumps(self.tests))


def _listen(kind: type, name: str, hear: Callable[..., None]) -> None:
    asked = getattr(kind, name)

    def ask(*args: Any, **kwargs: Any) -> Any:
        hear(*args)
        return asked(*args, **kwargs)

    setattr(kind, name, ask)


def enough_of(folder: Path, among: Iterable[str], given: Iterable[str]) -> set[str]:
    """Of the tests `among`, few that together with `given` send each statement that was noted; all without notes."""
    noted: dict[str, list[float]] = {}
    for file in folder.glob(NOTES):
        noted |= json.loads(file.read_text())
    if not noted:
        return set(among)
    sent = {test: set(shapes) for test, (_seconds, *shapes) in noted.items()}
    missing = set().union(*sent.values()).difference(*(sent.get(test, ()) for test in given))
    senders = defaultdict(set)
    for test in sent.keys() & set(among):
        for shape in sent[test]:
            senders[shape].add(test)
    chosen: set[str] = set()
    # The rarest first: few send it, and of those the one that sends most else for its time is taken.
    for shape in sorted(missing, key=lambda one: (len(senders[one]), one)):
        if shape in missing and senders[shape]:
            best = max(
                senders[shape],
                key=lambda test: (len(sent[test] & missing) / noted[test][0], test),
            )
            chosen.add(best)
            missing -= sent[best]
    return chosen
