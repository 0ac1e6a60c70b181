"""Rules for the whole suite; people and helpers are in tests/conftest.py."""

import os

import pytest
from django.conf import settings
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis

from tests.chromium import chromium

# A machine that is busy is no fault of what is tested.
hypothesis.register_profile("mago", deadline=None, suppress_health_check=[HealthCheck.too_slow])
hypothesis.load_profile("mago")

LOOPBACK = ["127.0.0.1", "::1", "localhost"]


def pytest_configure() -> None:
    """Give each test process a Redis database of its own, as pytest-django gives it one of SQL."""
    cache = settings.CACHES["default"]
    if cache["BACKEND"].endswith("RedisCache"):
        number = os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")
        cache["LOCATION"] += f"?db={number}"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Only whole stories may open sockets, and only to this machine; without Chromium no browser."""
    for item in items:
        if item.get_closest_marker("browser") and not chromium():
            item.add_marker(pytest.mark.skip(reason="there is no Chromium on this machine"))
        if item.get_closest_marker("browser") or item.get_closest_marker("journey"):
            item.add_marker(pytest.mark.allow_hosts(LOOPBACK))
