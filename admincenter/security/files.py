"""Files that people send: what they are is told by their first bytes, and they lie under random names.

They are below the data folder, which no web server serves, and are only ever given back as a download.
"""

import codecs
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

from django.conf import settings
from django.db import transaction
from django.http import FileResponse
from django.utils.translation import gettext as _

from mago.core.errors import NotFound, Refused
from mago.core.forms import unusable
from mago.core.ids import new_secret

# What Django gives a view of a file that was sent; its type takes a parameter that the class does not.
Upload = Any

LARGEST = 10 * 1024 * 1024
LONGEST_NAME = 120
_HEAD = 16

# By their first bytes (Wikipedia, List of file signatures). What a browser would run is text to us, and told as that.
_KINDS = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"%PDF-", "application/pdf"),
    (b"PK\x03\x04", "application/zip"),
    (b"\x1f\x8b", "application/gzip"),
)
TEXT = "text/plain; charset=utf-8"


@dataclass(frozen=True)
class Stored:
    """What the row of a file says: its random name, type, size in bytes and SHA-256 in hex."""

    stored_as: str
    content_type: str
    size: int
    sha256: str
    name: str


def store(upload: Upload, field: str = "file") -> Stored:
    """The file lies in the folder, readable to us alone. Refused for what is too large, empty, or of no known type."""
    size = upload.size or 0
    if not 0 < size <= LARGEST:
        words = _("The file is empty.") if not size else _("The file is larger than 10 MiB.")
        raise Refused(words, fields={field: [words]}, code="bad_file")
    name, digest = new_secret(), hashlib.sha256()
    content_type = _sniffed(upload, field)
    path = path_of(name)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            for piece in upload.chunks():
                digest.update(piece)
                file.write(piece)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return Stored(name, content_type, size, digest.hexdigest(), _clean(upload.name or ""))


@contextmanager
def stored(upload: Upload) -> Iterator[Stored]:
    """As `store`, in a transaction that writes the row of the file; where that fails, the bytes are gone again."""
    kept = store(upload)
    try:
        with transaction.atomic():
            yield kept
    except BaseException:
        delete(kept.stored_as)
        raise


def _sniffed(upload: Upload, field: str) -> str:
    upload.seek(0)
    head = upload.read(_HEAD)
    found = next((kind for mark, kind in _KINDS if head.startswith(mark)), "")
    upload.seek(0)
    if found or _is_text(upload):
        upload.seek(0)
        return found or TEXT
    words = _("Only pictures, PDF, ZIP, gzip and text in UTF-8 can be kept.")
    raise Refused(words, fields={field: [words]}, code="bad_file")


def _is_text(upload: Upload) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for piece in upload.chunks():
            if b"\x00" in piece:
                return False
            decoder.decode(piece)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _clean(name: str) -> str:
    """A name to show, and to offer for saving: no path, nothing that breaks or turns a line.

    >>> _clean("../../etc/passwd"), _clean("a\\u202egnp.exe"), _clean("C:\\\\x\\\\report.pdf")
    ('passwd', 'a_gnp.exe', 'report.pdf')
    """
    last = name.replace("\\", "/").rsplit("/", 1)[-1].strip() or "file"
    kept = "".join("_" if unusable(c) or c in '"<>|:*?' else c for c in last)
    return kept[-LONGEST_NAME:]


def path_of(stored_as: str) -> Path:
    folder: Path = settings.SECURITY_FILES_DIR
    return folder / stored_as


def open_file(stored_as: str) -> BinaryIO:
    """NotFound where the disk does not have it."""
    try:
        return path_of(stored_as).open("rb")
    except FileNotFoundError:
        raise NotFound from None


def delete(stored_as: str) -> None:
    path_of(stored_as).unlink(missing_ok=True)


def strays(before: datetime) -> Iterator[Path]:
    """Files older than that; whoever asks knows which of them have a row."""
    folder: Path = settings.SECURITY_FILES_DIR
    for path in folder.glob("*") if folder.is_dir() else ():
        if path.stat().st_mtime < before.timestamp():
            yield path


def download(row: Any) -> FileResponse:
    """The answer with which a file is given back: to be saved, never to be shown (ASVS 5.4.1, 3.2.1)."""
    response = FileResponse(
        open_file(row.stored_as),
        as_attachment=True,
        filename=row.name,
        content_type=row.content_type,
    )
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response.headers["Cache-Control"] = "no-store"
    return response
