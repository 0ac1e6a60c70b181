"""`bin/bench audit --part instructions`: what an event costs, in instructions that callgrind counts.

CPU time is also time spent waiting for memory, and so depends on which caches a processor has and what else they hold.
Instructions are the same on each. Those of the kernel are not among them, and valgrind runs a program fifty times as
slowly. It is no part of the project: where it is not installed, nothing is counted.
"""

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from statistics import median
from subprocess import DEVNULL

from . import machine, visitors
from .client import Client
from .report import Row
from .server import serving
from .signin import prepared
from .windows import Action

ROUNDS, REQUESTS = 3, 200
# Before anything is counted, so that statements are prepared and what is made once is made.
WARMING = 60
CALLGRIND = ("valgrind", "--tool=callgrind", "--trace-children=yes", "-q")
_COUNTED = re.compile(r"^summary: (\d+)", re.MULTILINE)


def are_countable() -> bool:
    return all(map(shutil.which, ("valgrind", "callgrind_control")))


def event_rows(*, postgres: bool, quick: bool) -> list[Row]:
    """The same as G11's first row says of CPU time: of our process and of the database together."""
    if not are_countable():
        raise SystemExit("Instructions are counted by valgrind, which is not installed.")
    rounds, requests = (1, 10) if quick else (ROUNDS, REQUESTS)
    with tempfile.TemporaryDirectory(prefix="mago-callgrind-") as name:
        folder, counts = Path(name, "mago"), Path(name, "counts")
        for path, mode in ((Path(name), 0o711), (counts, 0o777)):
            # A database that may not run as root writes its counts as somebody else.
            path.mkdir(exist_ok=True)
            path.chmod(mode)
        with prepared(postgres=postgres, kept=folder):
            pass  # The tables are made at full speed.
        under = (*CALLGRIND, f"--callgrind-out-file={counts}/%p")
        with (
            prepared(postgres=postgres, kept=folder, under=under) as variables,
            serving({**variables, "BENCH_WORKER": "no"}, under=under) as server,
            Client(server.port) as client,
        ):
            path = "/api/bench/transaction?events="
            actions = {
                "page": visitors.load_page(client, "/bench/empty/"),
                **{str(n): visitors.load_page(client, f"{path}{n}") for n in (0, 1)},
            }
            found = counted(actions, Counter(counts), rounds=rounds, requests=requests)
    return [event_row(found)]


def event_row(found: Mapping[str, list[float]]) -> Row:
    event = [more - less for more, less in zip(found["1"], found["0"], strict=True)]
    shares = [cost / bare for cost, bare in zip(event, found["page"], strict=True)]
    return Row(
        "G11",
        "the same, in instructions (callgrind)",
        f"{median(event):,.0f}",
        f"{median(found['page']):,.0f}",
        median(shares),
        0.15,
    )


class Counter:
    """How many instructions were run since it was last asked, by all that descends from this process under callgrind.

    `folder` is where callgrind writes what it has counted, each time that it is told to.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __call__(self) -> int:
        for process in filter(_is_counted, machine.tree(os.getpid())[1:]):
            command = ["callgrind_control", "--dump", str(process)]
            # One that has ended meanwhile has written its own by itself.
            subprocess.run(command, check=False, stdout=DEVNULL, stderr=DEVNULL)
        count = 0
        for file in self._folder.glob("*.*"):
            count += sum(map(int, _COUNTED.findall(file.read_text(errors="replace"))))
            file.unlink()
        return count


def _is_counted(process: int) -> bool:
    with suppress(OSError):
        return "callgrind" in Path(f"/proc/{process}/exe").readlink().name
    return False


def counted(
    actions: Mapping[str, Action], count: Callable[[], int], *, rounds: int, requests: int
) -> dict[str, list[float]]:
    """What each action runs, on average of so many requests, round by round; they take turns."""
    for action in actions.values():
        for _ in range(WARMING):
            action()
    found: dict[str, list[float]] = {name: [] for name in actions}
    for _ in range(rounds):
        for name, action in actions.items():
            count()
            for _ in range(requests):
                action()
            found[name].append(count() / requests)
    if not all(found["page"]):
        raise SystemExit("callgrind_control could not reach what runs under callgrind.")
    return found
