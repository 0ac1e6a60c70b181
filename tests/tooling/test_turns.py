"""What a run tries of doors × people."""

import random

import pytest

from tests.turns import SHARE, by_turns, left_out

DOORS = list(range(12))
PEOPLE = ["alice", "bob", "charlie", "dora"]


def is_let_in(door: int, who: str) -> bool:
    return who == "alice" or (who == "bob" and door % 2 == 0)


@pytest.mark.parametrize("seed", range(4))
def test_each_run_leaves_out_no_door_no_answer_and_nobody(seed: int) -> None:
    random.seed(seed)
    tried = list(by_turns(DOORS, PEOPLE, is_let_in, exhaustive=False))
    answers = {(door, is_let_in(door, who)) for door, who in tried}
    assert answers == {(door, let_in) for door in DOORS for let_in in (True, False)}
    assert {who for _door, who in tried} == set(PEOPLE)
    assert len(tried) == 2 * len(DOORS)


def test_in_the_course_of_runs_everybody_tries_each_door() -> None:
    runs = (by_turns(DOORS, PEOPLE, is_let_in, exhaustive=False) for _ in range(60))
    tried = {pair for run in runs for pair in run}
    assert len(tried) == len(DOORS) * len(PEOPLE)


def test_an_exhaustive_run_tries_all() -> None:
    tried = list(by_turns(DOORS, PEOPLE, is_let_in, exhaustive=True))
    assert len(tried) == len(set(tried)) == len(DOORS) * len(PEOPLE)


def test_of_a_family_a_share_is_tried_and_in_the_course_of_runs_each_of_it() -> None:
    tests = [("many", number) for number in range(10)] + [("alone", 10)]
    tried = [set(range(11)).difference(left_out(tests, seed)) for seed in range(60)]
    assert {len(run) for run in tried} == {3 + 1}
    assert set().union(*tried) == set(range(11))
    assert left_out(tests, 7) == left_out(tests, 7)
    assert SHARE == 4
