"""Exports of lists are asked for, downloaded, and gone after their time."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, BinaryIO
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.organizations.models import Organization
from mago.audit.exporting import Format
from mago.audit.services import record
from mago.audit.tags import Tag
from mago.core.errors import Conflict, NotFound
from mago.jobs.kinds import work_class
from mago.jobs.models import OPEN, Job, State
from mago.jobs.services import draft_job, start_job

from . import files
from .work import Export, page_draft

# So many files of one person lie on the disk at once.
KEPT = 3


@dataclass(frozen=True)
class Standing:
    """How far an export is: the rows and bytes of its file, whether there were more than it takes, and, while it can
    be downloaded, until when."""

    rows: int
    size: int
    cut: bool
    expires_at: datetime | None


@transaction.atomic
def request_export(
    wanted: type[Export],
    *,
    format: Format,
    filters: Mapping[str, str],
    actor: Any,
    organization: Organization | None = None,
) -> Job:
    """A worker writes what the filters of the list find into a file, which is `actor`'s alone.

    Refused for filters that are wrong; Conflict while an earlier one of theirs is not finished. Their oldest files
    make room.
    """
    key: UUID | None = organization.pk if organization else None
    asked: dict[str, Any] = {"format": format.value, "filters": dict(filters)}
    trial = wanted(Job(kind=wanted.kind, actor_id=actor.pk, organization_id=key, options=asked))
    trial.demand()
    chosen = trial.filters().chosen
    asked["filters"] = {name: _kept(chosen[name], filters[name]) for name in chosen}
    mine = Job.objects.filter(actor_id=actor.pk, kind__startswith="export.")
    if mine.filter(state__in=OPEN).exists():
        words = _("What you asked for before is not finished yet. Wait for it, or stop it.")
        raise Conflict(words, code="still_running")
    for old in mine.order_by("-created_at", "-id")[KEPT - 1 : KEPT + 1]:
        files.delete(old)
    job = draft_job(
        wanted.kind,
        [page_draft(0, "")],
        actor=actor,
        organization_id=key,
        rows=0,
        bytes=0,
        complete=False,
        cut=False,
        **asked,
    )
    start_job(job, actor=actor)
    return job


def standing_of(job: Job) -> Standing | None:
    """None for a job that is about something else."""
    if not issubclass(work_class(job.kind), Export):
        return None
    told = job.options
    return Standing(told["rows"], told["bytes"], told["cut"], _expires_at(job))


def export_of(job: Job) -> Export:
    """What a job exports; NotFound for one that is about something else."""
    work = work_class(job.kind)(job)
    if not isinstance(work, Export):
        raise _gone()
    return work


def open_file(export: Export) -> BinaryIO:
    """The file of one's own export, to be handed out; that it was taken is recorded.

    Forbidden for whoever may not have the list any more. NotFound while it is not done, and after its time.
    """
    export.demand()
    path = files.path_of(export.job)
    if _expires_at(export.job) is None or not path.is_file():
        raise _gone()
    file = path.open("rb")
    record(
        Tag.LIST_EXPORT_DOWNLOADED,
        actor=export.actor,
        target=export.job,
        organization_id=export.job.organization_id,
        list=export.kind,
    )
    return file


def remove_old() -> None:
    """Files are gone after their time; the jobs that wrote them are remembered like others."""
    files.delete_before(timezone.now() - _lifetime())


def _gone() -> NotFound:
    return NotFound(_("There is no file any more. Ask for another export."))


def _kept(value: object, sent: str) -> str:
    # Somebody who was named by an address is kept by key, which an erasure leaves meaningless.
    return str(value) if isinstance(value, UUID) else sent


def _expires_at(job: Job) -> datetime | None:
    if job.state != State.DONE or job.finished_at is None or not job.options["complete"]:
        return None
    end: datetime = job.finished_at + _lifetime()
    return end if end > timezone.now() else None


def _lifetime() -> timedelta:
    return timedelta(hours=settings.EXPORT_HOURS)
