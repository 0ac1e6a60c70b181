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
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from django.db.backends.utils import CursorWrapper
from django.test import SimpleTestCase

from mago.core.sql import Statement

NOTES = "statements-*.json"
CHOSEN = "chosen.json"
# Of one shape: another number of values or rows makes no other statement.
_LISTS = re.compile(r"%s(?:, ?%s)+|\d+|s\d+_x\d+")


@cache
def shape_of(sql: str) -> int:
    return zlib.crc32(_LISTS.sub("%s", sql).encode())


def could_differ(item: pytest.Item) -> bool:
    """Whether another database could answer otherwise to the very same statements."""
    marker = item.get_closest_marker("django_db")
    real = marker is not None and marker.kwargs.get("transaction")
    fixtures = getattr(item, "fixturenames", ())
    return bool(real or "transactional_db" in fixtures or item.get_closest_marker("every_database"))


def asks_the_database(item: pytest.Item) -> bool:
    if could_differ(item):
        return True
    if item.get_closest_marker("one_database"):
        return False
    if item.get_closest_marker("django_db") or {"db", "django_db_setup"} & set(
        getattr(item, "fixturenames", ())
    ):
        return True
    return issubclass(getattr(item, "cls", None) or object, SimpleTestCase)


class Notes:
    """What each test of this process sent that PostgreSQL could be asked as well."""

    def __init__(self, folder: Path, worker: str) -> None:
        self.file = folder / NOTES.replace("*", worker)
        self.file.unlink(missing_ok=True)
        self.tests: dict[str, Any] = {}
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
        if asks_the_database(item):
            seconds = time.perf_counter() - begun
            self.tests[item.nodeid] = [could_differ(item), seconds, list(self._now)]
        return done

    def pytest_sessionfinish(self) -> None:
        self.file.write_text(json.dumps(self.tests))


def _listen(kind: type, name: str, hear: Callable[..., None]) -> None:
    asked = getattr(kind, name)

    def ask(*args: Any, **kwargs: Any) -> Any:
        hear(*args)
        return asked(*args, **kwargs)

    setattr(kind, name, ask)


@dataclass(frozen=True)
class Chosen:
    """Of the tests that were noted, those that PostgreSQL runs."""

    given: set[str]
    senders: set[str]
    noted: int
    statements: int

    @property
    def tests(self) -> set[str]:
        return self.given | self.senders

    @property
    def files(self) -> list[str]:
        return sorted({test.split("::")[0] for test in self.tests})

    def __str__(self) -> str:
        return (
            f"Of {self.noted:,} tests that ask the database, {len(self.tests)}: {len(self.given)} with real "
            f"transactions or odd values, and {len(self.senders)} that send the rest of {self.statements:,} statements"
        )


def choose(folder: Path) -> Chosen | None:
    """Each test whose answer could differ, and few others that send each other statement; None without notes.

    What is chosen is kept in the folder, for the processes that run it (`chosen_in`).
    """
    noted: dict[str, Any] = {}
    for file in folder.glob(NOTES):
        noted |= json.loads(file.read_text())
    if not noted:
        return None
    given = {test for test, (differs, _seconds, _shapes) in noted.items() if differs}
    sent = {test: set(shapes) for test, (_differs, _seconds, shapes) in noted.items()}
    took = {test: seconds for test, (_differs, seconds, _shapes) in noted.items()}
    every = set().union(*sent.values())
    senders = _enough_of(sent, took, every.difference(*(sent[test] for test in given)))
    chosen = Chosen(given, senders, len(noted), len(every))
    (folder / CHOSEN).write_text(json.dumps(sorted(chosen.tests)))
    return chosen


def chosen_in(folder: Path | None) -> set[str] | None:
    if folder is None or not (folder / CHOSEN).exists():
        return None
    return set(json.loads((folder / CHOSEN).read_text()))


def _enough_of(sent: dict[str, set[int]], took: dict[str, float], wanted: set[int]) -> set[str]:
    """Few tests that send all that is wanted."""
    missing, chosen = set(wanted), set()
    by_shape = defaultdict(set)
    for test, shapes in sent.items():
        for shape in shapes & missing:
            by_shape[shape].add(test)
    # The rarest first: few send it, and of those the one that sends most else for its time is taken.
    for shape in sorted(missing, key=lambda one: (len(by_shape[one]), one)):
        if shape in missing:
            best = max(
                by_shape[shape], key=lambda test: (len(sent[test] & missing) / took[test], test)
            )
            chosen.add(best)
            missing -= sent[best]
    return chosen
