"""Unsafe combinations stop the start."""

from typing import Any

import pytest

from mago.core import checks

LOCMEM = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
REDIS = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache"}}


def ids(found: list[Any]) -> list[str]:
    return [str(error.id) for error in found]


@pytest.mark.parametrize(
    ("processes", "caches", "expected"),
    [(2, LOCMEM, ["mago.E001"]), (2, REDIS, []), (1, LOCMEM, [])],
)
def test_several_processes_share_a_cache(
    settings: Any, processes: int, caches: Any, expected: list[str]
) -> None:
    settings.WEB_CONCURRENCY, settings.CACHES = processes, caches
    assert ids(checks.one_broker(None)) == expected


@pytest.mark.parametrize(
    ("processes", "engine", "expected"),
    [(2, "sqlite3", ["mago.E002"]), (2, "postgresql", []), (1, "sqlite3", [])],
)
def test_several_processes_need_postgresql(
    monkeypatch: pytest.MonkeyPatch, settings: Any, processes: int, engine: str, expected: list[str]
) -> None:
    settings.WEB_CONCURRENCY = processes
    monkeypatch.setitem(settings.DATABASES["default"], "ENGINE", f"django.db.backends.{engine}")
    assert ids(checks.sqlite_is_for_one_process(None)) == expected


@pytest.mark.parametrize(
    ("debug", "local", "expected"),
    [(True, False, ["mago.E003"]), (True, True, []), (False, False, [])],
)
def test_debug_pages_stay_at_home(
    settings: Any, debug: bool, local: bool, expected: list[str]
) -> None:
    settings.DEBUG, settings.IS_LOCAL = debug, local
    assert ids(checks.debug_is_local(None)) == expected
