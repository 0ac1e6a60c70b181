"""Whose turn it is among strangers when there are too many of them."""

import time

import pytest

from accounts.models import User
from accounts.signin import crowd, hashers
from accounts.signin.crowd import Failures, in_line
from accounts.signin.passwords.lane import HashLane, Turn, _place
from accounts.signin.services import WrongCredentials, check_password
from mago.core.errors import Busy
from mago.core.models import LimitState
from tests.conftest import PASSWORD

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]


@pytest.fixture
def lane(monkeypatch: pytest.MonkeyPatch) -> HashLane:
    lane = HashLane(1, queue=1)
    for module in (crowd, hashers):
        monkeypatch.setattr(module, "lane", lambda: lane)
    monkeypatch.setattr(crowd, "failures", Failures())
    return lane


def fill(lane: HashLane, place: tuple[int, float]) -> None:
    """One is inside and one waits, at `place`."""
    lane._running[False] = 1
    lane._queues[False].append(Turn(place))


def test_who_comes_from_where_others_failed_goes_after_who_does_not(lane: HashLane) -> None:
    def place_of(network: str) -> int:
        with in_line(network, "alice@example.com"):
            place = _place.get()
            assert place is not None
            return place[0]

    for number in range(4):
        crowd.came_in_vain(f"203.0.113.{number}")
    assert place_of("203.0.113.200") == 3
    assert place_of("192.0.2.1") == 0


def test_only_wrong_passwords_count_whoever_they_are_for(lane: HashLane, alice: User) -> None:
    check_password(email=alice.email, password=PASSWORD)
    assert crowd.failures.of("unknown") == 0
    for email in (alice.email, "nobody@example.com"):
        with pytest.raises(WrongCredentials):
            check_password(email=email, password="wrong")
    assert crowd.failures.of("unknown") == 2


def test_who_is_told_to_come_again_keeps_the_place_and_nothing_was_asked_of_the_database(
    lane: HashLane, django_assert_num_queries: object
) -> None:
    fill(lane, (0, 0.0))
    for email in ("alice@example.com", "nobody@example.com"):
        with django_assert_num_queries(0), pytest.raises(Busy):  # type: ignore[operator]
            check_password(email=email, password=PASSWORD)
    assert not LimitState.objects.exists()
    told = time.time()
    lane._queues[False].clear()
    fill(lane, (0, told + 1))
    with in_line("unknown", "alice@example.com"):
        place = _place.get()
        assert place is not None
        assert place[1] <= told, "there is no place left from before"


def test_a_right_password_gets_in_from_a_neighbourhood_that_failed(
    lane: HashLane, alice: User
) -> None:
    for _ in range(5):
        crowd.came_in_vain("unknown")
    assert check_password(email=alice.email, password=PASSWORD) == alice


def test_what_is_remembered_is_bounded_and_forgotten() -> None:
    failures = Failures(period=0.0, most=3)
    failures.add("a")
    assert failures.of("a") == 1
    for number in range(100):
        failures.add(str(number))
    assert len(failures._now) + len(failures._before) <= 6
    assert failures.of("a") == 0
