"""The file of an export, as an answer to a request."""

from django.http import FileResponse

from mago.audit.exporting import Format

from .services import open_file
from .work import Export


def file_of(export: Export) -> FileResponse:
    """The file, piece by piece, to be saved under a name that says what it holds; raises as `open_file`."""
    file, job = open_file(export), export.job
    format = Format(job.options["format"])
    name = f"{export.kind.partition('.')[2]}-{job.created_at:%Y-%m-%d-%H%M}.{format}"
    return FileResponse(file, as_attachment=True, filename=name, content_type=format.content_type)
