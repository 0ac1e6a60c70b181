"""Between requests a connection waits for the next one, whichever thread answers that."""

import time
from collections import deque
from collections.abc import Callable, Iterator
from threading import Barrier, Event, Thread
from types import SimpleNamespace
from typing import Any, NamedTuple

import pytest
from django.db import close_old_connections, connection, transaction

from mago.core import lending
from mago.core.models import LimitState
from mago.core.threads import close_at_the_end

pytestmark = [pytest.mark.django_db, pytest.mark.every_database]


@pytest.fixture(autouse=True)
def waiting(monkeypatch: pytest.MonkeyPatch) -> Iterator[deque[Any]]:
    """What waits at the test's end is closed; its own connection keeps out of it."""
    there: deque[Any] = deque()
    monkeypatch.setattr(lending, "_waiting", there)
    yield there
    for one in there:
        one.lent[0].close()


class Owner:
    """Of a connection, as Django's object is."""


class Probe(NamedTuple):
    close: Callable[[], None]


def as_a_request(work: Callable[[], Any] = LimitState.objects.count) -> Any:
    """The connection that a thread of its own worked with, as one of the server's does."""
    used: list[Any] = []

    def answer() -> None:
        close_old_connections()
        try:
            work()
            used.append(connection.connection)
        finally:
            close_old_connections()

    thread = Thread(target=answer)
    thread.start()
    thread.join()
    return used[0] if used else None


def test_requests_one_after_the_other_use_one_connection(waiting: deque[Any]) -> None:
    first = as_a_request()
    assert first is not None
    assert [as_a_request() for _ in range(3)] == [first] * 3
    assert len(waiting) == 1


def test_requests_at_the_same_moment_never_share_one(waiting: deque[Any]) -> None:
    both = Barrier(2)

    def meet() -> None:
        LimitState.objects.count()
        both.wait(10)

    other: list[Any] = []
    thread = Thread(target=lambda: other.append(as_a_request(meet)))
    thread.start()
    mine = as_a_request(meet)
    thread.join()
    assert mine is not other[0]
    assert len(waiting) == 2


def test_the_one_that_was_used_last_goes_first(waiting: deque[Any]) -> None:
    test_requests_at_the_same_moment_never_share_one(waiting)
    last = waiting[-1].lent[0]
    assert as_a_request() is last
    assert waiting[-1].lent[0] is last


@pytest.mark.django_db(transaction=True)
def test_what_a_request_began_and_lost_is_not_lent(waiting: deque[Any]) -> None:
    def fail() -> None:
        with transaction.atomic():
            LimitState.objects.create(key="lost", full_until=0.0)
            raise ZeroDivisionError

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("threading.excepthook", lambda *args: None)
        as_a_request(fail)
    assert len(waiting) == 1

    @transaction.atomic
    def succeed() -> None:
        LimitState.objects.create(key="kept", full_until=0.0)

    assert as_a_request(succeed) is not None
    assert list(LimitState.objects.values_list("key", flat=True)) == ["kept"]


def test_one_in_a_transaction_that_django_does_not_know_of_is_kept(waiting: deque[Any]) -> None:
    def begin() -> None:
        with connection.cursor() as cursor:
            cursor.execute("BEGIN")

    as_a_request(begin)
    assert not waiting


def test_one_whose_server_went_away_is_not_taken(waiting: deque[Any]) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("for PostgreSQL")
    first = as_a_request()
    first.close()
    second = as_a_request()
    assert second is not None
    assert second is not first
    assert len(waiting) == 1


def test_a_connection_that_waits_does_not_end_with_the_thread_that_made_it(
    waiting: deque[Any],
) -> None:
    first = as_a_request()
    closed = Event()
    # The closer closes what threads have left in the order in which they did.
    thread = Thread(target=lambda: close_at_the_end(Owner(), Probe(closed.set)))
    thread.start()
    thread.join()
    assert closed.wait(5)
    assert as_a_request() is first
    assert first.execute("SELECT 1").fetchone() == (1,)


def test_those_beyond_what_is_needed_are_closed(
    waiting: deque[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    class Over(Exception):
        pass

    times = iter([None, Over])

    def sleep(seconds: float) -> None:
        if end := next(times):
            raise end

    test_requests_at_the_same_moment_never_share_one(waiting)
    last = waiting[-1].lent[0]
    monkeypatch.setattr(lending, "LONGEST", -1.0)
    # Its own alone: other threads sleep, too.
    clock = SimpleNamespace(sleep=sleep, monotonic=time.monotonic)
    monkeypatch.setattr(lending, "time", clock)
    with pytest.raises(Over):
        lending._let_go(waiting)
    assert [one.lent[0] for one in waiting] == [last]


def test_nothing_is_lent_where_no_server_began_to(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lending, "_waiting", None)
    first = as_a_request()
    assert as_a_request() is not first
