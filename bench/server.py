"""The product as `bin/run` starts it, on a core and in a data folder of its own."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.services import die_with_parent

from . import machine
from .client import Client

OURS = ("MAGO_", "TWILIO_", "DATABASE_URL", "REDIS_URL", "EMAIL_URL", "PORT", "WEB_CONCURRENCY")
START_LIMIT = 600  # seconds; a new database takes fifteen seconds of CPU, which is minutes on a crowded machine


@dataclass(frozen=True)
class Server:
    """From the command to the first page: seconds by the clock, of CPU, and of its threads’ waits for a core."""

    port: int
    process: int
    seconds: float
    cpu: float
    waits: float

    @property
    def tree(self) -> list[int]:
        return machine.tree(self.process)

    @property
    def worker(self) -> int:
        """The web worker: granian's only child."""
        return self.tree[-1]


def environment(folder: Path, **more: str) -> dict[str, str]:
    """What a process of this run sees: nothing of the caller's own Mago."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
    return inherited | {
        "DJANGO_SETTINGS_MODULE": "bench.settings",
        "MAGO_DATA_DIR": str(folder),
        # The load generator plays the proxy, so that each request may come from elsewhere.
        "MAGO_TRUSTED_PROXIES": "1",
        **more,
    }


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def end_with_the_bench() -> None:
    """What a bench started ends with it, also where it is killed (on Linux)."""
    die_with_parent(signal.SIGTERM)


@contextmanager
def serving(variables: Mapping[str, str], *, under: Sequence[str] = ()) -> Iterator[Server]:
    """The home page answers inside the block; the server has ended after it. `under` is a command that runs it."""
    port = free_port()
    begin = time.monotonic()
    with machine.on_core(machine.SERVER_CORE):
        process = subprocess.Popen(
            [*under, sys.executable, "manage.py", "serve"],
            env={**variables, "PORT": str(port)},
            stdout=subprocess.DEVNULL,
            preexec_fn=end_with_the_bench,  # noqa: PLW1509 - no other thread yet
        )
    try:
        wait_for_page(port, process)
        seconds = time.monotonic() - begin
        processes = machine.tree(process.pid)
        cpu, waits = machine.cpu_seconds(processes), machine.core_waits(processes)
        yield Server(port, process.pid, seconds, cpu, waits)
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(15)


def wait_for_page(port: int, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + START_LIMIT
    while process.poll() is None and time.monotonic() < end:
        try:
            with Client(port) as client:
                if client.get("/").status == 200:
                    return
        except OSError:
            time.sleep(0.02)
    raise SystemExit("The server did not start.")


def run_module(name: str, variables: Mapping[str, str], *arguments: str) -> str:
    """What the module printed, run on the server's core."""
    with machine.on_core(machine.SERVER_CORE):
        command = [sys.executable, "-m", name, *arguments]
        return subprocess.run(
            command,
            env=dict(variables),
            check=True,
            stdout=subprocess.PIPE,
            text=True,
            preexec_fn=end_with_the_bench,
        ).stdout
