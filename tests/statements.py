"""Which statements each test sends to the database, so that PostgreSQL is asked each of them, and few of them twice.

Almost all that the suite proves has nothing to do with which database it runs on. What does is each
statement, transactions that are real, and odd values. So the pass on SQLite notes what each test
sends; the pass on PostgreSQL runs the fewest tests (nearly) that send all of it, and every test that
has real transactions, is marked `every_database` or was skipped. `bin/test --postgres` runs all of them there.
"""

import json
import re
import time
import zlib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from django.db.backends.utils import CursorWrapper
from django.test import SimpleTestCase

from mago.core.sql import Statement

from .choosing import NOTES

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
    return not item.get_closest_marker("one_database") and uses_a_database(item)


def uses_a_database(item: pytest.Item) -> bool:
    given = {"db", "django_db_setup"} & set(getattr(item, "fixturenames", ()))
    kind = getattr(item, "cls", None) or object
    return bool(item.get_closest_marker("django_db") or given or issubclass(kind, SimpleTestCase))


class Notes:
    """What each test of this process sent that PostgreSQL could be asked as well."""

    def __init__(self, folder: Path, worker: str) -> None:
        self.file = folder / NOTES.replace("*", worker)
        self.file.unlink(missing_ok=True)
        self.tests: dict[str, Any] = {}
        self._now: set[int] = set()
        self._skipped = False

    def pytest_sessionstart(self) -> None:
        _listen(
            CursorWrapper, "execute", lambda _cursor, sql, *_: self._now.add(shape_of(str(sql)))
        )
        _listen(Statement, "_ask", lambda statement, *_: self._now.add(shape_of(statement.sql)))

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Any:
        self._now, self._skipped, begun = set(), False, time.perf_counter()
        done = yield
        if self._skipped or asks_the_database(item):
            seconds = time.perf_counter() - begun
            differs = self._skipped or could_differ(item)
            self.tests[item.nodeid] = [differs, seconds, list(self._now)]
        return done

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        # What is not for SQLite is for the other.
        self._skipped |= report.skipped

    def pytest_sessionfinish(self) -> None:
        self.file.write_text(json.dumps(self.tests))


def _listen(kind: type, name: str, hear: Callable[..., None]) -> None:
    asked = getattr(kind, name)

    def ask(*args: Any, **kwargs: Any) -> Any:
        hear(*args)
        return asked(*args, **kwargs)

    setattr(kind, name, ask)
