"""Values of statements written by hand are spelled as Django's fields spell them; the file is its maker's alone."""

from contextlib import nullcontext
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.db.models import DateTimeField, UUIDField

from mago.core.models import LimitState
from mago.core.sql import IS_SQLITE, Statement
from mago.core.sqlite.base import DatabaseWrapper
from mago.core.tasks import renew_statistics
from mago.management.commands import serve

pytestmark = pytest.mark.django_db

_GIVEN = Statement("SELECT %s, %s, %s, %s")


@pytest.mark.parametrize("is_watched", [True, False])
def test_identifiers_and_times_are_given_as_they_are(
    is_watched: bool, django_assert_num_queries: Any
) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("for SQLite")
    key = uuid4()
    noon = datetime(2026, 11, 22, 12, tzinfo=UTC)
    there = datetime(2026, 11, 22, 12, 30, 0, 5, tzinfo=timezone(timedelta(hours=5)))
    with django_assert_num_queries(1) if is_watched else nullcontext():
        row = _GIVEN.run([key, noon, there, None])
    assert row == (
        UUIDField().get_db_prep_value(key, connection),
        DateTimeField().get_db_prep_value(noon, connection),
        DateTimeField().get_db_prep_value(there, connection),
        None,
    )
    assert _GIVEN.run([noon.date(), noon.replace(tzinfo=None), True, 7]) == (
        "2026-11-22",
        "2026-11-22 12:00:00",
        1,
        7,
    )
    assert row[1:3] == ("2026-11-22 12:00:00", "2026-11-22 07:30:00.000005")


@pytest.mark.parametrize(("before", "mode"), [(None, 0o600), (0o640, 0o640)])
def test_whoever_makes_the_file_is_the_only_one_who_may_read_it(
    tmp_path: Path, before: int | None, mode: int
) -> None:
    path = tmp_path / "mago.sqlite3"
    if before:  # An operator's own choice stays.
        path.touch()
        path.chmod(before)
    backend = DatabaseWrapper({"NAME": str(path), "OPTIONS": {}}, "made")
    opened = backend.get_new_connection(backend.get_connection_params())
    opened.execute("PRAGMA journal_mode=WAL")
    opened.execute("CREATE TABLE made (number)")
    assert {file.stat().st_mode & 0o777 for file in tmp_path.iterdir()} == {mode}
    opened.close()


def test_it_is_renewed_how_full_tables_are_and_postgresql_is_left_to_itself(
    django_assert_num_queries: Any,
) -> None:
    LimitState.objects.bulk_create(LimitState(key=str(n), full_until=n) for n in range(7))
    if not IS_SQLITE:
        with django_assert_num_queries(0):
            renew_statistics()
        return
    renew_statistics()
    with connection.cursor() as cursor:
        cursor.execute("SELECT stat FROM sqlite_stat1 WHERE tbl = %s", [LimitState._meta.db_table])
        assert {stat.split()[0] for (stat,) in cursor.fetchall()} == {"7"}


@pytest.mark.parametrize("missing", [["hubs.0007"], []])
def test_an_upgrade_renews_it_as_nothing_is_known_of_a_new_index(
    missing: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    if not IS_SQLITE:
        pytest.skip("for SQLite")
    done: list[str] = []
    monkeypatch.setattr(serve, "missing_migrations", lambda: missing)
    monkeypatch.setattr(serve, "call_command", lambda name, **options: done.append(name))
    monkeypatch.setattr(serve.statistics, "renew", lambda: done.append("renewed"))
    serve.migrate()
    assert done == (["migrate", "renewed"] if missing else [])
