"""Cores, CPU time and memory of processes, as Linux tells them in /proc."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

PROC = Path("/proc")
MEGABYTE = 1_000_000
CORES = sorted(os.sched_getaffinity(0))
# One core for what is measured, another for what measures.
SERVER_CORE, LOAD_CORE = CORES[0], CORES[-1]


@contextmanager
def on_core(core: int) -> Iterator[None]:
    """Processes that are started inside the block stay on `core`."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def tree(root: int) -> list[int]:
    """The process `root` and all that descend from it."""
    parents = {}
    for entry in PROC.glob("[0-9]*/stat"):
        with suppress(OSError):
            # The name in brackets may hold anything; behind it come the state and the parent.
            parents[int(entry.parent.name)] = int(entry.read_text().rpartition(")")[2].split()[1])
    found = [root]
    for process in found:
        found += [child for child, parent in parents.items() if parent == process]
    return found


def cpu_seconds(processes: list[int]) -> float:
    """CPU time that the threads of these processes have used, to the microsecond."""
    return _scheduled(processes, 0)


class Usage:
    """CPU time of all that descends from this process, in seconds: also of what came later, or has ended since.

    Each thread of a server has a connection of its own, which on PostgreSQL is a process that the first request makes.
    """

    def __init__(self) -> None:
        self._seen: dict[Path, int] = {}

    def __call__(self) -> float:
        for process in tree(os.getpid())[1:]:
            for thread in PROC.glob(f"{process}/task/*/schedstat"):
                with suppress(OSError):
                    self._seen[thread] = int(thread.read_text().split()[0])
        return sum(self._seen.values()) / 1e9


def core_waits(processes: list[int]) -> float:
    """Seconds in which these threads were ready to run and others did, each thread counted by itself."""
    return _scheduled(processes, 1)


def _scheduled(processes: list[int], column: int) -> float:
    nanoseconds = 0
    for process in processes:
        for thread in PROC.glob(f"{process}/task/*/schedstat"):
            with suppress(OSError):
                nanoseconds += int(thread.read_text().split()[column])
    return nanoseconds / 1e9


def memory(processes: list[int]) -> tuple[float, float]:
    """Resident and proportional size in megabytes; the latter counts shared pages once."""
    resident = proportional = 0
    for process in processes:
        with suppress(OSError):
            lines = (PROC / str(process) / "smaps_rollup").read_text().splitlines()[1:]
            sizes = {line.split(":")[0]: int(line.split()[1]) * 1024 for line in lines}
            resident, proportional = resident + sizes["Rss"], proportional + sizes["Pss"]
    return resident / MEGABYTE, proportional / MEGABYTE
