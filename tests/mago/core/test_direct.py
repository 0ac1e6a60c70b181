"""Statements written by hand reach libpq by a short way, and behave as by psycopg's own."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast
from uuid import UUID, uuid4

import psycopg
import pytest
from django.db import DatabaseError, DataError, OperationalError, connection, transaction

from hubs.models import UsedExchange
from mago.core.postgresql import direct
from mago.core.sql import Statement

pytestmark = [pytest.mark.django_db, pytest.mark.every_database]

_USED = UsedExchange._meta.db_table
_USE = Statement(
    f"INSERT INTO {_USED} (id, expires_at) VALUES (%s, %s) ON CONFLICT DO NOTHING RETURNING id"
)
_COUNT = Statement(f"SELECT count(*), %s FROM {_USED} WHERE expires_at > %s")
_VALUES = Statement("SELECT %s::uuid, %s::timestamptz, %s::text, %s::int, %s::bool, %s::jsonb")
_SLOW = 3  # uses


@pytest.fixture(autouse=True)
def on_postgresql() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("for PostgreSQL")


@pytest.fixture
def way() -> Any:
    connection.ensure_connection()
    return cast(Any, connection).direct


def test_values_come_back_as_django_has_them_prepared_or_not(way: Any) -> None:
    key, now = uuid4(), datetime(2026, 11, 22, 12, 30, 1, 5, tzinfo=UTC)
    for number in range(_SLOW + 3):
        row = _VALUES.run([key, now, "ü'%", number, True, '{"a": 1}'])
        assert row == (key, now, "ü'%", number, True, '{"a": 1}')
        assert (type(row[0]), row[1].utcoffset()) == (UUID, timedelta())
    assert _VALUES.run([None] * 6) == (None,) * 6
    assert any(sql == _VALUES.sql for sql, _types in way._names)


def test_rows_are_none_one_or_many() -> None:
    for _ in range(_SLOW + 2):
        assert _USE.run(["a", 5]) in (("a",), None)
    assert _USE.run(["a", 5]) is None
    assert _USE.run(["b", 2**40]) == ("b",)
    assert _COUNT.run(["x", 0]) == (2, "x")
    listed = Statement(f"SELECT id FROM {_USED} WHERE expires_at > %s ORDER BY id")
    assert listed.all([0]) == [("a",), ("b",)]
    assert listed.all([2**41]) == []
    assert Statement(f"DELETE FROM {_USED} WHERE id = %s").run(["a"]) is None


def test_what_it_refuses_is_an_error_of_djangos_and_breaks_only_its_transaction() -> None:
    with pytest.raises(DataError), transaction.atomic():
        _USE.run(["nul \0 in it", 5])
    with pytest.raises(DatabaseError), transaction.atomic():
        Statement("SELECT nothing_of_that_name + %s").run([1])
    assert _USE.run(["c", 5]) == ("c",)


def test_the_first_statement_of_a_transaction_begins_it() -> None:
    other: Any = connection.copy()
    try:
        other.connect()
        other.set_autocommit(False)
        other.direct.execute(_USE.sql, ["d", 5])
        other.direct.execute(_USE.sql, ["e", 5])
        other.rollback()
        other.set_autocommit(True)
        assert other.direct.execute(_COUNT.sql, ["x", 0]).fetchone() == (0, "x")
    finally:
        other.close()


def test_a_transaction_begins_as_it_is_asked_for() -> None:
    other: Any = connection.copy()
    shown = "SELECT current_setting('transaction_isolation'), %s"
    try:
        other.connect()
        other.connection.isolation_level = psycopg.IsolationLevel.SERIALIZABLE
        other.set_autocommit(False)
        assert other.direct.execute(shown, [1]).fetchone()[0] == "serializable"
        other.rollback()
    finally:
        other.close()


def test_where_no_transaction_can_begin_it_is_an_operational_error() -> None:
    other: Any = connection.copy()
    other.connect()
    try:
        other.set_autocommit(False)
        with Path(os.devnull).open("rb") as nobody:
            os.dup2(nobody.fileno(), other.connection.fileno())
        with pytest.raises(OperationalError), other.wrap_database_errors:
            other.direct.execute(_COUNT.sql, ["x", 0])
    finally:
        other.close()


def test_what_the_server_forgot_is_sent_again() -> None:
    """A pooler gives another session, or a table changed: a prepared statement fails, and is no reason to."""
    other: Any = connection.copy()
    try:
        other.connect()
        for _ in range(_SLOW + 2):
            other.direct.execute(_COUNT.sql, ["x", 0])
        assert other.direct._names
        other.connection.execute("DEALLOCATE ALL")
        assert other.direct.execute(_COUNT.sql, ["x", 0]).fetchone() == (0, "x")
        assert not other.direct._names
    finally:
        other.close()


def test_none_is_prepared_where_that_is_turned_off_and_never_more_than_so_many(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    other: Any = connection.copy()
    try:
        other.connect()
        plain = direct.Direct(other.connection, None)
        monkeypatch.setattr(direct, "MOST", 1)
        few = direct.Direct(other.connection, 0)
        # Another's session, as an old pooler gives it: what is prepared there already is the same.
        again = direct.Direct(other.connection, 0)
        for sql in ("SELECT %s::int", "SELECT %s::int + 1"):
            for one in (plain, few, again):
                assert one.execute(sql, [1]).fetchone()
        assert not plain._names
        assert len(few._names) == len(again._names) == 1
    finally:
        other.close()


def test_a_connection_that_is_gone_without_a_word_is_an_operational_error() -> None:
    other: Any = connection.copy()
    other.connect()
    try:
        with Path(os.devnull).open("rb") as nobody:
            os.dup2(nobody.fileno(), other.connection.fileno())
        with pytest.raises(OperationalError), other.wrap_database_errors:
            other.direct.execute(_COUNT.sql, ["x", 0])
        assert not other.is_usable()
    finally:
        other.close()


def test_a_connection_that_is_gone_is_an_operational_error() -> None:
    """Which is what callers answer with a "come back later"."""
    other: Any = connection.copy()
    other.connect()
    try:
        pid = other.connection.info.backend_pid
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s, 1000)", [pid])
        with pytest.raises(OperationalError), other.wrap_database_errors:
            other.direct.execute(_COUNT.sql, ["x", 0])
        with pytest.raises(psycopg.OperationalError):
            other.direct.execute(_COUNT.sql, ["x", 0])
        assert not other.is_usable()
    finally:
        other.close()
