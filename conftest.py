"""Rules for the whole suite; people and helpers are in tests/conftest.py."""

import gc
import os

import pytest
from django.conf import settings
from django.test import SimpleTestCase
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis

from tests.chromium import chromium

# A machine that is busy is no fault of what is tested. Few examples each time, other ones at each run.
hypothesis.register_profile(
    "mago", deadline=None, max_examples=25, suppress_health_check=[HealthCheck.too_slow]
)
hypothesis.load_profile("mago")

pytest_plugins = ["tests.costs"]
LOOPBACK = ["127.0.0.1", "::1", "localhost"]


def pytest_configure() -> None:
    """Give each test process a Redis database of its own, as pytest-django gives it one of SQL."""
    if settings.REDIS_URL:
        number = os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")
        settings.REDIS_URL += f"?db={number}"
        settings.CACHES["default"]["LOCATION"] = settings.REDIS_URL


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Only whole stories may open sockets, and only to this machine; without Chromium no browser.

    On PostgreSQL only what asks the database runs: the rest was proved by the pass before.
    """
    if settings.DATABASES["default"]["ENGINE"].endswith("postgresql"):
        needless = [item for item in items if not asks_the_database(item)]
        config.hook.pytest_deselected(items=needless)
        items[:] = [item for item in items if asks_the_database(item)]
    for item in items:
        if item.get_closest_marker("browser") and not chromium():
            item.add_marker(pytest.mark.skip(reason="there is no Chromium on this machine"))
        if item.get_closest_marker("browser") or item.get_closest_marker("journey"):
            item.add_marker(pytest.mark.allow_hosts(LOOPBACK))


def pytest_collection_finish() -> None:
    """What is imported and collected stays to the end: the garbage collector need not look through it."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)


def asks_the_database(item: pytest.Item) -> bool:
    """Whether another database could answer otherwise; where transactions are real, it always could."""
    fixtures = set(getattr(item, "fixturenames", ()))
    marker = item.get_closest_marker("django_db")
    if "transactional_db" in fixtures or (marker and marker.kwargs.get("transaction")):
        return True
    if item.get_closest_marker("one_database"):
        return False
    if marker or fixtures & {"db", "django_db_setup"}:
        return True
    return issubclass(getattr(item, "cls", None) or object, SimpleTestCase)
