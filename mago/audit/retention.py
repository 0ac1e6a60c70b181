"""Old events are let go, so that what remains still verifies.

A piece of the chain is checked, signed for in a segment record, and then deleted in small steps, so
that nobody who writes waits for it. A run that is cut short is finished by the next.
"""

import hashlib
import logging
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from . import append_only, canonical, marks, selectors, statements
from .checkpoints import checkpoint_at, checkpoints_between, vouches_for
from .exporting import piece
from .models import AuditEvent, AuditLink, AuditSegment, AuditStream
from .pseudonyms import forget_before
from .segments import Place, newest_segment, start
from .services import BATCH, record
from .tags import Tag
from .turns import turn

SEGMENT = 10_000
# A segment that is not full waits so long for more.
PATIENCE = timedelta(days=1)
# Deleted at once, and the pause after it in seconds. Most of the time is pause: who waits for
# SQLite's lock looks again after 1, 3, 8, 18 and 33 ms, and then less and less often.
STEP, PAUSE, REST = 50, 0.015, 3
# Where the machine is busy or the disk slow, fewer are: as many as take so many seconds, and at least LEAST.
AIM, LEAST = 0.005, 5

logger = logging.getLogger(__name__)


class ChainDoesNotHold(Exception):
    """Nothing is removed from a trail that is broken: it is evidence."""


def remove_expired(*, seconds: float = 3.0) -> int:
    """Events older than the setting are gone, or as many as can be in that time; how many links.

    Raises ChainDoesNotHold, once it comes to a link that does not.
    """
    end = time.monotonic() + seconds
    removed = _sweep(end)  # What an earlier run did not finish.
    days: int = settings.AUDIT_RETENTION_DAYS
    if not days:
        return removed
    cutoff = timezone.now() - timedelta(days=days)
    forget_before(cutoff)
    while time.monotonic() < end and _close_segment(cutoff):
        removed += _sweep(end)
    return removed


@dataclass
class _Piece:
    """The links that go: from the place where the chain begins to the newest old one."""

    before: Place
    last: AuditLink
    oldest: datetime
    newest: datetime

    @property
    def count(self) -> int:
        return self.last.sequence - self.before.sequence


def _close_segment(cutoff: datetime) -> bool:
    """The oldest expired events, as many as a segment holds, are signed for; False if none is due."""
    before = start()
    old = _expired(before, cutoff, SEGMENT)
    if old is None or (old.count < SEGMENT and old.oldest > cutoff - PATIENCE):
        return False
    old = _signed(old, cutoff)
    archive = _archive(old)
    with turn():
        if start() != before:
            return False  # Another process was quicker.
        newest = newest_segment()
        number = newest.number + 1 if newest else 1
        place = {"first": before.sequence + 1, "last": old.last.sequence}
        statement = statements.state(
            "segment",
            number=number,
            count=old.count,
            hash_before=before.hash.hex(),
            hash_after=bytes(old.last.hash).hex(),
            oldest=canonical.moment(old.oldest),
            newest=canonical.moment(old.newest),
            time=canonical.moment(timezone.now()),
            **place,
            **archive,
        )
        AuditSegment.objects.create(
            number=number, last_sequence=old.last.sequence, statement=statement
        )
        record(Tag.AUDIT_EVENTS_REMOVED, segment=number, older_than=cutoff, removed=place | archive)
    return True


def _expired(before: Place, cutoff: datetime, most: int) -> _Piece | None:
    """The longest run of old events at the beginning of the chain; each link of it was checked."""
    found: _Piece | None = None
    previous, stop = before.hash, _last_removable()
    for link, event in _chain(before.sequence):
        if event is None or not canonical.link_holds(previous, link, event):
            logger.error(
                "The audit trail does not hold at link %d: nothing is removed", link.sequence
            )
            raise ChainDoesNotHold(link.sequence)
        if event.time >= cutoff or link.sequence > stop:
            return found
        previous = bytes(link.hash)
        if found is None:
            found = _Piece(before, link, event.time, event.time)
        found.last, found.newest = link, max(found.newest, event.time)
        found.oldest = min(found.oldest, event.time)
        if found.count == most:
            return found
    return found


def _last_removable() -> int:
    """The newest link stays, as the next one is made from it; and what a living stream still needs."""
    last = selectors.last_link()
    alive = AuditStream.objects.filter(is_enabled=True, dead_since=None)
    positions = alive.values_list("position", flat=True)
    return min([last.sequence - 1 if last else 0, *positions])


def _chain(after: int) -> Iterator[tuple[AuditLink, AuditEvent | None]]:
    expected = after + 1
    while links := list(selectors.links_after(after)[:BATCH]):
        events = selectors.readable(link.event_id for link in links)
        for link in links:
            whole = link.sequence == expected
            yield link, events.get(link.event_id) if whole else None
            expected += 1
        after = links[-1].sequence


def _signed(old: _Piece, cutoff: datetime) -> _Piece:
    """The piece up to its newest checkpoint; or up to its end, which is signed if there is none."""
    signed = checkpoints_between(old.before.sequence + 1, old.last.sequence)
    if signed:
        sequence = max(signed)
        link = AuditLink.objects.get(sequence=sequence)
        if not vouches_for(signed[sequence], sequence, bytes(link.hash)):
            raise ChainDoesNotHold(sequence)
        shorter = _expired(old.before, cutoff, sequence - old.before.sequence)
        assert shorter is not None
        return shorter
    if not canonical.link_is_ours(old.last):
        raise ChainDoesNotHold(old.last.sequence)
    with turn():
        checkpoint_at(old.last)
    return old


def _archive(old: _Piece) -> dict[str, str]:
    """The piece lies in the archive folder, if there is one; its name and SHA-256."""
    if not settings.AUDIT_ARCHIVE_DIR:
        return {}
    first, last = old.before.sequence + 1, old.last.sequence
    path = Path(settings.AUDIT_ARCHIVE_DIR) / f"audit-{first:012}-{last:012}.jsonl"
    draft, digest = path.with_suffix(".new"), hashlib.sha256()
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        for line in piece(first, last, named=False):
            file.write(data := line.encode())
            digest.update(data)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    return {"archive": path.name, "archive_sha256": digest.hexdigest()}


def _sweep(end: float) -> int:
    """What segments cover is deleted, until that moment; the number of links that are gone."""
    newest, oldest = newest_segment(), AuditLink.objects.order_by("sequence").first()
    if newest is None or oldest is None:
        return 0
    first = sequence = oldest.sequence
    step = STEP
    while sequence <= newest.last_sequence and time.monotonic() < end:
        begin = time.monotonic()
        last = min(sequence + step - 1, newest.last_sequence)
        _remove(sequence, last)
        sequence = last + 1
        took = time.monotonic() - begin
        step = next_step(step, took)
        time.sleep(max(PAUSE, REST * took))
    return sequence - first


def next_step(step: int, took: float) -> int:
    """How many to delete at once, where `step` of them took so many seconds.

    >>> next_step(50, 0.002), next_step(50, 0.01), next_step(25, 0.0025), next_step(5, 2)
    (50, 25, 50, 5)
    """
    return max(LEAST, min(STEP, int(step * AIM / max(took, 0.0001))))


def _remove(first: int, last: int) -> None:
    """These links are gone, with their events and what those are searched by."""
    with transaction.atomic():
        marks.remove(first, last)
        append_only.remove(connection, first, last)
