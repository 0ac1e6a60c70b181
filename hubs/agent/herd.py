"""Many hubs at once, each as in living.py, by a few threads: a load, and a demonstration of how a fleet comes back."""

import heapq
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from .client import Busy, Client, Unreachable, enrol, prepare
from .device import Device
from .living import Life, uniform
from .store import State
from .wire import Wire

ENROLLING = 8


@dataclass
class Count:
    """What happened. `requests` are those that were answered; `asked_when_lost` those of hubs on their way back."""

    hubs: int = 0
    sign_ins: int = 0
    reconnects: int = 0
    heartbeats: int = 0
    requests: int = 0
    told_to_wait: int = 0
    unanswered: int = 0
    failures: int = 0
    lost: int = 0
    back: int = 0
    asked_when_lost: int = 0
    # Seconds from the first loss until every hub that was lost had come back.
    all_back: float = 0.0

    @property
    def requests_to_come_back(self) -> float:
        """Of each hub that was lost, the mean."""
        return round(self.asked_when_lost / self.back, 2) if self.back else 0.0


class Member:
    """A hub of the herd, and whether it is lost at the moment."""

    def __init__(self, life: Life, *, cold: bool) -> None:
        self.life, self.cold = life, cold
        self.is_lost, self.asked_before = False, 0

    def step(self, count: Count, lock: threading.Lock) -> float:
        client, before = self.life.client, self._figures()
        wait = self.life.step()
        after = self._figures()
        with lock:
            count.requests += after[0] - before[0]
            count.sign_ins += after[1] - before[1]
            count.reconnects += after[2] - before[2]
            if self.life.is_lost:
                count.unanswered += 1
                if not self.is_lost:
                    count.lost, self.is_lost, self.asked_before = count.lost + 1, True, after[0]
            elif self.life.failures:
                count.failures += 1
            elif self.life.has_come_in:
                count.heartbeats += 1
                if self.is_lost:
                    self.is_lost = False
                    count.back += 1
                    # Without the heartbeat itself, which is due anyway.
                    count.asked_when_lost += after[0] - self.asked_before - 1
            else:
                count.told_to_wait += 1
        if self.is_lost and self.cold:
            client.forget_token()
        return wait

    def _figures(self) -> tuple[int, int, int]:
        client = self.life.client
        return client.wire.requests, client.signed_in, client.reconnected


class Herd:
    """`codes` gives an enrolment code for each hub. With `cold`, a hub that is cut off forgets its token, as without power."""

    def __init__(self, server: str, threads: int, *, cold: bool = False) -> None:
        self.server, self.threads, self.cold = server, threads, cold
        self.count = Count()
        self._members: list[Member] = []
        self._inside: set[int] = set()
        self._lost_at = 0.0
        self._lock = threading.Lock()

    def enrol(self, codes: Iterator[str], number: int, told: Callable[[int], None]) -> None:
        """So many hubs more are enrolled; `told` hears how many are."""
        wanted = [next(codes) for _ in range(number)]
        with ThreadPoolExecutor(min(ENROLLING, self.threads)) as pool:
            for member in pool.map(self._enrolled, wanted):
                self._members.append(member)
                self.count.hubs += 1
                told(self.count.hubs)

    def adopt(self, state: State, device: Device) -> None:
        """A hub that is enrolled already lives with the others."""
        client = Client(Wire(self.server), state)
        self._members.append(Member(Life(client, device), cold=self.cold))
        self.count.hubs += 1

    def _enrolled(self, code: str) -> Member:
        wire, device = Wire(self.server), Device(model="Simulated hub")
        credential = None
        while True:
            try:
                credential = credential or prepare(wire)
                state = enrol(wire, code, device.identity(), credential)
            except Busy as busy:
                time.sleep(busy.retry_after + uniform(0, 1))
            except Unreachable:
                time.sleep(uniform(0, 2))
            else:
                wire.close()
                return Member(Life(Client(wire, state), device), cold=self.cold)

    def live(self, seconds: float, told: Callable[[Count, int], None]) -> None:
        """The hubs live for so long; `told` hears how it stands, and how many are in."""
        turns = Turns(len(self._members), time.monotonic() + seconds)
        with ThreadPoolExecutor(self.threads) as pool:
            for running in [pool.submit(self._work, turns, told) for _ in range(self.threads)]:
                running.result()

    def _work(self, turns: "Turns", told: Callable[[Count, int], None]) -> None:
        while (number := turns.next()) is not None:
            member = self._members[number]
            wait = member.step(self.count, self._lock)
            # A server holds few connections that are idle, and a real hub opens one each minute.
            member.life.client.wire.close()
            with self._lock:
                self._note(number, member)
                told(self.count, len(self._inside))
            turns.again(number, wait)

    def _note(self, number: int, member: Member) -> None:
        now = time.monotonic()
        if member.is_lost:
            self._lost_at = self._lost_at or now
            self._inside.discard(number)
        elif member.life.has_come_in:
            self._inside.add(number)
            if self._lost_at and self.count.back == self.count.lost and not self.count.all_back:
                self.count.all_back = round(now - self._lost_at, 1)


class Turns:
    """Whose turn it is: numbers, each when it is due, until the end."""

    def __init__(self, count: int, end: float) -> None:
        self._due, self._end = [(0.0, number) for number in range(count)], end
        self._lock = threading.Lock()

    def next(self) -> int | None:
        """The next number, once it is due; None when the time is over."""
        while (now := time.monotonic()) < self._end:
            with self._lock:
                if self._due and self._due[0][0] <= now:
                    return heapq.heappop(self._due)[1]
            time.sleep(0.02)
        return None

    def again(self, number: int, wait: float) -> None:
        with self._lock:
            heapq.heappush(self._due, (time.monotonic() + wait, number))
