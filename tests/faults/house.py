"""The grown form on one machine, of which every part can be killed: PostgreSQL, Valkey, mail server, web, workers, clock."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from email import message_from_bytes
from functools import partial
from pathlib import Path
from typing import Any

import psutil
from aiosmtpd.controller import Controller

from tests.conftest import PASSWORD
from tests.running import ROOT, environment, free_port
from tests.services import (
    die_with_parent,
    postgresql_binaries,
    running,
    unprivileged,
    valkey_server,
)

BIN = Path(sys.executable).parent


class Sink:
    """A mail server that notes recipient and Message-ID of each mail, and takes its time."""

    def __init__(self, seconds: float = 0.0) -> None:
        self.seconds, self.taken = seconds, list[tuple[str, str]]()
        self.port = free_port()
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port)
        self._controller.start()

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        import asyncio

        await asyncio.sleep(self.seconds)
        name = str(message_from_bytes(envelope.content)["Message-ID"])
        self.taken += [(to, name) for to in envelope.rcpt_tos]
        return "250 ok"

    def stop(self) -> None:
        self._controller.stop()


class Service:
    """A server that can be stopped as if its machine had failed, and started again."""

    def __init__(self, command: list[Any], log: Path, is_ready: Callable[[], bool], stop: signal.Signals, account: Any = None) -> None:  # fmt: skip
        self._start = partial(running, command, log, is_ready, stop, account)
        self._stack = ExitStack()
        self.start()

    def start(self) -> None:
        self._stack.enter_context(self._start())

    def stop(self) -> None:
        self._stack.close()


def start_postgresql(folder: Path) -> tuple[Service, str]:
    """As an operator has it: what was committed survives an immediate stop."""
    home = folder / "postgresql"
    home.mkdir(mode=0o700)
    launch, data, log = (
        unprivileged(postgresql_binaries(), folder),
        home / "data",
        folder / "pg.log",
    )
    if launch.account:
        os.chown(home, launch.account["user"], launch.account["group"])
    subprocess.run(
        [*launch.prefix, launch.binaries / "initdb", "-D", data, "--no-sync", "--username=mago",
         "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8"],
        stdout=subprocess.DEVNULL, check=True, **launch.account,
    )  # fmt: skip

    def is_ready() -> bool:
        return (data / "postmaster.pid").read_text().split()[-1:] == ["ready"]

    command = [*launch.prefix, launch.binaries / "postgres", "-D", data, "-k", home, "-c", "listen_addresses=", "-c", "fsync=off"]  # fmt: skip
    # SIGQUIT is an immediate stop: no checkpoint, every connection cut.
    service = Service(command, log, is_ready, signal.SIGQUIT, launch.account)
    return service, f"postgresql://mago@/postgres?host={home}"


def start_valkey(folder: Path) -> tuple[Service, str]:
    address = folder / "valkey.socket"

    def is_ready() -> bool:
        with socket.socket(socket.AF_UNIX) as probe:
            probe.connect(str(address))
        return True

    command = [valkey_server(), "--unixsocket", address, "--port", "0", "--save", "", "--appendonly", "no", "--dir", folder]  # fmt: skip
    return Service(command, folder / "valkey.log", is_ready, signal.SIGKILL), f"unix://{address}"


class House:
    """The processes of Mago; `say` is what one was told, by method and path."""

    def __init__(self, folder: Path, **variables: str) -> None:
        self.folder, self.port = folder, free_port()
        self.data = folder / "data"
        self.data.mkdir(exist_ok=True)
        self.variables = {"MAGO_TRUSTED_PROXIES": "1", "MAGO_HASH_SLOTS": "2"} | variables
        self.processes: list[subprocess.Popen[bytes]] = []

    @property
    def environment(self) -> dict[str, str]:
        return environment(self.data, self.port, **self.variables)

    def manage(self, *words: str, given: str = "") -> str:
        return subprocess.run(
            [sys.executable, str(ROOT / "manage.py"), *words],
            env=self.environment, cwd=ROOT, input=given, capture_output=True, text=True, check=True,
        ).stdout  # fmt: skip

    def shell(self, code: str) -> str:
        return self.manage("shell", "-v0", "-c", code).strip()

    def start(self, *command: str) -> subprocess.Popen[bytes]:
        log = (self.folder / f"{Path(command[0]).name}.log").open("ab")
        process = subprocess.Popen(
            [str(BIN / command[0]), *command[1:]],
            env=self.environment, cwd=ROOT, stdout=log, stderr=log,
            preexec_fn=partial(die_with_parent, signal.SIGKILL),  # noqa: PLW1509
        )  # fmt: skip
        self.processes.append(process)
        return process

    def start_web(self, processes: int = 1) -> None:
        self.start("granian", "--interface", "wsgi", "--port", str(self.port), "--workers", str(processes),
                   "--blocking-threads", "24", "--log-level", "error", "mago.wsgi:application")  # fmt: skip
        wait_until(lambda: self.say("GET", "/health/ready")[0] == 200, 90, "the web did not start")

    def start_worker(self) -> subprocess.Popen[bytes]:
        return self.start("celery", "-A", "mago", "worker", "--queues", "messages,default,exports", "--concurrency", "2",
                          "--without-gossip", "--without-mingle", "--loglevel", "warning")  # fmt: skip

    def start_clock(self) -> None:
        self.start("celery", "-A", "mago", "beat", "--scheduler", "celery.beat:Scheduler", "--loglevel", "warning",
                   "--schedule", str(self.folder / "beat"))  # fmt: skip

    def people(self, count: int) -> list[str]:
        """Accounts that are confirmed, with the suite's password, hashed once."""
        self.shell(
            "from accounts.models import User; from django.contrib.auth.hashers import make_password;"
            "from django.utils import timezone;"
            f"hash = make_password({PASSWORD!r}); now = timezone.now();"
            "User.objects.bulk_create([User(email=f'p{n}@example.com', name=f'P {n}', password=hash,"
            f" email_confirmed_at=now) for n in range({count})])"
        )
        return [f"p{n}@example.com" for n in range(count)]

    def say(self, method: str, path: str, body: Any = None, *, address: str = "127.0.0.1", token: str = "", seconds: float = 30) -> tuple[int, Any]:  # fmt: skip
        """Status (0 for no answer) and JSON of the answer, as if asked from `address`."""
        headers = {"Content-Type": "application/json", "X-Forwarded-For": address}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        asked = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{path}",
            None if body is None else json.dumps(body).encode(), headers, method=method,
        )  # fmt: skip
        try:
            with urllib.request.urlopen(asked, timeout=seconds) as answer:
                return answer.status, _json(answer.read())
        except urllib.error.HTTPError as refused:
            with refused:
                return refused.code, _json(refused.read())
        except OSError:
            return 0, None

    def sign_in(
        self, email: str, password: str = PASSWORD, address: str = "127.0.0.1"
    ) -> tuple[int, Any]:
        return self.say(
            "POST", "/api/v1/auth/login", {"email": email, "password": password}, address=address
        )

    def stop(self) -> None:
        for process in self.processes:
            kill(process)


