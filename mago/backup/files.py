"""The files that people sent, which lie beside the database: into a backup and out of it.

What a file must be is told by its row, so a file that is missing or was changed is found and named.
"""

import base64
import hashlib
import os
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Any, NamedTuple

from django.db import connection

from admincenter.security.files import path_of
from admincenter.security.models import StoredFile

from .container import BadFile

# In bytes, and a multiple of three, so that no piece is padded.
PIECE = 3 << 16
_NAME = re.compile(r"[\w-]{1,43}")


class Kept(NamedTuple):
    """What the row of a file says of it."""

    kind: type[StoredFile]
    stored_as: str
    sha256: str
    name: str

    @property
    def is_there(self) -> bool:
        return path_of(self.stored_as).is_file()

    @property
    def problem(self) -> str:
        """Why it is not the file that was sent, or ""."""
        digest = hashlib.sha256()
        try:
            with path_of(self.stored_as).open("rb") as file:
                while piece := file.read(PIECE):
                    digest.update(piece)
        except OSError as error:
            return f"{self} cannot be read ({error.strerror})"
        return "" if digest.hexdigest() == self.sha256 else f"{self} was changed"

    def __str__(self) -> str:
        return f"{self.kind._meta.model_name} {self.name} ({self.stored_as})"


def of_snapshot(read: Any) -> Iterator[Kept]:
    """The files of the rows that `read` sees."""
    quote = connection.ops.quote_name
    for kind in _kinds():
        table = quote(kind._meta.db_table)
        statement = f"SELECT stored_as, sha256, name FROM {table} ORDER BY id"  # noqa: S608 - our own names
        # Another statement follows on the same reader.
        for stored_as, sha256, name in list(read(statement)):
            yield Kept(kind, stored_as, sha256, name)


def pieces(file: Kept) -> Iterator[str]:
    """What lies on the disk under that name, as text; nothing where it is gone by now."""
    with suppress(FileNotFoundError), path_of(file.stored_as).open("rb") as opened:
        while piece := opened.read(PIECE):
            yield base64.b64encode(piece).decode()


def is_wanted(file: Kept) -> bool:
    """Whether there still is a row: who deletes it deletes the file after it."""
    return bool(_rows(file.kind).filter(stored_as=file.stored_as).exists())


def put_back(stored_as: str, pieces: Iterable[str]) -> None:
    """The file lies in its folder again, readable to us alone."""
    if not _NAME.fullmatch(stored_as):
        raise BadFile("The name of a file makes no sense.")
    path = path_of(stored_as)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f".{stored_as}.partial")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as file:
        for piece in pieces:
            file.write(base64.b64decode(piece))
    draft.replace(path)


def problems() -> list[str]:
    """The files that are missing or are not what their rows say, each named."""
    found = []
    for kind in _kinds():
        columns = _rows(kind).values_list("stored_as", "sha256", "name")
        for stored_as, sha256, name in columns.order_by("id").iterator():
            if problem := Kept(kind, stored_as, sha256, name).problem:
                found.append(problem)
    return found


def _kinds() -> list[type[StoredFile]]:
    return StoredFile.__subclasses__()


def _rows(kind: type[StoredFile]) -> Any:
    return kind._base_manager.all()
