"""Limits hold, also for many at one moment."""

from collections import Counter
from threading import Event
from typing import Any

import pytest
import time_machine
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mago.core import ratelimit
from mago.core.errors import TooMany
from mago.core.models import LimitState
from mago.core.ratelimit import Full, Limit, Taken, give_back, purge, take_all
from mago.core.sql import IS_SQLITE
from tests.races import THREADS, at_once
from tests.turns import examples

pytestmark = pytest.mark.django_db
LIMIT = Limit("test", 5, 60)


def exhaust(limit: Limit = LIMIT, key: str = "alice") -> int:
    """How many pass, of more than ever should."""
    return [limit.try_take(key) for _ in range(limit.count * 3)].count(0)


def test_as_many_as_it_says_pass_at_once() -> None:
    assert exhaust() == 5


def test_one_more_is_told_how_long_to_wait() -> None:
    with time_machine.travel(timezone.now(), tick=False):
        exhaust()
        with pytest.raises(TooMany) as refused:
            LIMIT.take("alice")
    assert refused.value.retry_after == 12


def test_who_waits_as_long_as_told_passes() -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        exhaust()
        clock.shift(LIMIT.try_take("alice") + 0.01)
        assert LIMIT.try_take("alice") == 0
        assert LIMIT.try_take("alice") > 0


def test_being_refused_does_not_lengthen_the_wait() -> None:
    with time_machine.travel(timezone.now(), tick=False):
        exhaust()
        assert LIMIT.try_take("alice") == LIMIT.try_take("alice")


def test_after_a_pause_it_is_empty_and_not_more_than_empty() -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        exhaust()
        clock.shift(3600)
        assert exhaust() == 5


def test_keys_are_apart() -> None:
    exhaust()
    assert LIMIT.try_take("bob") == 0


def test_names_are_apart() -> None:
    exhaust()
    assert Limit("other", 5, 60).try_take("alice") == 0


def test_parts_of_a_key_do_not_run_together() -> None:
    for _ in range(5):
        LIMIT.take("a", "bc")
    assert LIMIT.try_take("ab", "c") == 0


def test_what_is_given_back_can_be_taken_again() -> None:
    exhaust()
    LIMIT.give_back("alice")
    assert exhaust() == 1


def test_giving_back_what_was_never_taken_saves_nothing_up() -> None:
    for _ in range(20):
        LIMIT.give_back("alice")
    LIMIT.take("alice")
    for _ in range(20):
        LIMIT.give_back("alice")
    assert exhaust() == 5


def test_clearing_begins_anew() -> None:
    exhaust()
    LIMIT.clear("alice")
    assert exhaust() == 5


def test_neither_names_nor_addresses_stand_in_the_table() -> None:
    LIMIT.take("alice@example.com")
    assert "alice" not in LimitState.objects.get().key


def test_empty_limits_are_cleared_and_full_ones_stay() -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        LIMIT.take("alice")
        Limit("long", 5, 600).take("alice")
        clock.shift(30)
        assert ratelimit.purge() == 1
    assert LimitState.objects.count() == 1


@settings(
    max_examples=examples(30),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.lists(st.floats(0, 30), max_size=30))
def test_no_rhythm_of_attempts_gets_more_through(pauses: list[float]) -> None:
    """In any stretch of time t at most count + t·count/seconds attempts pass."""
    LIMIT.clear("alice")
    with time_machine.travel(timezone.now(), tick=False) as clock:
        elapsed, passed = 0.0, 0
        for pause in pauses:
            clock.shift(pause)
            elapsed += pause
            passed += LIMIT.try_take("alice") == 0
        assert passed <= 5 + elapsed * 5 / 60 + 1e-6


@pytest.mark.parametrize("key", ["", "\x00", "\udc80", "漢字", "x" * 100_000])
def test_any_text_is_a_key(key: str) -> None:
    assert exhaust(key=key) == 5


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("real_database")
def test_thirty_at_once_do_not_get_past_it() -> None:
    def several(number: int) -> list[bool]:
        return [LIMIT.try_take("alice") == 0 for _ in range(4)]

    passed = Counter(each for some in at_once(several) for each in some)
    assert passed == {True: 5, False: THREADS * 4 - 5}


