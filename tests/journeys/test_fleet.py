"""The reference hub against a running server: from its code to its end; and a herd that loses its server."""

import json
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import pytest

from hubs.agent.client import Client, Refused, enrol, prepare
from hubs.agent.device import Device
from hubs.agent.living import Life
from hubs.agent.store import State
from hubs.agent.wire import Wire
from tests.journeys.test_kill import kill
from tests.running import ROOT, Site, environment, running

pytestmark = [pytest.mark.journey, pytest.mark.enable_socket]

HERD = 40


def manage(site: Site, *words: str, stdin: str = "") -> str:
    """What a command prints that is given to the running installation."""
    port = int(site.base.rsplit(":", 1)[1])
    return subprocess.run(
        [sys.executable, str(ROOT / "manage.py"), *words],
        env=environment(site.data, port),
        input=stdin,
        capture_output=True,
        text=True,
        check=True,
    ).stdout


def in_house(site: Site, program: str) -> str:
    """What a few lines print that run beside the server, as its operator might."""
    return manage(site, "shell", "--no-imports", "-c", program)


def rows(site: Site, query: str) -> list[Any]:
    """What the installation's database holds, read past it."""
    with closing(sqlite3.connect(site.data / "mago.sqlite3")) as database:
        return database.execute(query).fetchall()


ACME = """
from accounts.models import User
from accounts.organizations.services import create_organization
dora = User.objects.create_user("alice@example.com", "seven geese cross a wet meadow")
create_organization(name="Acme", owner=dora, actor=dora)
"""
ORDER = """
from accounts.models import User
from hubs.models import Hub
from hubs.operations.kinds import Kind
from hubs.operations.orders import order_task
alice = User.objects.get(email="alice@example.com")
hub = Hub.objects.everywhere(reason="a journey").select_related("site", "organization").get()
for kind in (Kind.RESTART, Kind.ROTATE_CREDENTIAL, Kind.COLLECT_LOGS):
    order_task(organization=hub.organization, kind=kind, hubs=[hub], addressed_to="it", actor=alice)
"""
TOLD = """
SELECT t.kind, a.stage FROM hub_operations_assignment a
JOIN hub_operations_task t ON t.id = a.task_id
"""
REVOKE = """
from accounts.models import User
from hubs.models import Hub
from hubs.services import revoke_credentials
alice = User.objects.get(email="alice@example.com")
hub = Hub.objects.everywhere(reason="a journey").get()
revoke_credentials(hub=hub, actor=alice, reason="stolen")
"""


@pytest.fixture
def opened() -> Iterator[Callable[[Wire], Wire]]:
    """Wires that are closed at the end."""
    with ExitStack() as stack:

        def open_one(wire: Wire) -> Wire:
            stack.callback(wire.close)
            return wire

        yield open_one


@pytest.mark.slow
def test_a_hub_from_its_code_to_its_end(tmp_path: Path, opened: Any) -> None:
    with running(tmp_path / "data") as site:
        in_house(site, ACME)
        made = manage(
            site, "create_hub_code", "--organization", "acme", "--site", "Hall", "--room", "Blue"
        )
        wire, device = opened(Wire(site.base)), Device(serial="J-1")
        state = enrol(wire, json.loads(made)["code"], device.identity(), prepare(wire))
        state.folder = tmp_path / "hub"
        state.save()
        life = Life(Client(wire, state), device)
        assert life.step() > 0
        in_house(site, ORDER)
        assert life.step() > 0
        told = dict(rows(site, TOLD))
        assert set(told) == {"restart", "rotate_credential", "collect_logs"}
        assert set(told.values()) == {"done"}
        assert state.credential.generation == 2
        # A reboot: what it kept is enough, and one request brings it back.
        kept = State.load(tmp_path / "hub")
        assert kept is not None
        again = Client(opened(Wire(site.base)), kept)
        again.come_in()
        assert (again.wire.requests, again.reconnected) == (1, 1)
        in_house(site, REVOKE)
        with pytest.raises(Refused):
            again.heartbeat(device.report())
        with pytest.raises(Refused):
            again.come_in()


@pytest.mark.slow
def test_the_agent_lives_by_its_command(tmp_path: Path) -> None:
    with running(tmp_path / "data", MAGO_HUB_HEARTBEAT_SECONDS="5") as site:
        in_house(site, ACME)
        words = ("create_hub_code", "--organization", "acme", "--site", "Hall")
        code = json.loads(manage(site, *words))["code"]
        agent = ("hub_agent", "--server", site.base, "--state", str(tmp_path / "hub"))
        first = manage(site, *agent, "--code", code, "--rounds", "1")
        assert "enrolled as hub" in first
        assert "heartbeat 1" in first
        second = manage(site, *agent, "--rounds", "1")
        assert "enrolled" not in second
        assert "heartbeat 1" in second


@pytest.mark.slow
def test_a_herd_comes_back_when_its_server_was_killed(tmp_path: Path) -> None:
    """As after a loss of power: no hub has a token left. Two requests a hub, and one token each for its sign-ins."""
    data, told = tmp_path / "data", {"MAGO_HUB_HEARTBEAT_SECONDS": "5"}
    with running(data, **told) as site:
        herd = start_herd(site)
        wait_until_heard(site)
        kill(site)
        time.sleep(6)
    port = int(site.base.rsplit(":", 1)[1])
    with running(data, port=port, **told) as again:
        printed, _nothing = herd.communicate(timeout=120)
        count = json.loads(printed)
        assert count["hubs"] == count["lost"] == count["back"] == HERD
        assert count["failures"] == 0
        assert count["requests_to_come_back"] <= 2.5
        tokens = rows(again, "SELECT COUNT(*) FROM hubs_hubtoken")
        assert tokens == [(count["sign_ins"] + count["reconnects"],)]
        # No clone was seen where there is none.
        assert rows(again, "SELECT DISTINCT state FROM hubs_hub") == [("active",)]


def start_herd(site: Site) -> subprocess.Popen[str]:
    command = ["simulate_hubs", "--server", site.base, "--count", str(HERD), "--cold"]
    limits = ["--seconds", "50", "--threads", "8"]
    return subprocess.Popen(
        [sys.executable, str(ROOT / "manage.py"), *command, *limits],
        env=environment(site.data, int(site.base.rsplit(":", 1)[1])),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )


def wait_until_heard(site: Site) -> None:
    end: Any = time.monotonic() + 60
    while rows(site, "SELECT COUNT(*) FROM hub_life_presence") < [(HERD,)]:
        assert time.monotonic() < end
        time.sleep(0.5)
