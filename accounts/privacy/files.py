"""Where the copy of a person's data lies, until it is downloaded or its time is over."""

import os
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from django.conf import settings

from .models import DataRequest


def path_of(request: DataRequest) -> Path:
    folder: Path = settings.PRIVACY_EXPORT_DIR
    return folder / f"{request.pk}.json"


def write(request: DataRequest, pieces: Iterable[str]) -> None:
    """A file that only we may read, and that has its name once it is whole."""
    path = path_of(request)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = path.with_suffix(f".{request.attempts}.part")
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", errors="replace") as file:
            for piece in pieces:
                file.write(piece)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def delete_before(moment: datetime) -> None:
    """Files that old are gone, whether a request knows of them or not."""
    folder: Path = settings.PRIVACY_EXPORT_DIR
    for found in folder.glob("*") if folder.is_dir() else ():
        if found.stat().st_mtime < moment.timestamp():
            found.unlink(missing_ok=True)
