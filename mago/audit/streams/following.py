"""Each stream follows the chain from where it is: in order, at least once, by one worker at a time.

What a receiver refuses for what it says is sent in ever smaller pieces, until it is known which event
is meant; that one is set aside after some attempts, as a dead letter, and the stream goes on behind it.
"""

import logging
import random
import time
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from ..cleaning import MASKED, clean_text
from ..exporting import lines_after
from ..models import AuditDeadLetter, AuditStream, StreamKind
from ..services import record
from ..tags import Tag
from . import syslog, webhook
from .addresses import read_address
from .connecting import LONGEST, ContentRefused, StreamFailed
from .selectors import has_room

BATCH = 100
# So often an event is refused before it is set aside.
REFUSALS = 5
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
    """The stream has all there is, or as much as goes in SECONDS, or has failed; how many links it moved."""
    stream = _lease(stream_id)
    if stream is None:
        return 0
    begin, end = stream.position, time.monotonic() + SECONDS
    try:
        while time.monotonic() < end and _send_next(stream):
            pass
    except StreamFailed as error:
        _failed(stream, error)
    _still_ours(stream).update(leased_until=None)
    return stream.position - begin


def name_of(stream: AuditStream, first: int, last: int) -> str:
    """What a receiver knows these links by: the same whenever they are sent."""
    return f"{stream.id}-{first}-{last}"


def deliver(stream: AuditStream, name: str, lines: list[str]) -> None:
    """The other side has these lines; StreamFailed otherwise."""
    place = read_address(stream.kind, stream.address)
    SENDERS[StreamKind(stream.kind)](place, stream.secret, name, lines)


def words_of(stream: AuditStream, error: object) -> str:
    """What is kept of a failure: a line, without the secret and the path, which the other side may have repeated."""
    text = str(error)
    for hidden in (stream.secret, stream.address.removeprefix(stream.place)):
        if len(hidden) > 1:
            text = text.replace(hidden, MASKED)
    return clean_text(text, 300)


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


def _send_next(stream: AuditStream) -> bool:
    """The stream is one batch, or one attempt at it, further; False if there is none, or the lease was lost."""
    most = min(stream.at_once or BATCH, BATCH)
    lines, position = lines_after(stream.position, most)
    if not lines:
        return False
    try:
        deliver(stream, name_of(stream, stream.position + 1, position), lines)
    except ContentRefused as error:
        # Of what lies before the first link there are only segments, which go with it.
        if (links := min(most, position - stream.position)) > 1:
            return _sends_less(stream, links // 2)
        stream.at_once, stream.refusals = 1, stream.refusals + 1
        if stream.refusals < REFUSALS or not has_room(stream):
            raise
        return _set_aside(stream, position, error)
    stream.at_once = most * 2 if most * 2 < BATCH else None
    return _moved(stream, position, sent_at=timezone.now())


def _moved(stream: AuditStream, position: int, **fields: Any) -> bool:
    stream.position, stream.failures, stream.failing_since = position, 0, None
    stream.refusals = 0
    return bool(
        _still_ours(stream).update(
            position=position,
            failures=0,
            failing_since=None,
            next_attempt_at=None,
            last_error="",
            at_once=stream.at_once,
            refusals=0,
            **fields,
        )
    )


def _sends_less(stream: AuditStream, links: int) -> bool:
    stream.at_once = links
    return bool(_still_ours(stream).update(at_once=links))


@transaction.atomic
def _set_aside(stream: AuditStream, position: int, error: ContentRefused) -> bool:
    """What lies up to there is a dead letter, and the stream goes on behind it."""
    told: dict[str, Any] = {
        "first": stream.position + 1,
        "last": position,
        "reason": words_of(stream, error),
        "attempts": stream.refusals,
    }
    if not _moved(stream, position):
        return False
    AuditDeadLetter.objects.create(stream=stream, created_at=timezone.now(), **told)
    record(Tag.AUDIT_LETTER_SET_ASIDE, target=stream, **told)
    logger.warning("audit stream %s set link %d aside: %s", stream.id, position, told["reason"])
    return True


def _failed(stream: AuditStream, error: StreamFailed) -> None:
    now = timezone.now()
    failures, since = stream.failures + 1, stream.failing_since or now
    longest = timedelta(hours=settings.AUDIT_STREAM_GIVE_UP_HOURS)
    is_dead = now - since >= longest
    delay = min(LONGEST_DELAY, FIRST_DELAY * 2 ** min(failures - 1, 10))
    delay *= random.uniform(0.8, 1.2)  # noqa: S311 - so that streams do not all try at once
    text = words_of(stream, error)
    with transaction.atomic():
        changed = _still_ours(stream).update(
            failures=failures,
            failing_since=since,
            next_attempt_at=now + timedelta(seconds=delay),
            last_error=text,
            at_once=stream.at_once,
            refusals=stream.refusals,
            dead_since=now if is_dead else None,
        )
        if changed and is_dead:
            record(Tag.AUDIT_STREAM_DIED, target=stream, reason=text, since=since)
    if is_dead:
        logger.error("audit stream %s gave up: %s", stream.id, text)
