"""The workflow, without a database: which ways there are, and what each demands."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from admincenter.security.workflow import (
    RULES,
    Facts,
    Move,
    NotPossible,
    State,
    after,
    moves_from,
)

ALL = Facts(True, True, True, True, True, True, True)


def test_a_fix_goes_through_every_stage() -> None:
    state = State.REPORTED
    for move in (Move.TRIAGE, Move.PLAN, Move.START, Move.FIX, Move.VERIFY, Move.CLOSE):
        state = after(state, move, ALL)
    assert state == State.CLOSED


@pytest.mark.parametrize(
    ("state", "move", "missing", "code"),
    [
        (State.REPORTED, Move.TRIAGE, "is_rated", "unrated"),
        (State.TRIAGED, Move.PLAN, "has_release", "no_release"),
        (State.PLANNED, Move.START, "has_release", "no_release"),
        (State.IN_PROGRESS, Move.FIX, "has_evidence", "no_evidence"),
        (State.FIXED, Move.VERIFY, "has_evidence", "no_evidence"),
        (State.FIXED, Move.VERIFY, "by_another", "own_fix"),
        (State.VERIFIED, Move.CLOSE, "has_evidence", "no_evidence"),
        (State.TRIAGED, Move.ACCEPT, "has_owner", "no_owner"),
        (State.TRIAGED, Move.ACCEPT, "has_reason", "no_reason"),
        (State.TRIAGED, Move.ACCEPT, "has_end", "no_end"),
        (State.REPORTED, Move.REJECT, "has_reason", "no_reason"),
    ],
)
def test_what_is_missing_is_named(state: State, move: Move, missing: str, code: str) -> None:
    facts = Facts(**(vars(ALL) | {missing: False}))
    with pytest.raises(NotPossible) as refused:
        after(state, move, facts)
    assert refused.value.code == code


def test_no_stage_can_be_jumped() -> None:
    """The only ways into fixed, verified and closed."""
    into = {
        to: {state for rule in RULES.values() for state, end in rule.ways.items() if end == to}
        for to in (State.FIXED, State.VERIFIED, State.CLOSED)
    }
    assert into == {
        State.FIXED: {State.IN_PROGRESS},
        State.VERIFIED: {State.FIXED},
        State.CLOSED: {State.VERIFIED},
    }


@given(st.lists(st.sampled_from(list(Move)), max_size=12))
def test_nothing_is_closed_that_was_not_verified_by_another(walk: list[Move]) -> None:
    state, verified = State.REPORTED, False
    for move in walk:
        try:
            state = after(state, move, ALL)
        except NotPossible:
            continue
        verified = state == State.VERIFIED or (verified and state == State.CLOSED)
    assert state != State.CLOSED or verified


def test_every_state_has_a_way_on() -> None:
    assert [state for state in State if not moves_from(state)] == []
