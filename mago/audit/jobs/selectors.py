"""Reading what was asked for."""

from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet

from mago.core.errors import NotFound

from ..models import AuditJob, JobKind, JobState


def exports_of(actor_id: UUID, organization_id: UUID | None) -> QuerySet[AuditJob]:
    """The exports that somebody asked for, of one organization or of the whole trail, the newest first."""
    found = AuditJob.objects.filter(kind=JobKind.EXPORT, actor_id=actor_id)
    return found.filter(organization_id=organization_id).order_by("-created_at", "-id")


def export_for(actor_id: UUID, organization_id: UUID | None, key: UUID) -> AuditJob:
    """An export of one's own; NotFound for anybody else's."""
    job = exports_of(actor_id, organization_id).filter(pk=key).first()
    if job is None:
        raise NotFound
    return job


def expires_at(job: AuditJob) -> datetime | None:
    """When the file of an export is deleted."""
    if job.state != JobState.DONE or job.finished_at is None:
        return None
    return job.finished_at + timedelta(hours=settings.AUDIT_EXPORT_HOURS)


def verifications() -> QuerySet[AuditJob]:
    """All verifications that were asked for, the newest first."""
    return AuditJob.objects.filter(kind=JobKind.VERIFICATION).order_by("-created_at", "-id")
