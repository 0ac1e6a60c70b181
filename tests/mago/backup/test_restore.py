"""A backup is of one moment, and a restore is all of it or nothing; told with a real installation's database."""

import json
import shutil
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import PASSWORD
from tests.running import ROOT, environment, migrated
from tests.services import postgresql

pytestmark = [pytest.mark.slow, pytest.mark.journey]

SECRET = "a secret that is long enough for all"


_ATTACH = """
from accounts.models import User
from admincenter.security.selectors.programmes import programme_of
from admincenter.security.services.attachments import attach
from admincenter.security.services.tickets import create_ticket
from django.core.files.uploadedfile import SimpleUploadedFile
dora = User.objects.get()
vector = "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N"
ticket = create_ticket(programme=programme_of(None), title="T", source="scanner", vector=vector, actor=dora)
attach(ticket=ticket, upload=SimpleUploadedFile("proof.txt", b"how it was done"), actor=dora)
"""


class House:
    """A data folder of its own, and commands in it."""

    def __init__(self, folder: Path, **more: str) -> None:
        self.folder, self.more = folder, more
        folder.mkdir(exist_ok=True)

    def manage(self, *words: str, given: str = "", fails: bool = False) -> str:
        done = subprocess.run(
            [sys.executable, str(ROOT / "manage.py"), *words],
            env=environment(self.folder, 8000, MAGO_BACKUP_SECRET=SECRET, **self.more),
            cwd=ROOT,
            input=given,
            capture_output=True,
            text=True,
            check=False,
        )
        assert bool(done.returncode) is fails, done.stderr
        return done.stderr if fails else done.stdout

    @property
    def database(self) -> Path:
        return self.folder / "mago.sqlite3"

    def rows(self, statement: str) -> list[Any]:
        with sqlite3.connect(self.database) as connection:
            return connection.execute(statement).fetchall()


@pytest.fixture
def house(tmp_path: Path) -> House:
    made = House(tmp_path / "one")
    shutil.copy(migrated(), made.database)
    made.manage("create_owner", "--email", "dora@example.com", "--password-stdin", given=PASSWORD)
    return made


def other(house: House, tmp_path: Path, name: str = "two") -> House:
    """Another machine, to which the key was brought."""
    made = House(tmp_path / name)
    shutil.copy(house.folder / "secret.key", made.folder)
    return made


@contextmanager
def moving(house: House) -> Iterator[list[int]]:
    """A writer that moves a mark in two tables all the time, always in one transaction."""
    stop, written = threading.Event(), [0]
    with sqlite3.connect(house.database) as connection:
        connection.execute("INSERT INTO core_limitstate (key, full_until) VALUES ('mark', 0)")

    def write() -> None:
        connection = sqlite3.connect(house.database, timeout=20, isolation_level=None)
        while not stop.is_set():
            written[0] += 1
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("UPDATE accounts_user SET name = ?", [str(written[0])])
            connection.execute("UPDATE core_limitstate SET full_until = ?", [written[0]])
            connection.execute("COMMIT")
            time.sleep(0.001)
        connection.close()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        yield written
    finally:
        stop.set()
        writer.join()


def test_a_backup_goes_from_sqlite_to_postgresql_and_back_and_its_trail_holds(
    house: House, tmp_path: Path
) -> None:
    file, again = tmp_path / "mago.backup", tmp_path / "again.backup"
    before = house.rows("SELECT id, email, password FROM accounts_user")
    house.manage("shell", "-v0", "-c", _ATTACH)
    ((name,),) = house.rows("SELECT stored_as FROM security_attachment")
    with moving(house) as written:
        told = json.loads(house.manage("backup", str(file)))
    assert written[0] > 20
    assert file.stat().st_mode & 0o777 == 0o600
    assert b"dora" not in file.read_bytes()
    with postgresql(tmp_path) as address:
        grown = other(house, tmp_path)
        grown.more = {"DATABASE_URL": address}
        restored = json.loads(grown.manage("restore", str(file)))
        # The command walks the whole trail, and fails where it is broken.
        assert (restored["rows"], restored["audit_links"] >= 3) == (told["rows"], True)
        assert (told["files"], restored["files"]) == (1, 1)
        sent = grown.folder / "security-files" / name
        assert sent.read_bytes() == b"how it was done"
        sent.write_bytes(b"how it was not")
        # What comes after gets numbers of its own.
        grown.manage("create_owner", "--email", "eve@example.com", "--password-stdin", given=PASSWORD)  # fmt: skip
        # Made all the same, and the file is named.
        assert name in grown.manage("backup", str(again), fails=True)
    back = other(house, tmp_path, "three")
    assert f"({name}) was changed" in back.manage("restore", str(again), fails=True)
    assert (
        back.rows("SELECT id, email, password FROM accounts_user WHERE email LIKE 'd%'") == before
    )
    assert len(back.rows("SELECT id FROM accounts_user")) == 2
    # Of one moment: both marks are those of one transaction.
    ((name,),) = back.rows("SELECT name FROM accounts_user WHERE email LIKE 'd%'")
    ((mark,),) = back.rows("SELECT full_until FROM core_limitstate WHERE key = 'mark'")
    assert int(name) == int(mark)
    tags = [tag for (tag,) in back.rows("SELECT tag FROM audit_auditevent ORDER BY id")]
    assert tags.count("operations:backup:made") == tags.count("operations:backup:restored") == 2
