"""A worker does what was asked for: one worker a job, and another if the first one dies."""

import logging
import time
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import F, Q
from django.utils import timezone

from mago.core.context import Caller, calling

from .. import selectors
from ..cleaning import clean_text
from ..exporting import Format, lines_of
from ..models import AuditJob, JobKind, JobState
from ..services import Asker, Outcome, record
from ..tags import Tag
from ..verification import verify
from .files import new_file

# A worker tells every second that it is alive; after so long somebody else begins anew.
LEASE = timedelta(seconds=60)
TOLD_EVERY = 1.0
MOST_ATTEMPTS = 3
MOST_RUNNING = 2

logger = logging.getLogger(__name__)


class Stopped(Exception):
    """The job was deleted, or is somebody else's by now."""


def due_jobs() -> list[UUID]:
    """Those that nobody works for, as many as may run beside those that somebody does."""
    now = timezone.now()
    busy = AuditJob.objects.filter(state=JobState.RUNNING, leased_until__gte=now).count()
    due = (
        AuditJob.objects.filter(_is_due(now))
        .order_by("created_at", "id")
        .values_list("id", flat=True)
    )
    return list(due[: max(0, MOST_RUNNING - busy)])


def run(job_id: UUID) -> None:
    """The job is done, or has failed for good; or it was not there to be done."""
    job = _lease(job_id)
    if job is None:
        return
    try:
        with calling(Caller(request_id=job.request_id, address=job.address)):
            answer = _WORK[JobKind(job.kind)](job, _Pulse(job))
    except Stopped:
        return
    except Exception as error:
        logger.exception("work on the audit trail failed: %s", job)
        _finish(job, state=JobState.FAILED, error=_reason(error))
    else:
        _finish(job, state=JobState.DONE, **answer)


class _Pulse:
    """Tells how far a job has come, and keeps it ours; Stopped once it is not."""

    def __init__(self, job: AuditJob) -> None:
        self.job, self.next, self.progress = job, 0.0, 0

    def again(self) -> None:
        """As far as it was told last, and at work still."""
        self(self.progress)

    def __call__(self, progress: int) -> None:
        self.progress = progress
        if time.monotonic() < self.next:
            return
        self.next = time.monotonic() + TOLD_EVERY
        if not _ours(self.job).update(progress=progress, leased_until=timezone.now() + LEASE):
            raise Stopped


def _is_due(now: datetime) -> Q:
    return Q(state=JobState.WAITING) | Q(state=JobState.RUNNING, leased_until__lt=now)


def _lease(job_id: UUID) -> AuditJob | None:
    now = timezone.now()
    free = AuditJob.objects.filter(_is_due(now), pk=job_id)
    worn_out = {"state": JobState.FAILED, "finished_at": now, "error": "interrupted"}
    if free.filter(attempts__gte=MOST_ATTEMPTS).update(**worn_out):
        return None
    taken = {"state": JobState.RUNNING, "leased_until": now + LEASE, "progress": 0}
    if not free.update(attempts=F("attempts") + 1, **taken):
        return None
    return AuditJob.objects.filter(pk=job_id).first()


def _ours(job: AuditJob) -> Any:
    # Each attempt has its number: who lost the lease does not write over who has it now.
    return AuditJob.objects.filter(pk=job.pk, state=JobState.RUNNING, attempts=job.attempts)


def _finish(job: AuditJob, *, state: JobState, **fields: Any) -> None:
    _ours(job).update(state=state, finished_at=timezone.now(), leased_until=None, **fields)


def _export(job: AuditJob, pulse: _Pulse) -> dict[str, Any]:
    period, filters = _criteria(job)
    count = 0
    with new_file(job) as file:
        asked = Format(job.question["format"])
        for line in lines_of(asked, **period, filters=filters, alive=pulse.again):
            file.write(line)
            count += 1
            pulse(count)
        size = file.tell()
        pulse.next = 0.0
        pulse(count)  # Deleted meanwhile: then the file gets no name.
    return {"progress": count, "answer": {"lines": count, "bytes": size}}


def _criteria(job: AuditJob) -> tuple[dict[str, datetime], dict[str, Any]]:
    asked = dict(job.question["filters"])
    moments = {name: asked.pop(name) for name in ("since", "until") if name in asked}
    for name in asked.keys() & {"actor", "organization"}:
        asked[name] = UUID(asked[name])
    if job.organization_id:
        asked["organization"] = job.organization_id
    return {name: datetime.fromisoformat(text) for name, text in moments.items()}, asked


def _verification(job: AuditJob, pulse: _Pulse) -> dict[str, Any]:
    last = selectors.last_link()
    _ours(job).update(total=last.sequence if last else 0)
    verdict = verify(told=pulse)
    broken = verdict.first_break
    problem = broken and {"kind": broken.kind.value, "link": broken.link, "event": broken.event}
    answer: dict[str, Any] = {
        "links": verdict.links,
        "removed": verdict.removed,
        "head": verdict.head,
        "problem": problem,
    }
    record(
        Tag.AUDIT_VERIFIED,
        actor=Asker(job.actor_id),
        outcome=Outcome.FAILURE if broken else Outcome.SUCCESS,
        **answer,
    )
    return {"progress": verdict.links, "answer": answer}


def _reason(error: Exception) -> str:
    told = error.strerror if isinstance(error, OSError) else type(error).__name__
    return clean_text(told or type(error).__name__, 300)


_WORK = {JobKind.EXPORT: _export, JobKind.VERIFICATION: _verification}
