"""PostgreSQL, then Valkey, stopped and started again while hubs stand between the second and the third message."""

import json
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from hubs.agent.client import Client, enrol, prepare
from hubs.agent.device import Device
from hubs.agent.living import Life
from hubs.agent.wire import Answer, Wire

from .house import House, Service, grown

HUBS, AWAY = 6, 1.5  # seconds
_ACME = """
from accounts.models import User
from accounts.organizations.services import create_organization
owner = User.objects.create_user("owner@example.com")
create_organization(name="Acme", owner=owner, actor=owner)
"""
_TALLY = """
import json
from hubs.models import Hub, ReconnectToken, UsedExchange
hubs = Hub.objects.everywhere(reason="a fault")
live = ReconnectToken.objects.filter(superseded_at=None)
print(json.dumps([
    UsedExchange.objects.count(), sorted(live.values_list("last_count", flat=True)),
    list(hubs.values_list("state", flat=True)),
]))
"""


class Halting(Wire):
    """`between` is done before a third message leaves; `told` is what was answered from then on."""

    def __init__(self, server: str) -> None:
        super().__init__(server)
        self.between: Callable[[], None] | None = None
        self.told: list[Answer] = []

    def ask(self, method: str, path: str, *more: Any) -> Answer:
        if self.between and path.endswith("auth/continue"):
            halt, self.between = self.between, None
            halt()
        answer = super().ask(method, path, *more)
        self.told.append(answer)
        return answer


def new_code(house: House) -> str:
    words = ("--organization", "acme", "--site", "Hall", "--room", "Blue", "--uses", str(HUBS))
    return str(json.loads(house.manage("create_hub_code", *words))["code"])


def enrolled(server: str, code: str) -> tuple[Halting, Life]:
    wire, device = Halting(server), Device()
    state = enrol(wire, code, device.identity(), prepare(wire))
    return wire, Life(Client(wire, state), device)


def come_in(life: Life, done: list[float]) -> None:
    """As `hub_agent` does: again and again, each time after as long as the hub itself says."""
    while not life.has_come_in:
        wait = life.step()
        if not life.has_come_in:
            time.sleep(wait)
    done.append(time.monotonic())


def broken_off(part: Service, hubs: list[tuple[Halting, Life]]) -> tuple[float, Counter[int]]:
    """Seconds from the start of the part until the last hub was in, and what they all were told meanwhile."""
    gone = threading.Event()
    there = threading.Barrier(len(hubs) + 1)
    done: list[float] = []

    def halt() -> None:
        there.wait(60)
        gone.wait(60)

    threads = []
    for wire, life in hubs:
        life.client.forget_token()
        life.client.state.reconnect = None
        wire.between, wire.told, life.has_come_in = halt, [], False
        threads.append(threading.Thread(target=come_in, args=(life, done), daemon=True))
        threads[-1].start()
    there.wait(60)
    part.stop()
    gone.set()
    time.sleep(AWAY)
    part.start()
    back = time.monotonic()
    for thread in threads:
        thread.join(60)
    assert len(done) == len(hubs), f"{len(hubs) - len(done)} hubs did not come back within a minute"
    told = [answer for wire, _life in hubs for answer in wire.told]
    silent = [a.status for a in told if a.status in (429, 503) and a.retry_after is None]
    assert not silent, f"nobody was told when to come again: {silent}"
    codes = Counter(answer.status for answer in told)
    assert set(codes) <= {200, 503}, f"somebody was told something else than to wait: {codes}"
    return max(done) - back, codes


def run(folder: Path) -> str:
    with grown(folder) as (house, database, broker, _sink):
        house.shell(_ACME)
        house.start_web(2)
        server, code = f"http://127.0.0.1:{house.port}", new_code(house)
        hubs = [enrolled(server, code) for _ in range(HUBS)]
        said = []
        for name, part in (("PostgreSQL", database), ("Valkey", broker)):
            seconds, codes = broken_off(part, hubs)
            said.append(
                f"{name} away: {codes[503]} answers 503, all in {seconds:.1f} s after its start"
            )
            if part is database:
                assert codes[503] >= HUBS, f"an answer came from a database that was away: {codes}"
        used, counters, states = json.loads(house.shell(_TALLY))
        signed_in = sum(life.client.signed_in for _wire, life in hubs)
        assert used == signed_in, f"{used} exchanges are used up, {signed_in} hubs signed in"
        assert counters == [0] * HUBS, (
            f"a hub has more than one token to come back with: {counters}"
        )
        assert set(states) == {"active"}, f"a clone was seen where there is none: {states}"
        return f"{HUBS} hubs between messages 2 and 3; {'; '.join(said)}; no half token, no false clone"
