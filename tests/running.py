"""Mago as a newcomer runs it: `manage.py serve` on a free port of loopback, with a data folder of its own."""

import fcntl
import json
import os
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from django.db import connection

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
def first_of_all(name: str) -> Iterator[Path | None]:
    """A folder for the one of this run's workers that comes first; None for the others, who wait until it is done."""
    folder = Path(os.environ["MAGO_DATA_DIR"]) / name
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if (folder / "made").exists():
            yield None
        else:
            yield folder
            (folder / "made").touch()


def migrate(data: Path, **more: str) -> None:
    command = [sys.executable, str(ROOT / "manage.py"), "migrate", "-v0"]
    subprocess.run(command, env=environment(data, 8000, **more), cwd=ROOT, check=True)


def migrated() -> Path:
    """An SQLite database that has all tables and nothing in them, made once for all workers of this run."""
    with first_of_all("migrated") as folder:
        if folder:
            migrate(folder)
            # All in the one file, for whoever copies it.
            with sqlite3.connect(folder / "mago.sqlite3") as file:
                file.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return Path(os.environ["MAGO_DATA_DIR"]) / "migrated" / "mago.sqlite3"


def migrated_on_postgresql() -> str:
    """The name of such a database on the PostgreSQL of this run."""
    name, address = "migrated", urlsplit(os.environ["DATABASE_URL"])
    with first_of_all("migrated-on-postgresql") as folder:
        if folder:
            with connection._nodb_cursor() as cursor:
                cursor.execute(f"CREATE DATABASE {name}")
            migrate(folder, DATABASE_URL=urlunsplit(address._replace(path=f"/{name}")))
    return name


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
