"""Figures that a monitoring system reads: what is counted, by which labels, and how processes share it.

Each process writes its own files in `settings.METRICS_DIR`, and whichever process is asked adds all of
them up: web processes, workers and the clock of one host tell one story. No label says who somebody
is or what they asked for; each has a small, fixed set of values.
"""

import fcntl
import logging
import os
import socket
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

FOLDER = Path(settings.METRICS_DIR)
# Before the import below: the library looks for it once, then.
os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(FOLDER)

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, values  # noqa: E402
from prometheus_client.metrics import MetricWrapperBase  # noqa: E402
from prometheus_client.metrics_core import Metric  # noqa: E402
from prometheus_client.mmap_dict import MmapedDict  # noqa: E402
from prometheus_client.multiprocess import MultiProcessCollector  # noqa: E402

from .metric_files import Figures, is_whole  # noqa: E402

# What a process counts in must not end it when the disk is full.
values.MmapedDict = Figures  # type: ignore[misc]
_names: dict[int, tuple[str, IO[str]]] = {}

logger = logging.getLogger(__name__)


def _own_name() -> str:
    """What this process's files are called. While its lock is held, it lives.

    Not the process's number alone: two containers that share the folder both have a number 1.
    """
    pid = os.getpid()
    if pid not in _names:
        name = f"{socket.gethostname().replace('_', '-')}-{pid}-{uuid.uuid4().hex[:8]}"
        _names[pid] = (name, _mark_alive(name))
    return _names[pid][0]


def _mark_alive(name: str) -> IO[str]:
    try:
        FOLDER.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = (FOLDER / f"{name}.alive").open("w")
    except OSError as error:
        # Made by root, mostly, who ran a command before the service did.
        raise ImproperlyConfigured(
            f"MAGO_METRICS_DIR cannot be written ({error}). Give the folder to this user, or name another."
        ) from None
    fcntl.flock(file, fcntl.LOCK_EX)
    return file


values.ValueClass = values.MultiProcessValue(_own_name)  # type: ignore[no-untyped-call]

REGISTRY = CollectorRegistry(auto_describe=False)
_QUICK = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
_SLOW = (0.01, 0.1, 0.5, 1, 5, 15, 60, 300, 900)

REQUESTS = Histogram(
    "mago_http_request_seconds",
    "Time to answer a request, by the name of its route",
    ["route", "method", "status"],
    buckets=_QUICK,
    registry=REGISTRY,
)
SIGN_INS = Counter(
    "mago_sign_ins",
    "Sign-ins of people, by method and result (succeeded, failed, refused, limited)",
    ["method", "result"],
    registry=REGISTRY,
)
HUB_SIGN_INS = Counter(
    "mago_hub_sign_ins",
    "Handshakes of hubs that came to an end, by result (succeeded, or the error that the hub was told)",
    ["result"],
    registry=REGISTRY,
)
LIMITED = Counter(
    "mago_limited", "Attempts that a limit refused, by the limit's name", ["limit"], registry=REGISTRY
)  # fmt: skip
HASHES = Gauge(
    "mago_password_hashes",
    "Password hashes that run or wait, by state and kind of browser (known, stranger)",
    ["state", "kind"],
    multiprocess_mode="livesum",
    registry=REGISTRY,
)
HASHES_REFUSED = Counter(
    "mago_password_hashes_refused",
    "Sign-ins that were told to come back because the queue of hashes was full or slow, by kind",
    ["kind"],
    registry=REGISTRY,
)
TASKS = Histogram(
    "mago_task_seconds",
    "Time that a task ran, by its name and result (succeeded, failed)",
    ["task", "result"],
    buckets=_SLOW,
    registry=REGISTRY,
)
TASK_WAITS = Histogram(
    "mago_task_wait_seconds",
    "Time between a task's being published and its beginning, by its name",
    ["task"],
    buckets=_SLOW,
    registry=REGISTRY,
)
ALL: tuple[MetricWrapperBase, ...] = (
    REQUESTS,
    SIGN_INS,
    HUB_SIGN_INS,
    LIMITED,
    HASHES,
    HASHES_REFUSED,
    TASKS,
    TASK_WAITS,
)


@cache
def of(metric: Any, *labels: str) -> Any:
    """The one figure of a metric that has these labels; several times as quick as looking for it each time."""
    return metric.labels(*labels)


def collect() -> Iterable[Metric]:
    """The sums over all processes that share the folder, those that have ended among them."""
    with _folder_is_ours():
        _take_over_from_the_dead()
        # One that cannot be read shall not hide what the others have counted.
        files = [str(path) for path in FOLDER.glob("*.db") if is_whole(path)]
        return list(MultiProcessCollector.merge(files))  # type: ignore[no-untyped-call]


@contextmanager
def _folder_is_ours() -> Iterator[None]:
    FOLDER.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (FOLDER / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            yield
        finally:
            # Closing it is not enough: a child that a worker has forked meanwhile has it open, too.
            fcntl.flock(lock, fcntl.LOCK_UN)


def _take_over_from_the_dead() -> None:
    """What processes that ended have counted is added to one file, and their own files are gone."""
    for mark in FOLDER.glob("*.alive"):
        with mark.open("r+") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue  # It lives, or a child does that was forked from it.
        for path in FOLDER.glob(f"*_{mark.stem}.db"):
            kind = path.name.split("_")[0]
            if not is_whole(path):
                logger.warning("What a process had counted is lost: %s cannot be read.", path.name)
            elif kind in {"counter", "histogram"} and not _add(path, FOLDER / f"{kind}_ended.db"):
                return  # There is no room on the disk: another time.
            path.unlink()
        mark.unlink()


def _add(path: Path, total: Path) -> bool:
    """Whether what `path` counted is in `total` now."""
    if total.exists() and not is_whole(total):
        logger.warning("What ended processes had counted is lost: %s cannot be read.", total.name)
        total.unlink()
    into = Figures(str(total))
    counted = list(MmapedDict.read_all_values_from_file(str(path)))  # type: ignore[no-untyped-call]
    # All have their place before one of them is added: what is half added would be added again.
    before = {key: into.read_value(key)[0] for key, *_rest in counted}  # type: ignore[no-untyped-call]
    is_kept = into.is_kept
    if is_kept:
        for key, value, timestamp, _place in counted:
            into.write_value(key, before[key] + value, timestamp)  # type: ignore[no-untyped-call]
    into.close()  # type: ignore[no-untyped-call]
    return is_kept
