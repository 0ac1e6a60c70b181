"""What tools found becomes tickets; what is known already stays the one that it is."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from mago.audit.services import record
from mago.audit.tags import Tag
from mago.core.errors import Conflict, NotFound, Refused

from ..exchange import osv, sarif, table, vex
from ..exchange.found import Found, Unreadable, fingerprint, load
from ..models import (
    PLATFORM_ID,
    Finding,
    PenetrationTest,
    Programme,
    Source,
    Tester,
    Ticket,
)
from ..workflow import Move, State
from .common import lock
from .moves import move_ticket
from .tickets import create_ticket

REGRESSION = "Found again"
# Tickets that one import makes or reopens: nobody else writes to SQLite meanwhile, which waits for so many seconds.
MOST_AT_ONCE = 1000


class Format(StrEnum):
    SARIF = "sarif"
    VEX = "vex"
    CSV = "csv"


OSV = "osv"


class Outcome(StrEnum):
    """What became of a row, or would."""

    NEW = "new"
    KNOWN = "known"
    BACK = "back"
    OVER = "over"
    WRONG = "wrong"
    LEFT = "left"


@dataclass
class Row:
    """`number` counts from 1; `ticket` is the one that is, or was, made of it; `errors` say what is wrong."""

    number: int
    found: Found
    outcome: Outcome
    ticket: Ticket | None = None


_READERS: dict[Format, Callable[..., list[Found]]] = {
    Format.SARIF: lambda data, source: sarif.read(load(data), source=source),
    Format.VEX: lambda data, source: vex.read(load(data), source=source),
    Format.CSV: lambda data, source: table.read(data, source=source),
}


def read_findings(data: bytes, format: Format, source: str) -> list[Found]:
    """What a file tells of; Refused for what is none of that format."""
    try:
        return _READERS[format](data, source)
    except Unreadable as error:
        raise Refused(error.why, fields={"file": [str(error.why)]}, code="unreadable") from None


def read_file(programme: Programme, data: bytes, format: str, source: str) -> list[Found]:
    """As `read_findings`; of the platform also what OSV knows of the very packages that it runs with."""
    if format != OSV:
        return read_findings(data, Format(format), source)
    if programme.pk != PLATFORM_ID:
        raise NotFound
    lock = Path(settings.BASE_DIR, "requirements.txt").read_text(encoding="utf-8")
    try:
        return osv.read(data, osv.pinned(lock), source=source)
    except Unreadable as error:
        raise Refused(error.why, fields={"file": [str(error.why)]}) from None


def import_findings(
    *,
    programme: Programme,
    found: Iterable[Found],
    actor: Any,
    dry_run: bool,
    test: PenetrationTest | None = None,
) -> list[Row]:
    """A ticket for each finding that is new, by its fingerprint; none for what is known, wrong or over.

    A ticket that was closed and is found again is triaged again. Beyond MOST_AT_ONCE, findings are left for when the
    same file comes again. The same file, imported again, changes nothing
    but when its findings were last seen. With `dry_run` nothing is written at all.
    """
    with transaction.atomic():
        lock(programme)
        rows = _decided(programme, list(found))
        if not dry_run:
            _carry_out(programme, rows, actor, test)
    return rows


def source_of(test: PenetrationTest | None, given: str) -> str:
    """What a test's findings come from is told by the test."""
    if test is None:
        return given
    return Source.CUSTOMER if test.tester == Tester.CUSTOMER else Source.PENETRATION_TEST


