"""The reference hub against a running server: from its code to its end; and a herd that loses its server."""

import io
import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from accounts.models import User
from accounts.organizations.services import create_organization
from hubs.agent.client import Client, Refused, enrol, prepare
from hubs.agent.device import Device
from hubs.agent.herd import Count, Herd
from hubs.agent.living import Life
from hubs.agent.store import State
from hubs.agent.wire import Wire
from hubs.management.commands.simulate_hubs import codes_for
from hubs.models import Hub, ReconnectToken, UsedExchange
from hubs.operations.kinds import Kind
from hubs.operations.models import Assignment
from hubs.operations.orders import order_task
from hubs.services import revoke_credentials
from tests.journeys.conftest import Inside
from tests.journeys.test_kill import kill
from tests.running import ROOT, Site, environment, running

pytestmark = [pytest.mark.journey, pytest.mark.slow]

HERD = 12
WHY = "a journey"


@pytest.fixture(scope="module")
def house(site: Site, inside: Inside) -> Site:
    """An installation in which Acme is, whose hubs these are."""
    with inside(site):
        owner = User.objects.create_user("fleet@example.com")
        create_organization(name="Acme", owner=owner, actor=owner)
    return site


def printed_by(*command: str) -> str:
    out = io.StringIO()
    call_command(*command, stdout=out)
    return out.getvalue()


def new_code() -> str:
    words = ("--organization", "acme", "--site", "Hall", "--room", "Blue")
    return str(json.loads(printed_by("create_hub_code", *words))["code"])


@pytest.fixture
def opened() -> Iterator[Callable[[Wire], Wire]]:
    """Wires that are closed at the end."""
    with ExitStack() as stack:

        def open_one(wire: Wire) -> Wire:
            stack.callback(wire.close)
            return wire

        yield open_one


def test_a_hub_from_its_code_to_its_end(
    house: Site, inside: Inside, tmp_path: Path, opened: Any
) -> None:
    with inside(house):
        code = new_code()
    wire, device = opened(Wire(house.base)), Device(serial="J-1")
    state = enrol(wire, code, device.identity(), prepare(wire))
    state.folder = tmp_path / "hub"
    state.save()
    life = Life(Client(wire, state), device)
    assert life.step() > 0
    with inside(house):
        alice = User.objects.get(email="fleet@example.com")
        hub = Hub.objects.everywhere(reason=WHY).select_related("site", "organization")
        hub = hub.get(pk=state.hub_id)
        made = {"organization": hub.organization, "hubs": [hub], "addressed_to": "it"}
        for kind in (Kind.RESTART, Kind.ROTATE_CREDENTIAL, Kind.COLLECT_LOGS):
            order_task(kind=kind, actor=alice, **made)
    assert life.step() > 0
    with inside(house):
        done = Assignment.objects.filter(hub=hub, stage="done")
        assert set(done.values_list("task__kind", flat=True)) == {
            "restart",
            "rotate_credential",
            "collect_logs",
        }
    assert state.credential.generation == 2
    # A reboot: what it kept is enough, and one request brings it back.
    kept = State.load(tmp_path / "hub")
    assert kept is not None
    again = Client(opened(Wire(house.base)), kept)
    again.come_in()
    assert (again.wire.requests, again.reconnected) == (1, 1)
    with inside(house):
        revoke_credentials(hub=hub, actor=alice, reason="stolen")
    with pytest.raises(Refused):
        again.heartbeat(device.report())
    with pytest.raises(Refused):
        again.come_in()


def test_the_agent_lives_by_its_command(house: Site, inside: Inside, tmp_path: Path) -> None:
    """In a process of its own, which has neither our database nor our settings."""
    with inside(house):
        code = new_code()
    words = ["--server", house.base, "--state", str(tmp_path / "hub"), "--rounds", "1"]

    def agent(*more: str) -> str:
        return subprocess.run(
            [sys.executable, str(ROOT / "manage.py"), "hub_agent", *words, *more],
            env=environment(tmp_path / "nothing", 8000),
            capture_output=True,
            text=True,
            check=True,
        ).stdout

    first = agent("--code", code)
    assert "enrolled as hub" in first
    assert "heartbeat 1" in first
    second = agent()
    assert "enrolled" not in second
    assert "heartbeat 1" in second


def test_a_fleet_is_simulated_by_its_command(house: Site, inside: Inside) -> None:
    with inside(house):
        told = json.loads(
            printed_by("simulate_hubs", "--server", house.base, "--count=5", "--seconds=2")
        )
    assert (told["hubs"], told["sign_ins"], told["failures"]) == (5, 5, 0)


def test_a_herd_comes_back_when_its_server_was_killed(tmp_path: Path, inside: Inside) -> None:
    """As after a loss of power: no hub has a token left. Two requests a hub, and nothing counted twice."""
    with running(tmp_path) as site:
        with inside(site):
            codes = list(codes_for(HERD, ""))
        herd = Herd(site.base, threads=8, cold=True)
        herd.enrol(iter(codes), HERD, lambda done: None)
        live_until(herd, lambda count: count.heartbeats >= HERD)
        kill(site)
    live_until(herd, lambda count: count.lost == HERD)
    with running(tmp_path, port=int(site.base.rsplit(":", 1)[1])) as again:
        live_until(herd, lambda count: count.back == HERD)
        with inside(again):
            # Each was let in as often as it says, and no more: no proof counted twice.
            assert UsedExchange.objects.count() == herd.count.sign_ins
            counters = ReconnectToken.objects.values_list("last_count", flat=True)
            assert sorted(counters) == sorted(m.life.client.state.count for m in herd._members)
            # No clone was seen where there is none.
            states = Hub.objects.everywhere(reason=WHY).values_list("state", flat=True)
            assert list(states) == ["active"] * HERD
    assert (herd.count.lost, herd.count.failures) == (HERD, 0)
    assert herd.count.requests_to_come_back <= 2.5


def live_until(herd: Herd, there: Callable[[Count], bool]) -> None:
    """Each hub acts at once, as if it were due, and again until it is so."""
    end = time.monotonic() + 60
    while not there(herd.count):
        assert time.monotonic() < end, herd.count
        herd.live(0.5, lambda count, inside: None)
