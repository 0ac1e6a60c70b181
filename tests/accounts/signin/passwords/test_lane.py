"""The hashing lane: bounded, fair, and with a share for known browsers."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, nullcontext

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from accounts.signin.passwords.lane import HashLane, Place, Turn, known_browser, waiting_at
from mago.core.errors import Busy

PATIENCE = 5.0  # seconds; only a failing test waits so long


class Guest:
    """Somebody in a thread of their own, who stays in the lane until told to leave."""

    def __init__(
        self,
        pool: ThreadPoolExecutor,
        lane: HashLane,
        *,
        known: bool = False,
        place: Place | None = None,
    ) -> None:
        self.inside = threading.Event()
        self.may_leave = threading.Event()
        self.done: Future[None] = pool.submit(self._visit, lane, known, place)

    def _visit(self, lane: HashLane, known: bool, place: Place | None) -> None:
        where = waiting_at(place) if place else known_browser() if known else nullcontext()
        with where, lane.slot():
            self.inside.set()
            self.may_leave.wait(PATIENCE)

    def is_inside(self) -> bool:
        return self.inside.wait(PATIENCE)

    def leave(self) -> None:
        self.may_leave.set()
        self.done.result(PATIENCE)


@contextmanager
def guests(lane: HashLane) -> Iterator[type]:
    """Makes guests of `lane`, and sees all of them out."""
    everybody: list[Guest] = []
    with ThreadPoolExecutor(32) as pool:

        class Arriving(Guest):
            def __init__(self, *, known: bool = False, place: Place | None = None) -> None:
                everybody.append(self)
                super().__init__(pool, lane, known=known, place=place)

        try:
            yield Arriving
        finally:
            for guest in everybody:
                guest.may_leave.set()


def wait_for_queue(lane: HashLane, *, known: bool, length: int) -> None:
    pause = threading.Event()
    for _ in range(500):
        if len(lane._queues[known]) == length:
            return
        pause.wait(0.01)
    raise AssertionError("nobody queued up")


@pytest.mark.parametrize("slots", [1, 2, 3])
def test_never_more_than_the_slots_run_at_once(slots: int) -> None:
    lane = HashLane(slots, queue=100)
    lock, running, most = threading.Lock(), 0, 0
    pause = threading.Event()

    def hash_once(number: int) -> None:
        nonlocal running, most
        with known_browser() if number % 2 else nullcontext(), lane.slot():
            with lock:
                running += 1
                most = max(most, running)
            pause.wait(0.001)
            with lock:
                running -= 1

    with ThreadPoolExecutor(24) as pool:
        list(pool.map(hash_once, range(120)))
    assert most == slots
    assert lane._running == [0, 0]


def test_strangers_leave_a_slot_for_known_browsers() -> None:
    with guests(lane := HashLane(2)) as arriving:
        assert arriving().is_inside()
        waiting = arriving()
        wait_for_queue(lane, known=False, length=1)
        assert arriving(known=True).is_inside()
        assert not waiting.inside.is_set()


def test_with_one_slot_known_browsers_go_first() -> None:
    with guests(lane := HashLane(1)) as arriving:
        first = arriving()
        assert first.is_inside()
        stranger = arriving()
        wait_for_queue(lane, known=False, length=1)
        known = arriving(known=True)
        wait_for_queue(lane, known=True, length=1)
        first.leave()
        assert known.is_inside()
        assert not stranger.inside.is_set()
        known.leave()
        assert stranger.is_inside()


def test_known_browsers_do_not_shut_strangers_out() -> None:
    with guests(lane := HashLane(2)) as arriving:
        first, second = arriving(known=True), arriving(known=True)
        assert first.is_inside()
        assert second.is_inside()
        third = arriving(known=True)
        wait_for_queue(lane, known=True, length=1)
        stranger = arriving()
        wait_for_queue(lane, known=False, length=1)
        first.leave()
        assert stranger.is_inside()
        assert not third.inside.is_set()


def test_each_kind_is_served_in_order_of_arrival() -> None:
    with guests(lane := HashLane(1)) as arriving:
        first = arriving()
        assert first.is_inside()
        queue = []
        for length in range(1, 5):
            queue.append(arriving())
            wait_for_queue(lane, known=False, length=length)
        for guest in queue:
            first.leave()
            assert guest.is_inside()
            first = guest


def test_a_full_queue_is_told_at_once() -> None:
    with guests(lane := HashLane(1, queue=1)) as arriving:
        assert arriving().is_inside()
        arriving()
        wait_for_queue(lane, known=False, length=1)
        with pytest.raises(Busy) as refused, lane.slot():
            raise AssertionError("entered")
        assert refused.value.status == 503
        assert refused.value.retry_after


def test_the_better_place_goes_first_and_takes_the_room_of_the_worst() -> None:
    with guests(lane := HashLane(1, queue=2)) as arriving:
        first = arriving()
        assert first.is_inside()
        worse = arriving(place=(2, 5.0))
        wait_for_queue(lane, known=False, length=1)
        worst = arriving(place=(3, 1.0))
        wait_for_queue(lane, known=False, length=2)
        better = arriving(place=(0, 9.0))
        with pytest.raises(Busy):
            worst.done.result(PATIENCE)
        with waiting_at((3, 0.0)), pytest.raises(Busy):
            lane.check_room()
        with waiting_at((0, 0.0)):
            lane.check_room()
        first.leave()
        assert better.is_inside()
        assert not worse.inside.is_set()
        better.leave()
        assert worse.is_inside()


@pytest.mark.parametrize("known", [False, True])
def test_a_wait_ends_and_takes_no_slot_along(known: bool) -> None:
    with guests(lane := HashLane(1, waits=(0.02, 0.02))) as arriving:
        first = arriving()
        assert first.is_inside()
        late = arriving(known=known)
        with pytest.raises(Busy):
            late.done.result(PATIENCE)
        first.leave()
    assert lane._running == [0, 0]
    assert not any(lane._queues)
    with lane.slot():
        assert lane._running == [1, 0]


def test_where_strangers_queue_for_long_newcomers_wait_shortly_and_others_as_ever() -> None:
    newcomer, back = Turn((0, time.time() + 60)), Turn((0, time.time() - 60))
    with guests(lane := HashLane(1, patience=0.0)) as arriving:
        assert lane._longest_wait(newcomer, False) == 3.0
        assert arriving().is_inside()
        arriving()
        wait_for_queue(lane, known=False, length=1)
        time.sleep(0.001)
        assert lane._longest_wait(newcomer, False) == 0.5
        assert lane._longest_wait(back, False) == 3.0
        assert lane._longest_wait(newcomer, True) == 10.0


def test_an_error_inside_gives_the_slot_back() -> None:
    lane = HashLane(1)
    for _ in range(3):
        with pytest.raises(ZeroDivisionError), lane.slot():
            raise ZeroDivisionError
    assert lane._running == [0, 0]


def test_knowing_the_browser_ends_with_the_block() -> None:
    lane = HashLane(2)
    with known_browser(), lane.slot():
        assert lane._running == [0, 1]
    with lane.slot():
        assert lane._running == [1, 0]


class Arrivals(RuleBasedStateMachine):
    """Whoever comes and goes in whatever order: the rules hold after each step."""

    def __init__(self) -> None:
        super().__init__()
        self.slots = 2
        self.lane = HashLane(self.slots, queue=3)
        self.turns: list[tuple[Turn, bool]] = []

    @rule(known=st.booleans())
    def arrive(self, known: bool) -> None:
        waiting = len(self.lane._queues[known])
        try:
            self.turns.append((self.lane._join(known), known))
        except Busy:
            assert waiting == 3

    @precondition(lambda self: self.turns)
    @rule(data=st.data())
    def leave(self, data: st.DataObject) -> None:
        """From inside, or from the queue because the wait was over."""
        turn, known = self.turns.pop(data.draw(st.integers(0, len(self.turns) - 1)))
        self.lane._leave(turn, known)

    @invariant()
    def slots_and_shares_hold(self) -> None:
        inside = [known for turn, known in self.turns if turn.is_held]
        assert self.lane._running == [inside.count(False), inside.count(True)]
        assert len(inside) <= self.slots
        assert inside.count(False) < self.slots

    @invariant()
    def nobody_waits_for_nothing(self) -> None:
        waiting = [known for turn, known in self.turns if not turn.is_held]
        running = self.lane._running
        assert not waiting.count(True) or sum(running) == self.slots
        assert not waiting.count(False) or running[False] == 1 or sum(running) == self.slots

    @invariant()
    def turns_come_in_order(self) -> None:
        for kind in (False, True):
            came = [turn.is_held for turn, known in self.turns if known == kind]
            assert came == sorted(came, reverse=True)


TestArrivals = pytest.mark.slow(Arrivals.TestCase)
