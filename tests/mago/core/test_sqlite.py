"""Values of statements written by hand are spelled as Django's fields spell them; the file is its maker's alone."""

from contextlib import nullcontext
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.db.models import DateTimeField, UUIDField

from mago.core.sql import Statement
from mago.core.sqlite.base import DatabaseWrapper

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
