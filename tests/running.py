"""Mago as a newcomer runs it: `manage.py serve` on a free port of loopback, with a data folder of its own."""

import fcntl
import hashlib
import json
import os
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg

from tests.services import postgresql_binaries

ROOT = Path(__file__).resolve().parent.parent
START_LIMIT = 40


@dataclass
class Site:
    """A running installation."""

    base: str
    set_up: str
    data: Path
    process: subprocess.Popen[str]

    def inbox(self) -> list[dict[str, Any]]:
        """The mails sent so far, newest first."""
        with urllib.request.urlopen(f"{self.base}/dev/inbox.json", timeout=10) as response:
            mails: list[dict[str, Any]] = json.load(response)
        return mails

    def link_to(self, address: str, part: str) -> str:
        """The link with `part` in the newest mail to `address`; waits until there is one."""
        for _ in range(200):
            for mail in self.inbox():
                if mail["to"] == address and (
                    found := re.search(rf"http\S+{part}\S+", mail["text"])
                ):
                    return found.group(0)
            time.sleep(0.05)
        raise AssertionError(f"no mail with {part} came to {address}")

    def stop(self, with_signal: signal.Signals = signal.SIGTERM) -> None:
        self.process.send_signal(with_signal)
        self.process.wait(20)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def environment(data: Path, port: int, **more: str) -> dict[str, str]:
    """Of the caller's environment, what is not Mago's; and what this installation is told."""
    ours = (
        "MAGO_",
        "TWILIO_",
        "DATABASE_URL",
        "REDIS_URL",
        "EMAIL_URL",
        "DJANGO_",
        "WEB_CONCURRENCY",
    )
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    return kept | {"PORT": str(port), "MAGO_DATA_DIR": str(data), **more}


@contextmanager
def heard(*signals: signal.Signals) -> Iterator[None]:
    """What is started within hears them, also where this process was told not to (by nohup, or in a shell's background)."""
    before = {number: signal.signal(number, signal.SIG_DFL) for number in signals}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def migrate(data: Path, **more: str) -> None:
    command = [sys.executable, str(ROOT / "manage.py"), "migrate", "-v0"]
    subprocess.run(command, env=environment(data, 8000, **more), cwd=ROOT, check=True)


def manage(site: Site, *words: str, sent: str = "", **more: str) -> str:
    """What `manage.py` prints beside a running installation, told `sent` and, by its environment, `more`."""
    done = subprocess.run(
        [sys.executable, str(ROOT / "manage.py"), *words],
        env=environment(site.data, 8000, MAGO_BASE_URL=site.base, **more),
        input=sent,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@contextmanager
def one_at_a_time(lock: Path) -> Iterator[None]:
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def migrated() -> Path:
    """An SQLite database that has all tables and nothing in them; made anew only where migrations have changed."""
    folder = ROOT / ".pytest_cache"
    folder.mkdir(exist_ok=True)
    kept = folder / f"migrated-{as_they_are()}.sqlite3"
    with one_at_a_time(folder / "migrated.lock"), tempfile.TemporaryDirectory(dir=folder) as data:
        if not kept.exists():
            migrate(Path(data))
            made = Path(data, "mago.sqlite3")
            # All in the one file, for whoever copies it.
            with sqlite3.connect(made) as file:
                file.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            for former in folder.glob("migrated-*.sqlite3"):
                former.unlink()
            made.rename(kept)
    return kept


def as_they_are() -> str:
    """A digest of the migrations: ours, what they take from our code, and those of the packages that are locked."""
    files = [
        file for deep in ("*", "*/*", "*/*/*") for file in ROOT.glob(f"{deep}/migrations/*.py")
    ]
    files += [ROOT / "mago/audit/append_only.py", ROOT / "mago/core/trigram_tables.py"]
    files += [ROOT / "admincenter/searched.py", ROOT / "requirements.txt"]
    together = hashlib.sha256()
    for file in sorted(files):
        together.update(file.read_bytes())
    return together.hexdigest()[:16]


@contextmanager
def the_postgresql() -> Iterator[psycopg.Cursor]:
    """That of this run, asked past Django, whose applications may not be there yet."""
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as made:
        yield made.cursor()


def migrated_on_postgresql() -> str:
    """The name of such a database on the PostgreSQL of this run, made once for all its processes."""
    name, address = "migrated", urlsplit(os.environ["DATABASE_URL"])
    with the_postgresql() as cursor:
        # Whoever comes meanwhile waits; the lock ends with this connection.
        cursor.execute("SELECT pg_advisory_lock(1)")
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
        if not cursor.fetchone():
            cursor.execute("CREATE DATABASE migrating")
            migrate_or_copy(urlunsplit(address._replace(path="/migrating")))
            cursor.execute(f"ALTER DATABASE migrating RENAME TO {name}")
    return name


def migrate_or_copy(empty: str) -> None:
    """The database has all tables: by what an earlier run wrote down of them, where migrations are the same."""
    folder, programs = ROOT / ".pytest_cache", postgresql_binaries()
    folder.mkdir(exist_ok=True)
    kept = folder / f"migrated-{as_they_are()}.sql"
    if not kept.exists():
        with tempfile.TemporaryDirectory() as data:
            migrate(Path(data), DATABASE_URL=empty)
        for former in folder.glob("migrated-*.sql"):
            former.unlink()
        if (programs / "pg_dump").exists():
            written = kept.with_suffix(".part")
            subprocess.run([programs / "pg_dump", "--file", written, empty], check=True)
            written.rename(kept)
        return
    command = [programs / "psql", "--quiet", "--no-psqlrc", "--set", "ON_ERROR_STOP=1"]
    subprocess.run([*command, "--output", os.devnull, "--file", kept, empty], check=True)


def copy_on_postgresql(template: str, name: str) -> None:
    with the_postgresql() as cursor:
        # One at a time: nobody else may look at a database that is being copied.
        cursor.execute("SELECT pg_advisory_lock(1)")
        cursor.execute(f"DROP DATABASE IF EXISTS {name}")
        cursor.execute(f"CREATE DATABASE {name} TEMPLATE {template}")


@contextmanager
def running(data: Path, *, port: int = 0, **more: str) -> Iterator[Site]:
    """Started, answering, and stopped at the end; on a free port, or on one of before."""
    port = port or free_port()
    if "DATABASE_URL" not in more and not (data / "mago.sqlite3").exists():
        # Each start would migrate for seconds; `tests/mago/test_serve.py` is about that.
        data.mkdir(exist_ok=True)
        shutil.copy(migrated(), data / "mago.sqlite3")
    process = subprocess.Popen(
        [sys.executable, str(ROOT / "manage.py"), "serve"],
        env=environment(data, port, **more),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=ROOT,
    )
    try:
        yield Site(f"http://127.0.0.1:{port}", _announced(process), data, process)
    finally:
        with suppress(ProcessLookupError):
            process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.communicate(timeout=20)


def _announced(process: subprocess.Popen[str]) -> str:
    """The set-up link that the start printed ("" where there is an owner); it answers once it printed "Stop"."""
    assert process.stdout is not None
    printed, link, end = [], "", time.monotonic() + START_LIMIT
    while time.monotonic() < end:
        line = process.stdout.readline()
        printed.append(line)
        if found := re.search(r"http\S+/setup/\S+/", line):
            link = found.group(0)
        if line.startswith("Stop"):
            return link
        if not line and process.poll() is not None:
            break
    raise AssertionError("Mago did not start:\n" + "".join(printed))


if __name__ == "__main__":
    # Before the tests that need it, beside others that do not: tests/__main__.py.
    migrated_on_postgresql()