def test_many_keys_are_counted_at_once_as_each_by_itself() -> None:
    limit = Limit("each", 2, 60)
    limit.take("a")
    assert limit.take_each([("a",), ("b",), ("b",)]) == set()
    assert limit.take_each([("a",), ("b",), ("c",)]) == {("a",)}
    with pytest.raises(TooMany):
        limit.take("b")
    limit.take("c")
    assert limit.take_each([]) == set()


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("real_database")
def test_those_who_give_the_same_back_do_not_wait_for_each_other() -> None:
    account, network = Limit("account", 1000, 60), Limit("network", 1000, 60)
    taken: Taken = [(account, ("alice",)), (network, ("office",))]

    def work(number: int) -> None:
        for _ in range(20):
            for limit, parts in taken:
                limit.take(*parts)
            give_back(taken if number % 2 else taken[::-1])

    at_once(work)
    assert LimitState.objects.filter(full_until__lte=timezone.now().timestamp()).count() == 2


SHORT, LONG = Limit("short", 2, 60), Limit("long", 5, 600)
BOTH: Taken = [(SHORT, ("alice",)), (LONG, ("alice",))]


def test_of_several_limits_each_is_counted_or_none() -> None:
    with time_machine.travel(timezone.now(), tick=False):
        assert [take_all(BOTH) for _ in range(2)] == [None, None]
        assert take_all(BOTH) == Full(SHORT, 30)
        # Of the other one three are left, as being refused took none.
        assert [LONG.try_take("alice") == 0 for _ in range(4)] == [True] * 3 + [False]


def test_the_first_that_is_full_is_named() -> None:
    with time_machine.travel(timezone.now(), tick=False):
        exhaust(LONG)
        assert take_all(BOTH) == Full(LONG, 120)
        exhaust(SHORT)
        assert take_all(BOTH) == Full(SHORT, 30)
        assert take_all([]) is None


def test_whoever_is_refused_writes_nothing(django_assert_num_queries: Any) -> None:
    exhaust(SHORT)
    before = set(LimitState.objects.values_list("key", "full_until"))
    # What is asked for, and how long to wait for each.
    with django_assert_num_queries(3):
        assert take_all(BOTH)
    assert set(LimitState.objects.values_list("key", "full_until")) == before


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("real_database")
def test_of_thirty_who_take_several_at_once_no_more_get_through_and_nothing_is_lost() -> None:
    def several(number: int) -> list[bool]:
        wanted = BOTH if number % 2 else BOTH[::-1]
        return [take_all(wanted) is None for _ in range(4)]

    # However long a busy machine takes for it.
    with time_machine.travel(timezone.now(), tick=False):
        passed = Counter(each for some in at_once(several) for each in some)
        assert passed == {True: 2, False: THREADS * 4 - 2}
        assert exhaust(LONG) == 3


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("real_database")
def test_who_forgets_old_limits_waits_for_nobody_who_takes_some() -> None:
    """An invitation and a report from outside take theirs in a transaction, one after the other."""
    first, second = Limit("first", 5, 60), Limit("second", 5, 60)
    # In the order in which they lie, the other way round: both were full until long ago.
    for number, limit in enumerate((second, first)):
        LimitState.objects.create(key=limit._key(("a",)), full_until=number + 1.0)
    held, purged = Event(), Event()

    def work(number: int) -> None:
        if number:
            held.wait(10)
            purge()
            purged.set()
            return
        with transaction.atomic():
            first.take("a")
            held.set()
            purged.wait(0 if IS_SQLITE else 3)
            second.take("a")

    at_once(work, 2)
    assert (first.wait("a"), second.wait("a")) == (0.0, 0.0)
    assert LimitState.objects.filter(full_until__gt=3).count() == 2
