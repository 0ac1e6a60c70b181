"""Exports and verifications are asked for, handed out, and forgotten."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, BinaryIO
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from mago.core.context import caller
from mago.core.errors import Conflict, NotFound

from ..cleaning import clean_text
from ..exporting import Format
from ..models import OPEN, AuditJob, JobKind, JobState
from ..services import record
from ..tags import Tag
from .files import delete_files, delete_strays, path_of

# So many files of one person lie on the disk at once.
KEPT = 3
REMEMBERED = timedelta(days=90)


@transaction.atomic
def request_export(
    *,
    format: Format,
    filters: Mapping[str, Any],
    actor: Any,
    organization_id: UUID | None = None,
) -> AuditJob:
    """A worker writes what `filters` of `search.find` find into a file, which is `actor`'s alone.

    Conflict while an earlier one of theirs is not finished; their oldest files make room.
    """
    asked = {name: _text(value) for name, value in filters.items() if value is not None}
    question = {"format": format.value, "filters": asked}
    job = _ask(JobKind.EXPORT, question, actor, organization_id)
    record(
        Tag.AUDIT_EXPORTED,
        actor=actor,
        organization_id=organization_id,
        format=format,
        filters=asked,
    )
    mine = AuditJob.objects.filter(kind=JobKind.EXPORT, actor_id=actor.pk).order_by(
        "-created_at", "-id"
    )
    for old in mine[KEPT:]:
        delete_job(old, actor=actor)
    return job


@transaction.atomic
def request_verification(*, actor: Any) -> AuditJob:
    """A worker looks at the whole trail. Conflict while an earlier one that `actor` asked for is not finished."""
    return _ask(JobKind.VERIFICATION, {}, actor, None)


@transaction.atomic
def delete_job(job: AuditJob, *, actor: Any) -> None:
    """The export is gone, with its file, and that somebody deleted it is recorded."""
    # Locked, so that of two who delete it at once one is recorded.
    if row := AuditJob.objects.select_for_update().filter(pk=job.pk).first():
        record(
            Tag.AUDIT_EXPORT_DELETED,
            actor=actor,
            target=row,
            organization_id=row.organization_id,
        )
        forget_job(row)


def forget_job(job: AuditJob) -> None:
    """The job is gone, with its file; one that is being done stops at its next step."""
    if job.kind == JobKind.EXPORT:
        delete_files(job)
    job.delete()


def open_file(job: AuditJob, *, actor: Any) -> BinaryIO:
    """The file of an export, to be handed out; that it was taken is recorded. NotFound while it is not done."""
    path = path_of(job)
    if job.state != JobState.DONE or not path.is_file():
        raise NotFound(_("There is no file any more. Ask for another export."))
    file = path.open("rb")
    record(
        Tag.AUDIT_EXPORT_DOWNLOADED,
        actor=actor,
        target=job,
        organization_id=job.organization_id,
    )
    return file


def remove_old() -> None:
    """Files of exports are gone after their time, and what was asked for long ago is forgotten."""
    now = timezone.now()
    done = now - timedelta(hours=settings.AUDIT_EXPORT_HOURS)
    is_old = Q(kind=JobKind.EXPORT, finished_at__lt=done) | Q(finished_at__lt=now - REMEMBERED)
    for job in AuditJob.objects.filter(is_old).exclude(state__in=OPEN):
        forget_job(job)
    delete_strays(done)


def _ask(
    kind: JobKind, question: dict[str, Any], actor: Any, organization_id: UUID | None
) -> AuditJob:
    who = caller()
    try:
        with transaction.atomic():
            return AuditJob.objects.create(
                kind=kind,
                actor_id=actor.pk,
                actor_label=clean_text(getattr(actor, "email", "") or actor, 254),
                organization_id=organization_id,
                address=clean_text(who.address, 45),
                request_id=clean_text(who.request_id, 64),
                question=question,
                created_at=timezone.now(),
            )
    except IntegrityError:
        words = _("What you asked for before is not finished yet. Wait for it, or delete it.")
        raise Conflict(words, code="still_running") from None


def _text(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
