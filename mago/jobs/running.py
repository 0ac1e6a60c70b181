"""A worker does the items of a job, one by one or some at once: in one transaction with saying so, so that each is done once.

A worker that dies is followed by another, which goes on where it stopped.
"""

import logging
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone, translation

from mago.audit.cleaning import clean_text
from mago.core.context import Caller, calling
from mago.core.errors import NotFound, Refused
from mago.core.sql import SHARED, Statement

from .kinds import Work, work_for
from .models import Item, Job, Outcome, State

LEASE = timedelta(seconds=60)
TOLD_EVERY = 1.0
MOST_ATTEMPTS = 20
BATCH = 100
MOST_RUNNING = 2

# Of ten thousand items each is taken once, and none of a job that was stopped: whoever stops it, to take back what is
# done, waits for the item that is at work.
_OWN = f"SELECT id FROM {Job._meta.db_table} WHERE id = %s AND attempts = %s AND state = '{State.RUNNING}'{SHARED}"  # noqa: S608 - our own name
_TAKE = Statement(
    f"WITH own AS ({_OWN}) UPDATE {Item._meta.db_table} SET outcome = %s"  # noqa: S608 - our own names
    " WHERE id = %s AND outcome = %s AND EXISTS (SELECT 1 FROM own) RETURNING id"
)
_HOLD = Statement(_OWN)

logger = logging.getLogger(__name__)


def due_jobs() -> list[UUID]:
    """Those that nobody works for, as many as may run beside those that somebody does."""
    now = timezone.now()
    busy = Job.objects.filter(state=State.RUNNING, leased_until__gte=now).count()
    due = Job.objects.filter(_is_due(now)).order_by("created_at").values_list("id", flat=True)
    return list(due[: max(0, MOST_RUNNING - busy)])


def run(job_id: UUID) -> None:
    """Every item that waited is done, or says why not; unless the job is somebody else's, or was cancelled."""
    job = _lease(job_id)
    if job is None:
        return
    try:
        work = work_for(job)
    except NotFound:
        # Of a newer version, whose workers are just being started: one of them takes it.
        _ours(job).update(state=State.WAITING, leased_until=None)
        return
    try:
        with calling(_caller_of(job)), translation.override(job.language or None):
            finished = _run_items(job, work)
    except Exception:
        logger.exception("background job failed: %s", job)
        _ours(job).update(state=State.FAILED, finished_at=timezone.now(), leased_until=None)
        return
    if finished:
        _ours(job).update(state=State.DONE, finished_at=timezone.now(), leased_until=None)


def _run_items(job: Job, work: Work) -> bool:
    """True once nothing waits; False where the job is no longer ours."""
    told = time.monotonic()
    while batch := list(job.items.filter(outcome=Outcome.WAITING).order_by("number")[:BATCH]):
        for some in _parts(batch, work.together):
            if time.monotonic() - told > TOLD_EVERY:
                told = time.monotonic()
                if not _ours(job).update(leased_until=timezone.now() + LEASE):
                    return False
            if not _do_some(work, some) and not _ours(job).exists():
                return False
    return bool(_ours(job).exists())


def _parts(items: list[Item], size: int) -> Iterator[list[Item]]:
    yield from (items[start : start + size] for start in range(0, len(items), size))


def _do_some(work: Work, some: Sequence[Item]) -> bool:
    """As `_do`, for each of them; whether any of them was still to be done."""
    if len(some) > 1 and _done_at_once(work, some):
        return True
    return sum(_do(work, item) for item in some) > 0


def _done_at_once(work: Work, some: Sequence[Item]) -> bool:
    """False where nothing was done, because something stands against all of them together."""
    waiting = Item.objects.filter(pk__in=[item.pk for item in some], outcome=Outcome.WAITING)
    try:
        with transaction.atomic():
            if not _HOLD.run(_own(work.job)):
                return False
            taken = set(waiting.select_for_update().values_list("pk", flat=True))
            waiting.update(outcome=Outcome.DONE)
            refused = work.do_all([item for item in some if item.pk in taken])
            for item, refusal in refused.items():
                Item.objects.filter(pk=item.pk).update(**_told(refusal))
    except Refused:
        return False
    return True


def _do(work: Work, item: Item) -> bool:
    """The item is done, and says so, at once or not at all; False for one that somebody else has done, or of a job that
    was stopped, which is left alone."""
    try:
        with transaction.atomic():
            taken = _TAKE.run([*_own(work.job), Outcome.DONE.value, item.pk, Outcome.WAITING.value])
            if taken:
                work.do(item)
            return bool(taken)
    except Refused as refusal:
        Item.objects.filter(pk=item.pk, outcome=Outcome.WAITING).update(**_told(refusal))
        return True


def _own(job: Job) -> list[Any]:
    return [job.pk, job.attempts]


def _told(refusal: Refused) -> dict[str, str]:
    words = next((words for field in refusal.fields.values() for words in field), refusal.detail)
    return {"outcome": Outcome.REFUSED, "message": clean_text(words, 300)}


def _caller_of(job: Job) -> Caller:
    """Whoever started it, as they were then: what their conditions ask of the network or the factor still counts."""
    kept = Caller(**job.caller)
    at, permits = job.caller.get("authenticated_at"), job.caller.get("permits")
    return replace(
        kept,
        authenticated_at=datetime.fromisoformat(at) if at else None,
        permits=None if permits is None else frozenset(permits),
        application=tuple(kept.application),
    )


def _is_due(now: datetime) -> Q:
    return Q(state=State.WAITING) | Q(state=State.RUNNING, leased_until__lt=now)


def _lease(job_id: UUID) -> Job | None:
    now = timezone.now()
    free = Job.objects.filter(_is_due(now), pk=job_id)
    if free.filter(attempts__gte=MOST_ATTEMPTS).update(state=State.FAILED, finished_at=now):
        return None
    taken = {"state": State.RUNNING, "leased_until": now + LEASE}
    if not free.update(attempts=F("attempts") + 1, **taken):
        return None
    return Job.objects.filter(pk=job_id).first()


def _ours(job: Job) -> QuerySet[Job]:
    # Each attempt has its number: who lost the lease does not write over who has it now.
    return Job.objects.filter(pk=job.pk, state=State.RUNNING, attempts=job.attempts)
