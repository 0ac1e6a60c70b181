"""Each stream follows the chain from where it is: in order, at least once, by one worker at a time."""

import logging
import random
import time
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from ..cleaning import clean_text
from ..exporting import lines_after
from ..models import AuditStream, StreamKind
from ..services import record
from ..tags import Tag
from . import syslog, webhook
from .addresses import read_address
from .connecting import LONGEST, StreamFailed

BATCH = 100
# A worker that dies keeps its stream no longer; a batch takes LONGEST at most.
LEASE = timedelta(seconds=60)
SECONDS = 3.0
FIRST_DELAY, LONGEST_DELAY = 10.0, 600.0
SENDERS = {StreamKind.SYSLOG: syslog.send, StreamKind.WEBHOOK: webhook.send}

assert LEASE.total_seconds() > SECONDS + LONGEST

logger = logging.getLogger(__name__)


def due_streams() -> list[UUID]:
    """Those that may try now, and that nobody works for."""
    return list(AuditStream.objects.filter(_is_due(timezone.now())).values_list("id", flat=True))


def follow(stream_id: UUID) -> int:
    """The stream has all there is, or as much as goes in SECONDS, or has failed; links sent."""
    stream = _lease(stream_id)
    if stream is None:
        return 0
    begin, end = stream.position, time.monotonic() + SECONDS
    try:
        while time.monotonic() < end:
            lines, position = lines_after(stream.position, BATCH)
            if not lines:
                break
            deliver(stream, f"{stream.id}-{stream.position + 1}-{position}", lines)
            if not _moved(stream, position):
                break  # The lease was lost: somebody else goes on.
    except StreamFailed as error:
        _failed(stream, error)
    _still_ours(stream).update(leased_until=None)
    return stream.position - begin


def deliver(stream: AuditStream, name: str, lines: list[str]) -> None:
    """The other side has these lines; StreamFailed otherwise."""
    place = read_address(stream.kind, stream.address)
    SENDERS[StreamKind(stream.kind)](place, stream.secret, name, lines)


def _is_due(now: datetime) -> Q:
    is_free = Q(leased_until=None) | Q(leased_until__lt=now)
    may_try = Q(next_attempt_at=None) | Q(next_attempt_at__lte=now)
    return Q(is_enabled=True, dead_since=None) & is_free & may_try


def _lease(stream_id: UUID) -> AuditStream | None:
    now = timezone.now()
    mine = AuditStream.objects.filter(_is_due(now), id=stream_id)
    if not mine.update(leased_until=now + LEASE):
        return None
    return AuditStream.objects.filter(id=stream_id).first()


def _still_ours(stream: AuditStream) -> QuerySet[AuditStream]:
    return AuditStream.objects.filter(id=stream.id, leased_until=stream.leased_until)


def _moved(stream: AuditStream, position: int) -> bool:
    stream.position, stream.failures, stream.failing_since = position, 0, None
    return bool(
        _still_ours(stream).update(
            position=position,
            sent_at=timezone.now(),
            failures=0,
            failing_since=None,
            next_attempt_at=None,
            last_error="",
        )
    )


def _failed(stream: AuditStream, error: StreamFailed) -> None:
    now = timezone.now()
    failures, since = stream.failures + 1, stream.failing_since or now
    longest = timedelta(hours=settings.AUDIT_STREAM_GIVE_UP_HOURS)
    is_dead = now - since >= longest
    delay = min(LONGEST_DELAY, FIRST_DELAY * 2 ** min(failures - 1, 10))
    delay *= random.uniform(0.8, 1.2)  # noqa: S311 - so that streams do not all try at once
    text = clean_text(error, 300)
    with transaction.atomic():
        changed = _still_ours(stream).update(
            failures=failures,
            failing_since=since,
            next_attempt_at=now + timedelta(seconds=delay),
            last_error=text,
            dead_since=now if is_dead else None,
        )
        if changed and is_dead:
            record(Tag.AUDIT_STREAM_DIED, target=stream, reason=text, since=since)
    if is_dead:
        logger.error("audit stream %s gave up: %s", stream.id, text)
