"""Where the file of an export lies, from its first line until its time is over."""

import os
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from mago.core.errors import Conflict
from mago.jobs.models import Job


def path_of(job: Job) -> Path:
    folder: Path = settings.EXPORT_DIR
    return folder / f"{job.pk}.{job.options['format']}"


def write(job: Job, offset: int, text: str) -> int:
    """`text` stands in the file from the byte `offset` on, and nothing behind it; gives the byte after it.

    What a worker wrote that died before it could say so is written over. Conflict where the file is gone.
    """
    path = path_of(job)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
    with os.fdopen(handle, "wb") as file:
        if file.seek(0, os.SEEK_END) < offset:
            raise Conflict(_("There is no file any more. Ask for another export."), code="gone")
        file.truncate(offset)
        file.seek(offset)
        file.write(text.encode("utf-8", "replace"))
        return file.tell()


def delete(job: Job) -> None:
    path_of(job).unlink(missing_ok=True)


def delete_before(moment: datetime) -> None:
    """Files that old are gone, whether a job knows of them or not."""
    folder: Path = settings.EXPORT_DIR
    for found in folder.glob("*") if folder.is_dir() else ():
        if found.stat().st_mtime < moment.timestamp():
            found.unlink(missing_ok=True)
