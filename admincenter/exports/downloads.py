"""The file of an export, of a list or of the trail, as an answer to a request."""

from datetime import datetime
from typing import Any, BinaryIO

from django.http import FileResponse

from mago.audit.exporting import Format
from mago.audit.jobs import services as trail
from mago.audit.models import AuditJob

from .services import open_file
from .work import Export


def file_of(export: Export) -> FileResponse:
    """The file, piece by piece, to be saved under a name that says what it holds; raises as `open_file`."""
    job = export.job
    what = export.kind.partition(".")[2]
    return _answer(open_file(export), what, job.created_at, Format(job.options["format"]))


def file_of_trail(job: AuditJob, *, actor: Any) -> FileResponse:
    """As `file_of`, of an export of the audit trail; raises as its `open_file`."""
    file = trail.open_file(job, actor=actor)
    return _answer(file, "audit", job.created_at, Format(job.question["format"]))


def _answer(file: BinaryIO, what: str, made_at: datetime, format: Format) -> FileResponse:
    name = f"{what}-{made_at:%Y-%m-%d-%H%M}.{format}"
    return FileResponse(file, as_attachment=True, filename=name, content_type=format.content_type)
