"""The worker inside the web process: killed, restarted, stopped, idle."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.running import heard, migrated

from .stand_ins import Mailbox, free_port, mail_server

pytestmark = [
    pytest.mark.journey,
    pytest.mark.slow,
    pytest.mark.skipif("REDIS_URL" in os.environ, reason="with a broker nothing is embedded"),
]
Start = Callable[..., "subprocess.Popen[str]"]

MAILS = 80


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def start(port: int, tmp_path: Path) -> Iterator[Start]:
    """Starts a house on a database of its own; all that are left are ended."""
    ours = ("MAGO_", "DATABASE_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE", "TWILIO_")
    environment = {k: v for k, v in os.environ.items() if not k.startswith(ours)} | {
        "DJANGO_SETTINGS_MODULE": "mago.settings.main",
        "MAGO_DATA_DIR": str(tmp_path),
        "EMAIL_URL": f"smtp://127.0.0.1:{port}",
    }
    shutil.copy(migrated(), tmp_path / "mago.sqlite3")
    with ExitStack() as stack, (tmp_path / "log").open("w") as log:

        def run(mails: int = 0) -> "subprocess.Popen[str]":
            command = [sys.executable, "-m", "tests.mago.messaging.house", str(mails)]
            with heard(signal.SIGINT):
                started = subprocess.Popen(
                    command, env=environment, stdout=subprocess.PIPE, stderr=log, text=True
                )
            process = stack.enter_context(started)
            stack.callback(process.kill)
            assert process.stdout
            assert process.stdout.readline() == "ready\n", (tmp_path / "log").read_text()
            return process

        yield run


def until(condition: Callable[[], bool], seconds: float = 40) -> bool:
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.02)
    return condition()


def test_a_process_killed_in_the_middle_loses_no_mail(start: Start, port: int) -> None:
    mailbox, kills = Mailbox(), 0
    mailbox.delay = 0.005
    with mail_server(mailbox, port):
        house = start(MAILS)
        for so_far in (MAILS // 4, MAILS // 2):
            assert until(lambda so_far=so_far: len(mailbox.mails) >= so_far)  # type: ignore[misc]
            house.send_signal(signal.SIGKILL)
            house.wait()
            kills += 1
            house = start()
        everybody = {f"{number}@example.com" for number in range(MAILS)}
        assert until(lambda: {to for to, _mail in mailbox.mails} == everybody)
        time.sleep(1)
    times = Counter(mail["Message-ID"] for _to, mail in mailbox.mails)
    assert len(times) == MAILS, "a repeat has the Message-ID of the first"
    assert sum(times.values()) - MAILS <= 4 * kills, "only what was in flight is repeated"


def test_mails_arrive_when_the_mail_server_does(start: Start, port: int) -> None:
    start(5)
    time.sleep(1)
    with mail_server(mailbox := Mailbox(), port):
        assert until(lambda: len(mailbox.mails) == 5)


def test_a_process_that_is_told_to_stop_does_so_in_silence(
    start: Start, port: int, tmp_path: Path
) -> None:
    mailbox = Mailbox()
    mailbox.delay = 0.02
    with mail_server(mailbox, port):
        house = start(50)
        assert until(lambda: len(mailbox.mails) > 5)
        house.send_signal(signal.SIGINT)
        house.wait(timeout=60)
    assert (tmp_path / "log").read_text() == ""
