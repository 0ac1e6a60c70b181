"""Unsafe combinations stop the start."""

from typing import Any

import pytest
from django.core.checks import Tags
from django.core.checks.registry import registry

from mago.core import checks
from mago.management.commands.serve import Command

LOCMEM = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
REDIS = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache"}}


def ids(found: list[Any]) -> list[str]:
    return [str(error.id) for error in found]


def test_a_start_runs_every_check_of_ours_that_asks_no_database() -> None:
    ours = [
        check
        for check in registry.registered_checks
        if check.__module__.split(".")[0] in {"mago", "accounts", "hubs", "admincenter"}
    ]
    assert len(ours) >= 6
    at_start = set(Command.requires_system_checks)
    assert [check for check in ours if not (at_start | {Tags.database}) & set(check.tags)] == []


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


def test_a_setting_that_no_version_knows_is_named_before_it_is_deployed(settings: Any) -> None:
    settings.UNKNOWN_VARIABLES = ["MAGO_OLD"]
    (found,) = checks.every_setting_is_known(None)
    assert (found.id, found.msg) == ("mago.W001", "MAGO_OLD is no setting of this version.")
