"""A connection to PostgreSQL is asked now and then whether it lives, and after each error."""

import pytest
from django.db import connection
from django.db.backends.postgresql.base import DatabaseWrapper as DjangosOwn

from mago.core.postgresql import base

pytestmark = [pytest.mark.django_db, pytest.mark.every_database]


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    if connection.vendor != "postgresql":
        pytest.skip("for PostgreSQL")
    times: list[bool] = []
    own = DjangosOwn.is_usable

    def is_usable(self: DjangosOwn) -> bool:
        times.append(bool(own(self)))
        return times[-1]

    monkeypatch.setattr(DjangosOwn, "is_usable", is_usable)
    connection.ensure_connection()
    monkeypatch.setattr(connection.direct, "lived_at", float("-inf"))
    return times


def test_it_is_asked_once_a_second(asked: list[bool], monkeypatch: pytest.MonkeyPatch) -> None:
    assert [connection.is_usable() for _ in range(3)] == [True] * 3
    assert asked == [True]
    monkeypatch.setattr(base, "SECONDS", 0.0)
    connection.is_usable()
    assert asked == [True, True]


def test_after_an_error_it_is_asked_at_once(asked: list[bool]) -> None:
    connection.is_usable()
    connection.errors_occurred = True
    connection.is_usable()
    connection.errors_occurred = False
    assert asked == [True, True]


def test_one_that_is_gone_is_never_taken_for_alive(asked: list[bool]) -> None:
    other = connection.copy()
    other.connect()
    assert other.is_usable()
    other.connection.close()
    assert not other.is_usable()
    other.connection = None