def _json(content: bytes) -> Any:
    with suppress(ValueError):
        return json.loads(content)
    return None


def kill(process: subprocess.Popen[bytes]) -> None:
    """The process and all that it started, with no chance to tidy up."""
    with suppress(psutil.NoSuchProcess):
        parent = psutil.Process(process.pid)
        for one in [parent, *parent.children(recursive=True)]:
            with suppress(psutil.NoSuchProcess):
                one.kill()
    process.wait(20)


def wait_until(is_so: Callable[[], Any], seconds: float, otherwise: str) -> float:
    """How long it took until it was so; AssertionError where it took longer."""
    began = time.monotonic()
    while not is_so():
        assert time.monotonic() - began < seconds, otherwise
        time.sleep(0.1)
    return time.monotonic() - began


@contextmanager
def grown(
    folder: Path, *, mail_seconds: float = 0.0
) -> Iterator[tuple[House, Service, Service, Sink]]:
    """House, PostgreSQL, Valkey and mail server, migrated and with nothing of Mago running yet."""
    with ExitStack() as stack:
        database, database_url = start_postgresql(folder)
        stack.callback(database.stop)
        broker, broker_url = start_valkey(folder)
        stack.callback(broker.stop)
        sink = Sink(mail_seconds)
        stack.callback(sink.stop)
        house = House(folder, DATABASE_URL=database_url, REDIS_URL=broker_url, EMAIL_URL=f"smtp://127.0.0.1:{sink.port}")  # fmt: skip
        stack.callback(house.stop)
        house.manage("migrate", "-v0")
        yield house, database, broker, sink
