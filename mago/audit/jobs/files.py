"""Where the file of an export lies, from its first line until it is deleted."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TextIO

from django.conf import settings

from ..exporting import Format
from ..models import AuditJob


def path_of(job: AuditJob) -> Path:
    folder: Path = settings.AUDIT_EXPORT_DIR
    return folder / f"{job.pk}.{Format(job.question['format'])}"


@contextmanager
def new_file(job: AuditJob) -> Iterator[TextIO]:
    """A file that only we may read, and that has its name once it is whole."""
    path = path_of(job)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = path.with_suffix(f".{job.attempts}.part")
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", errors="replace", newline="") as file:
            yield file
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def delete_strays(before: datetime) -> None:
    """Files that no job knows, as a worker died between two steps, are gone once they are that old."""
    folder: Path = settings.AUDIT_EXPORT_DIR
    for found in folder.glob("*") if folder.is_dir() else ():
        if found.stat().st_mtime < before.timestamp():
            found.unlink(missing_ok=True)


def delete_files(job: AuditJob) -> None:
    """Nothing of the export is left on the disk."""
    path = path_of(job)
    for found in (path, *path.parent.glob(f"{job.pk}.*.part")):
        found.unlink(missing_ok=True)
