"""The groups of the suite, behind `bin/test`.

    bin/test              the suite on SQLite, then on PostgreSQL and Valkey enough of it to send each statement
    bin/test --postgres   all that asks a database on PostgreSQL and Valkey
    bin/test --fast       its unit tests: what uses no database, and no more than a moment
    bin/test --journeys   whole stories over HTTP, with processes that are started, stopped and killed
    bin/test --peers      with identity providers, directories, proxies and clients that others wrote, where installed
    bin/test --browser    the journeys in headless Chromium
    bin/test --exhaustive  what takes turns in every run (tests/turns.py), all of it: everybody at each door
    bin/test --durations=N  all of it, with the N slowest tests and the files that cost most
    bin/test --faults     what breaks is broken, and what was promised is checked (tests/faults)
    bin/test --pictures   the pictures of the documentation are taken anew (tests/pictures)
    bin/test PATH -k ...  whatever pytest is told, on SQLite

Arguments after the name of a group go to pytest as well.
"""

import compileall
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path

from .choosing import ENDED, choose
from .chromium import chromium
from .services import throwaway_services

# What tells the tests where others' programs lie (docs/development.md), and so no setting of Mago.
FOR_TESTS = ("MAGO_NODE_PEERS", "MAGO_CHROMIUM", "MAGO_PG_BIN", "MAGO_VALKEY", "MAGO_COUNT_QUERIES")
OURS = ("MAGO_", "TWILIO_", "DATABASE_URL", "REDIS_URL", "EMAIL_URL", "PORT", "WEB_CONCURRENCY")
OUR_PACKAGES = ("mago", "accounts", "hubs", "admincenter")
LARGE_PACKAGES = ("django", "rest_framework", "allauth", "celery", "kombu", "saml2", "hypothesis")
CORES = len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1
WORKERS = ("-n", str(min(CORES, 8)))
PARALLEL = (*WORKERS, "--dist", "worksteal")
# The tests of a file share a site and the people that are on it.
BY_FILE = (*WORKERS, "--dist", "loadfile")


@dataclass(frozen=True)
class Group:
    title: str
    arguments: tuple[str, ...]
    grown: bool = False
    exhaustive: bool = False


SQLITE = Group(
    "The suite on SQLite", ("-m", "first or not (browser or peer or journey)", *PARALLEL)
)
GROWN = Group("The suite on PostgreSQL and Valkey", SQLITE.arguments, grown=True)
FAST = Group(
    "The unit tests", ("-m", "not (browser or peer or journey or slow or database)", *PARALLEL)
)
JOURNEYS = Group("Whole stories over HTTP", ("-m", "journey and not peer", *BY_FILE))
PEERS = Group("With programs that others wrote", ("-m", "peer", *BY_FILE))
BROWSER = Group("The browser journeys", ("-m", "browser"))
EXHAUSTIVE = Group("Everybody at each door", ("-m", "exhaustive", *PARALLEL), exhaustive=True)
NAMED = {
    "--fast": FAST,
    "--postgres": GROWN,
    "--exhaustive": EXHAUSTIVE,
    "--journeys": JOURNEYS,
    "--peers": PEERS,
    "--browser": BROWSER,
}


def main(arguments: list[str]) -> int:
    """Run the groups that the arguments ask for; 0 only when each of them passed."""
    match arguments:
        case []:
            return run_all([SQLITE, GROWN])
        case [asked] if asked.startswith("--durations="):
            return run_all([SQLITE, GROWN], asked)
        case ["--browser", *_] if chromium() is None:
            print("The browser journeys are skipped: there is no Chromium on this machine.")
            return 0
        case [name, *rest] if name in NAMED:
            return run(NAMED[name], rest)
        case ["--faults", *rest]:
            return subprocess.call([sys.executable, "-m", "tests.faults", *rest])
        case ["--pictures", *rest]:
            return subprocess.call([sys.executable, "-m", "tests.pictures", *rest])
        case _:
            return run(Group("Chosen tests on SQLite", ()), arguments)


def run_all(groups: list[Group], *arguments: str) -> int:
    """Run every group, also after one that failed, and sum them up as pytest would."""
    begin = time.monotonic()
    compile_once()
    with (
        tempfile.TemporaryDirectory() as folder,
        throwaway_services() as services,
        migrating_meanwhile(services),
    ):
        codes = []
        for group in groups:
            # What was noted on SQLite tells what PostgreSQL is asked.
            chosen = choose(Path(folder)) if group.grown else None
            files = chosen.files if chosen else []
            said = f"{group.title}. {chosen}" if chosen else group.title
            asked = replace(group, title=said)
            codes.append(run(asked, [*arguments, *files], services, MAGO_TEST_NOTES=folder))
        print("\n" + total(Path(folder).glob(ENDED), time.monotonic() - begin))
    return int(any(codes))


def compile_once() -> None:
    """What four processes are about to import is compiled, and not by each of them at the same moment."""
    for name in (*OUR_PACKAGES, *LARGE_PACKAGES):
        for folder in getattr(find_spec(name), "submodule_search_locations", None) or []:
            compileall.compile_dir(folder, quiet=2, workers=CORES)


def run(
    group: Group, arguments: list[str], services: dict[str, str] | None = None, **more: str
) -> int:
    """Run one group, on services that run already where there are; return pytest's code."""
    print(f"\n{group.title}", flush=True)
    command = [sys.executable, "-m", "pytest", *group.arguments, *arguments]
    if group.exhaustive:
        more["MAGO_TEST_EXHAUSTIVE"] = "1"
    with (
        tempfile.TemporaryDirectory(prefix="mago-test-") as data,
        throwaway_services()
        if group.grown and not services
        else nullcontext(services or {}) as found,
    ):
        grown = found if group.grown else {}
        return subprocess.call(command, env=environment(MAGO_DATA_DIR=data, **grown, **more))


def environment(**more: str) -> dict[str, str]:
    """The caller's, without whatever it says about Mago itself."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if name in FOR_TESTS or not name.startswith(OURS)
    }
    return kept | more


@contextmanager
def migrating_meanwhile(services: dict[str, str]) -> Iterator[None]:
    """PostgreSQL is migrated while the tests on SQLite begin, of which one process waits for its own migrations."""
    settings = "mago.settings.test"
    command = [sys.executable, "-m", "tests.running"]
    process = subprocess.Popen(
        command, env=environment(DJANGO_SETTINGS_MODULE=settings, **services)
    )
    try:
        yield
    finally:
        process.terminate()
        process.wait()


def total(ended: Iterable[Path], seconds: float) -> str:
    """The last line of all groups together, in the form that pytest gives it."""
    count: Counter[str] = Counter()
    for group in ended:
        count.update(json.loads(group.read_text()))
    errors = count.pop("error", 0)
    figures = dict(count) | {"error" if errors == 1 else "errors": errors}
    words = ", ".join(f"{number} {word}" for word, number in figures.items() if number)
    return f" {words or 'no tests ran'} in {seconds:.2f}s ".center(80, "=")


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
