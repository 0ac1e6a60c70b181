"""Tickets move on by the rules of workflow.py; what a move needs is checked under a lock."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.access.permissions import Permission
from accounts.access.services import demand_permission
from accounts.models import User
from mago.audit.tags import Tag
from mago.core.errors import Conflict, Refused

from .. import workflow
from ..models import Release, ReleaseState, Ticket
from ..models.tickets import LONGEST_TEXT, today
from ..selectors.people import holds, people_behind
from ..selectors.tickets import duplicates_of, has_worked_on, workers_of
from ..severity import Severity
from ..workflow import Move, State
from .common import (
    forget_steps,
    lock,
    locked,
    person_of,
    set_due_by_policy,
    tell_watchers,
    watch,
    write_change,
)
from .releases import hold_planned, withdraw_signatures

LONGEST_ACCEPTANCE = timedelta(days=365)

# Who may; all other moves take `tickets:edit`.
PERMISSIONS = {Move.VERIFY: Permission.TICKETS_VERIFY, Move.ACCEPT: Permission.RISKS_ACCEPT}

_MISSING: dict[str, tuple[str, str | Promise]] = {
    "wrong_state": ("", gettext_lazy("The ticket is in another state by now.")),
    "unrated": ("", gettext_lazy("Rate the ticket first: give a vector or a severity.")),
    "no_release": ("release", gettext_lazy("Choose the release that will carry the fix.")),
    "no_evidence": ("evidence", gettext_lazy("Say what shows that it is fixed.")),
    "own_fix": ("", gettext_lazy("Somebody else has to verify this: you worked on the fix.")),
    "no_reason": ("reason", gettext_lazy("Give the reason.")),
    "no_owner": ("risk_owner", gettext_lazy("Name who answers for the risk.")),
    "no_end": ("accepted_until", gettext_lazy("Say until when it is accepted.")),
}
# Also what reopening takes away: who had fixed and verified it stays in the history.
_KEPT = (
    "state", "due_on", "release", "evidence", "reason", "risk_owner", "accepted_until", "duplicate_of", "fixed_by",
    "verified_by",
)  # fmt: skip

_WITH_FIX = (State.FIXED, State.VERIFIED, State.CLOSED)


def permission_for(move: Move) -> Permission:
    return PERMISSIONS.get(move, Permission.TICKETS_EDIT)


@transaction.atomic
def move_ticket(
    *,
    ticket: Ticket,
    move: Move,
    actor: Any,
    release: Release | None = None,
    evidence: str = "",
    reason: str = "",
    risk_owner: User | None = None,
    accepted_until: date | None = None,
    duplicate_of: Ticket | None = None,
) -> Ticket:
    """The ticket is in the state to which `move` leads; whoever watches it is told.

    Forbidden without the move's permission, Conflict where the ticket is not in a state for it, Refused
    where something is missing. What comes back after its fix was verified is due by the policy's days from now on.
    `release` is for PLAN, `evidence` for FIX, `reason` for REOPEN, ACCEPT and
    REJECT, `duplicate_of` for REJECT, the others for ACCEPT.
    """
    # Nobody: the system itself, as when a scan finds again what was closed.
    if actor is not None:
        demand_permission(actor, permission_for(move), ticket)
    if duplicate_of is not None:
        # Two who name each other's ticket at once would leave none that is work.
        lock(ticket.programme)
        duplicate_of = locked(duplicate_of)
    given = Given(release, evidence, reason.strip(), risk_owner, accepted_until, duplicate_of)
    row = locked(ticket)
    before = _facts_of(row)
    given = _take(row, move, given, actor)
    facts = workflow.Facts(
        is_rated=row.severity != Severity.UNRATED,
        has_release=row.release_id is not None,
        has_evidence=bool(row.evidence),
        by_another=_is_another(row, actor),
        has_reason=bool(given.reason),
        has_owner=risk_owner is not None,
        has_end=accepted_until is not None,
    )
    state = _next(row, move, facts)
    _leave(row, move, given.reason[:500])
    if move == Move.ACCEPT:
        row.risk_owner, row.accepted_until = risk_owner, accepted_until
        watch(row, risk_owner)
    if move == Move.REJECT:
        row.duplicate_of = duplicate_of
    _arrive(row, state, actor)
    _save(row, before, actor)
    if move == Move.REJECT and duplicate_of is not None:
        _hand_on_duplicates(row, duplicate_of, actor)
    # What was signed off is another release from now on: a fix came, or one that was in it does not hold.
    is_other = move == Move.FIX or (move == Move.REOPEN and before["state"] in _WITH_FIX)
    if is_other and row.release:
        withdraw_signatures(row.release, actor=actor, why=str(row))
    return row


@dataclass(frozen=True)
class Given:
    """What came with a move."""

    release: Release | None
    evidence: str
    reason: str
    risk_owner: User | None
    accepted_until: date | None
    duplicate_of: Ticket | None


def _take(row: Ticket, move: Move, given: Given, actor: Any) -> Given:
    """The row holds what the move brings; Refused for what cannot be so."""
    if move == Move.PLAN and given.release:
        release = hold_planned(given.release, row.programme_id)
        withdraw_signatures(release, actor=actor, why=str(row))
        row.release = release
    if move == Move.FIX:
        row.evidence = given.evidence.strip()[:LONGEST_TEXT]
    if given.accepted_until:
        _demand_end(given.accepted_until)
    if given.risk_owner and not holds(given.risk_owner, Permission.TICKETS_READ, row.programme):
        words = _("This person may not see tickets here.")
        raise Refused(words, fields={"risk_owner": [words]})
    if given.duplicate_of is not None:
        _demand_original(row, given.duplicate_of)
        words = _("Duplicate of %(key)s") % {"key": given.duplicate_of}
        return replace(given, reason=given.reason or words)
    return given


def return_expired(ticket: Ticket) -> bool:
    """An acceptance whose time is over is none any more: the ticket is triaged again. False where it was not so."""
    with transaction.atomic():
        row = locked(ticket)
        if row.state != State.ACCEPTED or not row.accepted_until or row.accepted_until >= today():
            return False
        before = _facts_of(row)
        state = _next(row, Move.EXPIRE, workflow.Facts())
        _leave(row, Move.EXPIRE, "")
        _arrive(row, state, None)
        _save(row, before, None)
        return True


def _facts_of(row: Ticket) -> dict[str, Any]:
    shown = {name: getattr(row, name) for name in _KEPT}
    return shown | {"state": row.state, "fixed_with": workers_of(row)}


def _next(row: Ticket, move: Move, facts: workflow.Facts) -> State:
    try:
        return workflow.after(State(row.state), move, facts)
    except workflow.NotPossible as error:
        field, words = _MISSING[error.code]
        if error.code == "wrong_state":
            raise Conflict(words, code="wrong_state") from None
        fields = {field: [str(words)]} if field else {}
        raise Refused(words, fields=fields, code=error.code) from None


def why_not(ticket: Ticket, move: Move, *, with_release: bool = False) -> str | Promise:
    """What speaks against a move of the ticket as it was read, if a reason comes with it; nothing, where it can be.

    For looking ahead: `move_ticket` asks again, under a lock.
    """
    facts = workflow.Facts(
        is_rated=ticket.severity != Severity.UNRATED,
        has_release=with_release or ticket.release_id is not None,
        has_evidence=bool(ticket.evidence),
        has_reason=True,
    )
    try:
        workflow.after(State(ticket.state), move, facts)
    except workflow.NotPossible as error:
        return _MISSING[error.code][1]
    return ""


def _is_another(row: Ticket, actor: Any) -> bool:
    """Whether a person asks who did not work on the fix, be it by somebody else's hand or a program's."""
    person = person_of(actor)
    return person is not None and not has_worked_on(person, row)


def _leave(row: Ticket, move: Move, reason: str) -> None:
    """What no longer holds once the ticket has moved."""
    row.reason, row.risk_owner, row.accepted_until = reason, None, None
    if move in (Move.REOPEN, Move.EXPIRE):
        row.closed_at = None
        if row.state != State.FIXED:
            # It was over, and is owed again: who was told once is told anew.
            forget_steps(row)
        # A release that is deployed carries no further fix.
        if row.release and row.release.state != ReleaseState.PLANNED:
            row.release = None
    if move == Move.REOPEN:
        if row.state in (State.VERIFIED, State.CLOSED):
            # It was gone: whoever remedies it now did not have the days that it was there before.
            row.returned_at = timezone.now()
            set_due_by_policy(row, row.programme)
        row.fixed_by = row.verified_by = None
        row.fixed_with.clear()
        row.fixed_at = row.verified_at = None
        row.evidence, row.duplicate_of = "", None


def _arrive(row: Ticket, state: State, actor: Any) -> None:
    now = timezone.now()
    row.state, row.state_since = state, now
    if state == State.FIXED:
        row.fixed_by, row.fixed_at = person_of(actor), now
        row.fixed_with.add(*people_behind(actor), *([row.assignee] if row.assignee else []))
    elif state == State.VERIFIED:
        row.verified_by, row.verified_at = person_of(actor), now
    elif state in workflow.ENDED:
        row.closed_at = now


def _save(row: Ticket, before: dict[str, Any], actor: Any) -> None:
    after = _facts_of(row)
    write_change(row, before=before, after=after, actor=actor, tag=Tag.TICKET_MOVED)
    row.save()
    tell_watchers(
        row,
        "moved",
        actor=actor,
        before=State(before["state"]).label,
        after=State(after["state"]).label,
    )


def _demand_original(row: Ticket, original: Ticket) -> None:
    if (
        original.programme_id != row.programme_id
        or original.pk == row.pk
        or original.duplicate_of_id
    ):
        words = _("Name another ticket of the same programme that is no duplicate itself.")
        raise Refused(words, fields={"duplicate_of": [words]})


def _hand_on_duplicates(row: Ticket, original: Ticket, actor: Any) -> None:
    """What was a duplicate of it is one of its original: nobody has to follow a chain, nor misses its end."""
    for one in duplicates_of(row):
        other = locked(one)
        other.duplicate_of = original
        other.save(update_fields=["duplicate_of"])
        write_change(
            other,
            before={"duplicate_of": row},
            after={"duplicate_of": original},
            actor=actor,
            tag=Tag.TICKET_EDITED,
        )


def _demand_end(until: date) -> None:
    if not today() < until <= today() + LONGEST_ACCEPTANCE:
        words = _("Choose a day within the next twelve months.")
        raise Refused(words, fields={"accepted_until": [words]})