def _decided(programme: Programme, found: list[Found]) -> list[Row]:
    names = {name for one in found for name in one.fingerprints}
    known: dict[str, Ticket] = {}
    for batch in _batches(sorted(names)):
        rows = Finding.objects.of(programme).filter(fingerprint__in=batch)
        rows = rows.select_related("ticket__duplicate_of")
        # The work on a duplicate is its original's.
        known |= {row.fingerprint: row.ticket.duplicate_of or row.ticket for row in rows}
    decided: list[Row] = []
    seen, back, work = set[str](), set[Any](), 0
    for number, one in enumerate(found, 1):
        ticket = next((known[name] for name in one.fingerprints if name in known), None)
        outcome = _outcome(one, ticket, one.fingerprint in seen)
        if outcome == Outcome.BACK and ticket is not None:
            # By another of its fingerprints.
            outcome = Outcome.KNOWN if ticket.pk in back else outcome
            back.add(ticket.pk)
        if outcome in (Outcome.NEW, Outcome.BACK):
            work += 1
            outcome = outcome if work <= MOST_AT_ONCE else Outcome.LEFT
        decided.append(Row(number, one, outcome, ticket))
        seen.add(one.fingerprint)
    return decided


def _batches(names: list[str], size: int = 500) -> Iterable[list[str]]:
    return (names[start : start + size] for start in range(0, len(names), size))


def _outcome(one: Found, ticket: Ticket | None, again: bool) -> Outcome:
    if one.errors:
        return Outcome.WRONG
    if one.ended:
        return Outcome.OVER
    if ticket is None:
        return Outcome.KNOWN if again else Outcome.NEW
    return Outcome.BACK if ticket.state == State.CLOSED and not again else Outcome.KNOWN


def _carry_out(
    programme: Programme, rows: list[Row], actor: Any, test: PenetrationTest | None
) -> None:
    for row in rows:
        if row.outcome == Outcome.NEW:
            row.ticket = _make(programme, row.found, actor, test)
        elif row.outcome == Outcome.BACK and row.ticket is not None:
            row.ticket.programme = programme
            row.ticket = _bring_back(row.ticket, actor)
    again = [row.found for row in rows if row.outcome in (Outcome.KNOWN, Outcome.BACK)]
    seen = [name for found in again for name in found.fingerprints]
    for batch in _batches(seen):
        mine = Finding.objects.of(programme).filter(fingerprint__in=batch)
        mine.update(seen_at=timezone.now())
    if test is not None:
        _lead_to(test, [row for row in rows if row.outcome in (Outcome.KNOWN, Outcome.BACK)])
    counts: dict[str, Any] = {one.value: sum(row.outcome == one for row in rows) for one in Outcome}
    record(
        Tag.FINDINGS_IMPORTED,
        actor=actor,
        target=test or programme,
        organization_id=programme.organization_id,
        **counts,
    )


def _make(programme: Programme, one: Found, actor: Any, test: PenetrationTest | None) -> Ticket:
    where = f"\n\n{one.tool}: {one.rule} {one.location}".rstrip()
    ticket = create_ticket(
        programme=programme,
        title=one.title,
        source=one.source,
        description=(one.description + where).strip()[:20_000],
        component=one.component,
        vector=one.vector,
        severity=one.severity,
        actor=actor,
    )
    Finding.objects.create(
        programme=programme,
        fingerprint=one.fingerprint,
        ticket=ticket,
        test=test,
        tool=one.tool,
        rule=one.rule,
        location=one.location,
    )
    return ticket


def _lead_to(test: PenetrationTest, rows: list[Row]) -> None:
    """The test has found these, too, whoever found them first: its numbers would be better than it was."""
    led = set(
        Finding.objects.of(test.programme_id).filter(test=test).values_list("ticket", flat=True)
    )
    new = {row.ticket.pk: row for row in rows if row.ticket and row.ticket.pk not in led}
    Finding.objects.bulk_create(
        [
            Finding(
                programme_id=test.programme_id,
                # Its own is that of whoever found it first.
                fingerprint=fingerprint("test", str(test.pk), row.found.fingerprint),
                ticket=row.ticket,
                test=test,
                tool=row.found.tool,
                rule=row.found.rule,
                location=row.found.location,
            )
            for row in new.values()
        ],
        ignore_conflicts=True,
    )


def _bring_back(ticket: Ticket, actor: Any) -> Ticket:
    try:
        return move_ticket(ticket=ticket, move=Move.REOPEN, reason=REGRESSION, actor=actor)
    except Conflict:
        # Somebody else was quicker.
        return ticket
