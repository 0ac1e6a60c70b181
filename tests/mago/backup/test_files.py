"""Files of the security programme go into a backup and come back; one that is not as it was sent is named."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

from admincenter.security.files import path_of
from admincenter.security.models import Attachment
from mago.backup import files
from mago.backup.container import BadFile
from mago.backup.dump import _dump_files

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]


class Lines:
    """In a container's place: what would be encrypted."""

    def __init__(self) -> None:
        self.written = b""

    def write(self, data: bytes) -> None:
        self.written += data

    @property
    def parts(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for line in map(json.loads, self.written.splitlines()):
            if isinstance(line, dict):
                found[line["file"]] = pieces = []
            else:
                pieces += line
        return found


@pytest.fixture
def attached(
    settings: Any, tmp_path: Path, alice: Any, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Attachment]:
    from admincenter.security.selectors.programmes import programme_of
    from admincenter.security.services.attachments import attach
    from admincenter.security.services.tickets import create_ticket

    settings.SECURITY_FILES_DIR = tmp_path / "files"
    monkeypatch.setattr(files, "PIECE", 3)
    vector = "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N"
    ticket = create_ticket(programme=programme_of(None), title="T", source="scanner", vector=vector, actor=alice)  # fmt: skip

    def make(content: bytes, name: str = "proof.txt") -> Attachment:
        return attach(ticket=ticket, upload=SimpleUploadedFile(name, content), actor=alice)

    return make


def dumped() -> tuple[Lines, dict[str, int], list[str]]:
    def read(statement: str) -> Any:
        with connection.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchall()

    out: Any = Lines()
    return out, *_dump_files(out, list(files.of_snapshot(read)))


def test_each_file_comes_back_as_it_was_and_for_us_alone(attached: Any) -> None:
    rows = [attached(b"eight by"), attached(b"another one, with a tail")]
    out, counts, problems = dumped()
    assert (problems, list(counts.values())) == ([], [3, 8])
    for row in rows:
        path_of(row.stored_as).unlink()
    assert len(files.problems()) == 2
    for name, pieces in out.parts.items():
        files.put_back(name, pieces)
    assert files.problems() == []
    assert path_of(rows[0].stored_as).read_bytes() == b"eight by"
    assert path_of(rows[0].stored_as).stat().st_mode & 0o777 == 0o600


def test_what_is_missing_or_was_changed_is_named_and_the_rest_is_kept(attached: Any) -> None:
    gone, changed, whole = attached(b"gone", "a.txt"), attached(b"mine", "b.txt"), attached(b"well")
    path_of(gone.stored_as).unlink()
    path_of(changed.stored_as).write_bytes(b"your")
    out, _counts, problems = dumped()
    assert problems == files.problems()
    assert [problem.split(" (")[0] for problem in problems] == ["attachment a.txt", "attachment b.txt"]  # fmt: skip
    assert (gone.stored_as in problems[0], changed.stored_as in problems[1]) == (True, True)
    assert set(out.parts) == {changed.stored_as, whole.stored_as}


def test_a_file_that_was_deleted_while_the_backup_was_made_is_not_missed(
    attached: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = attached(b"gone with its row")
    path_of(row.stored_as).unlink()
    monkeypatch.setattr(files, "is_wanted", lambda file: False)
    assert dumped()[1:] == ({}, [])


def test_no_file_is_put_anywhere_else() -> None:
    for name in ("../mago.sqlite3", "", ".hidden", "a/b"):
        with pytest.raises(BadFile):
            files.put_back(name, ["QQ=="])
