"""Rules for the whole suite; people and helpers are in tests/conftest.py."""

import gc
import json
import os
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from hypothesis import HealthCheck, is_hypothesis_test
from hypothesis import settings as hypothesis

from tests import choosing, statements
from tests.chromium import chromium
from tests.turns import examples, left_out

# A machine that is busy is no fault of what is tested. Few examples each time, other ones at each run.
hypothesis.register_profile(
    "mago", deadline=None, max_examples=examples(100), suppress_health_check=[HealthCheck.too_slow]
)
hypothesis.load_profile("mago")

pytest_plugins = ["tests.costs"]
# Where one pass tells the next which statements its tests sent.
NOTES = Path(folder) if (folder := os.environ.get("MAGO_TEST_NOTES")) else None
LOOPBACK = ["127.0.0.1", "::1", "localhost"]


def pytest_configure(config: pytest.Config) -> None:
    """Give each test process a Redis database of its own, as pytest-django gives it one of SQL."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    if NOTES and not on_postgresql():
        # The process that hands the tests out has notes of its own, which stay empty.
        config.pluginmanager.register(statements.Notes(NOTES, worker or "alone"))
    if settings.REDIS_URL:
        number = worker.removeprefix("gw") or "0"
        settings.REDIS_URL += f"?db={number}"
        settings.CACHES["default"]["LOCATION"] = settings.REDIS_URL


def pytest_itemcollected(item: pytest.Item) -> None:
    """What takes turns, or is tried with examples that are made up, is more in an exhaustive run; unit tests use no database."""
    if is_hypothesis_test(getattr(item, "obj", None)) or item.get_closest_marker("turns"):
        item.add_marker("exhaustive")
    if statements.uses_a_database(item):
        item.add_marker("database")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Only whole stories may open sockets, and only to this machine; without Chromium no browser.

    On PostgreSQL only what asks the database runs and, after a pass on SQLite, enough of it (tests/statements.py).
    """
    if on_postgresql():
        chosen = choosing.chosen_in(NOTES)
        if chosen is None:
            chosen = {item.nodeid for item in items if statements.asks_the_database(item)}
        config.hook.pytest_deselected(items=[i for i in items if i.nodeid not in chosen])
        items[:] = [item for item in items if item.nodeid in chosen]
    elif NOTES:
        # The whole suite on SQLite. On PostgreSQL those of them that were chosen.
        turns = [(family, item) for item in items if (family := family_of(item))]
        left = set(left_out(turns, config.getoption("randomly_seed")))
        config.hook.pytest_deselected(items=list(left))
        items[:] = [item for item in items if item not in left]
    for item in items:
        if item.get_closest_marker("browser") and not chromium():
            item.add_marker(pytest.mark.skip(reason="there is no Chromium on this machine"))
        if item.get_closest_marker("browser") or item.get_closest_marker("journey"):
            item.add_marker(pytest.mark.allow_hosts(LOOPBACK))


def family_of(item: pytest.Item) -> str:
    """With whom it takes turns: with the other variants of the same test, or with all of its file; "" with nobody."""
    marker = item.get_closest_marker("turns")
    if marker is None:
        return ""
    return item.nodeid.split("::" if "file" in marker.args else "[")[0]


def pytest_collection_finish() -> None:
    """What is imported and collected stays to the end: the garbage collector need not look through it."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """What `bin/test` adds up."""
    if NOTES:
        ended = {
            name: len(terminalreporter.stats.get(name, ()))
            for name in ("failed", "passed", "skipped", "error")
        }
        group = "postgresql" if on_postgresql() else "sqlite"
        (NOTES / choosing.ENDED.replace("*", group)).write_text(json.dumps(ended))


def on_postgresql() -> bool:
    return bool(settings.DATABASES["default"]["ENGINE"].endswith("postgresql"))
