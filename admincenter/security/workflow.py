"""How a ticket goes from its report to its end: states, moves, and what each move demands. Pure.

reported → triaged → planned for a release → in progress → fixed → verified → closed; beside them an
accepted risk, which comes back when its time is over, and rejected.
"""

from dataclasses import dataclass, field

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class State(TextChoices):
    REPORTED = "reported", _("Reported")
    TRIAGED = "triaged", _("Triaged")
    PLANNED = "planned", _("Planned")
    IN_PROGRESS = "in-progress", _("In progress")
    FIXED = "fixed", _("Fixed")
    VERIFIED = "verified", _("Verified")
    CLOSED = "closed", _("Closed")
    ACCEPTED = "accepted", _("Accepted risk")
    REJECTED = "rejected", _("Rejected")


class Move(TextChoices):
    TRIAGE = "triage", _("Triage")
    PLAN = "plan", _("Plan for a release")
    START = "start", _("Start")
    FIX = "fix", _("Mark as fixed")
    VERIFY = "verify", _("Verify the fix")
    CLOSE = "close", _("Close")
    REOPEN = "reopen", _("Reopen")
    ACCEPT = "accept", _("Accept the risk")
    REJECT = "reject", _("Reject")
    EXPIRE = "expire", _("Acceptance expired")


# Work is still owed: a due date counts, and can be missed, until somebody else has verified the fix.
PENDING = (State.REPORTED, State.TRIAGED, State.PLANNED, State.IN_PROGRESS, State.FIXED)
# Nothing is owed any more, or not now.
ENDED = (State.CLOSED, State.ACCEPTED, State.REJECTED)


@dataclass(frozen=True)
class Facts:
    """What is so when a move is asked for."""

    is_rated: bool = False
    has_release: bool = False
    has_evidence: bool = False
    # Whoever moves it is a person, and did not work on the fix.
    by_another: bool = False
    has_reason: bool = False
    has_owner: bool = False
    has_end: bool = False


@dataclass(frozen=True)
class _Rule:
    """From which states to which; `demands` are names of facts that must be so, and what is missing else."""

    ways: dict[State, State]
    demands: dict[str, str] = field(default_factory=dict)


def _all_to(to: State, *states: State) -> dict[State, State]:
    return dict.fromkeys(states, to)


RULES: dict[Move, _Rule] = {
    Move.TRIAGE: _Rule(_all_to(State.TRIAGED, State.REPORTED), {"is_rated": "unrated"}),
    Move.PLAN: _Rule(
        _all_to(State.PLANNED, State.TRIAGED, State.PLANNED), {"has_release": "no_release"}
    ),
    Move.START: _Rule(_all_to(State.IN_PROGRESS, State.PLANNED), {"has_release": "no_release"}),
    Move.FIX: _Rule(_all_to(State.FIXED, State.IN_PROGRESS), {"has_evidence": "no_evidence"}),
    Move.VERIFY: _Rule(
        _all_to(State.VERIFIED, State.FIXED),
        {"has_evidence": "no_evidence", "by_another": "own_fix"},
    ),
    Move.CLOSE: _Rule(_all_to(State.CLOSED, State.VERIFIED), {"has_evidence": "no_evidence"}),
    Move.REOPEN: _Rule(
        _all_to(State.IN_PROGRESS, State.FIXED)
        | _all_to(State.TRIAGED, State.VERIFIED, State.CLOSED, State.ACCEPTED)
        | _all_to(State.REPORTED, State.REJECTED),
        {"has_reason": "no_reason"},
    ),
    Move.ACCEPT: _Rule(
        _all_to(State.ACCEPTED, State.TRIAGED, State.PLANNED, State.IN_PROGRESS),
        {"has_owner": "no_owner", "has_reason": "no_reason", "has_end": "no_end"},
    ),
    Move.REJECT: _Rule(
        _all_to(State.REJECTED, State.REPORTED, State.TRIAGED), {"has_reason": "no_reason"}
    ),
    Move.EXPIRE: _Rule(_all_to(State.TRIAGED, State.ACCEPTED)),
}


class NotPossible(Exception):
    """`code`: wrong_state, unrated, no_release, no_evidence, own_fix, no_reason, no_owner or no_end."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def after(state: State, move: Move, facts: Facts) -> State:
    """The state that follows; NotPossible where the move is not for this state, or something is missing.

    >>> after(State.REPORTED, Move.TRIAGE, Facts(is_rated=True)).value
    'triaged'
    """
    rule = RULES[move]
    if state not in rule.ways:
        raise NotPossible("wrong_state")
    for name, missing in rule.demands.items():
        if not getattr(facts, name):
            raise NotPossible(missing)
    return rule.ways[state]


def moves_from(state: State) -> list[Move]:
    """What people can do with a ticket in this state.

    >>> [str(move) for move in moves_from(State.FIXED)]
    ['verify', 'reopen']
    """
    return [move for move, rule in RULES.items() if state in rule.ways and move != Move.EXPIRE]
