"""Many people sign in at once while somebody else only wants an empty page."""

import itertools
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from . import machine
from .client import Client
from .server import Server
from .visitors import submit_password


@dataclass
class Crowd:
    """What was seen: answers by status, refusals without `Retry-After`, the poller's latencies in
    seconds, and the most memory in MB."""

    answers: Counter[int] = field(default_factory=Counter)
    impolite: int = 0
    latency: list[float] = field(default_factory=list)
    memory: float = 0.0

    @property
    def p99(self) -> float:
        return sorted(self.latency)[int(0.99 * len(self.latency))]


def saturate(server: Server, people: list[str], *, size: int, seconds: float) -> Crowd:
    """`size` people sign in, again and again, for `seconds`, while an empty view is polled."""
    seen, end = Crowd(), time.monotonic() + seconds
    names = itertools.cycle(people)
    threads = [
        threading.Thread(target=keep_signing_in, args=(server, names, end, seen))
        for _ in range(size)
    ]
    for thread in threads:
        thread.start()
    poll(server, end, seen)
    for thread in threads:
        thread.join()
    return seen


def keep_signing_in(server: Server, names: Iterator[str], end: float, seen: Crowd) -> None:
    """Whoever is told to come back later does so then."""
    with Client(server.port).fetch_csrf() as client:
        while time.monotonic() < end:
            answer = submit_password(client, next(names))
            seen.answers[answer.status] += 1
            if answer.status == 503:
                wait = float(answer.header("retry-after") or 0)
                seen.impolite += not wait
                time.sleep(max(0, min(wait, end - time.monotonic())))


def poll(server: Server, end: float, seen: Crowd) -> None:
    with Client(server.port) as client:
        for number in itertools.count():
            begin = time.perf_counter()
            client.get("/api/bench/empty")
            seen.latency.append(time.perf_counter() - begin)
            if number % 20 == 0:  # asking for memory makes the process wait
                seen.memory = max(seen.memory, machine.memory([server.worker])[0])
            if time.monotonic() > end:
                break
            time.sleep(0.005)
