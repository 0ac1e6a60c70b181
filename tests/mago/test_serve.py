"""`manage.py serve`, started for real as `bin/run` does it."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.error import URLError
from urllib.request import Request, urlopen

import pytest
from django.core.management import CommandError, call_command

from mago.server import Server
from tests.running import heard, migrated

pytestmark = pytest.mark.journey

Serve = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


@pytest.fixture
def serve(tmp_path: Path, port: int) -> Iterator[Serve]:
    """Starts the command on SQLite in an empty folder; whatever is left of it ends with the test."""
    started = []
    ours = ("MAGO_", "DATABASE_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(ours)}

    def start(*options: str, **extra: str) -> subprocess.Popen[str]:
        with heard(signal.SIGINT, signal.SIGHUP):
            process = subprocess.Popen(
                [sys.executable, "manage.py", "serve", *options],
                env=environment | {"MAGO_DATA_DIR": str(tmp_path), "PORT": str(port)} | extra,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                start_new_session=True,
            )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def first_line(process: subprocess.Popen[str], begin: str) -> str:
    """Read on until a line begins so: the server answers from then on."""
    assert process.stdout
    return next(line for line in process.stdout if line.startswith(begin))


def is_open(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def test_it_migrates_serves_tells_where_and_stops_on_ctrl_c(serve: Serve, port: int) -> None:
    process = serve()
    assert first_line(process, "Preparing the database")
    address = first_line(process, "Mago").split()[1]
    assert address == f"http://127.0.0.1:{port}/"
    setup = first_line(process, "First owner").split()[2]
    assert setup.startswith(f"{address}setup/")
    inbox = first_line(process, "Mails and SMS").split()[3]
    for page in (address, setup, inbox):
        with urlopen(page) as response:
            assert response.status == 200

    os.killpg(process.pid, signal.SIGINT)
    rest, _ = process.communicate(timeout=20)
    assert process.returncode == 0
    assert "Traceback" not in rest
    assert not is_open(port)


def test_the_demonstration_says_how_to_get_in(serve: Serve, port: int, tmp_path: Path) -> None:
    shutil.copy(migrated(), tmp_path / "mago.sqlite3")
    process = serve("--demo")
    email, _, password = first_line(process, "Administrator").split()[1:4]
    login = Request(
        f"http://127.0.0.1:{port}/api/v1/auth/login",
        json.dumps({"email": email.rstrip(","), "password": password}).encode(),
        {"Content-Type": "application/json"},
    )
    with urlopen(login) as response:
        assert "access_token" in json.load(response)


def test_a_killed_server_leaves_the_port_to_the_next_one(
    serve: Serve, port: int, tmp_path: Path
) -> None:
    shutil.copy(migrated(), tmp_path / "mago.sqlite3")
    process = serve()
    first_line(process, "Mago")
    process.kill()
    process.wait()
    end = time.monotonic() + 10
    while is_open(port) and time.monotonic() < end:
        time.sleep(0.02)
    with pytest.raises(URLError):
        urlopen(f"http://127.0.0.1:{port}/")


def test_it_ends_with_its_terminal_and_is_not_half_new_after_an_upgrade(
    serve: Serve, port: int, tmp_path: Path
) -> None:
    shutil.copy(migrated(), tmp_path / "mago.sqlite3")
    process = serve()
    first_line(process, "Mago")
    process.send_signal(signal.SIGHUP)
    rest, _ = process.communicate(timeout=20)
    assert process.returncode == 0
    assert "Traceback" not in rest
    assert not is_open(port)


def test_nohup_has_it_outlive_its_terminal() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        server = Server("mago.wsgi:application")
    finally:
        signal.signal(signal.SIGHUP, before)
    server.signal_handler_reload()
    assert not server.interrupt_signal
    assert not server.reload_signal


def test_a_taken_port_is_named(serve: Serve, port: int) -> None:
    with socket.create_server(("127.0.0.1", port)):
        process = serve()
        output, _ = process.communicate(timeout=60)
    assert process.returncode == 1
    assert output.startswith(f"Port {port} of 127.0.0.1 cannot be had")
    assert "Traceback" not in output


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (
            {"MAGO_DATA_DIR": "{here}/file/folder"},
            "Mago cannot start: MAGO_DATA_DIR cannot be used",
        ),
        ({"MAGO_DEPLOYMNET": "onprem"}, "Mago cannot start: MAGO_DEPLOYMNET is no setting"),
        ({"DATABASE_URL": "postgresql://mago@/mago?host={here}"}, "The database of DATABASE_URL"),
        ({"DATABASE_URL": "sqlite:///{here}/file"}, "The database of DATABASE_URL cannot be used"),
    ],
    ids=["no folder", "misspelled", "nobody answers", "no database"],
)
def test_what_is_wrong_is_said_in_one_line(
    serve: Serve, tmp_path: Path, wrong: dict[str, str], said: str
) -> None:
    (tmp_path / "file").write_bytes(b"no database" * 100)
    process = serve(**{name: value.format(here=tmp_path) for name, value in wrong.items()})
    output, _ = process.communicate(timeout=60)
    assert process.returncode == 1
    assert output.startswith(said)
    assert output.count("\n") == 1, output


def test_a_worker_that_was_killed_is_told_and_ends_it(
    serve: Serve, port: int, tmp_path: Path
) -> None:
    shutil.copy(migrated(), tmp_path / "mago.sqlite3")
    process = serve()
    first_line(process, "Stop")
    (worker,) = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    os.kill(int(worker), signal.SIGKILL)
    rest, _ = process.communicate(timeout=20)
    assert process.returncode == 1
    assert "Unexpected exit" in rest
    assert not is_open(port)


def test_its_first_process_stays_small() -> None:
    """What it had loaded would lie in memory twice."""
    words = "import mago.server, sys; sys.exit('django' in sys.modules or 'celery' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", words], check=False).returncode == 0


def test_the_command_alone_prepares_nothing_that_nobody_serves() -> None:
    with pytest.raises(CommandError, match="whose first process serves"):
        call_command("serve", skip_checks=True)
