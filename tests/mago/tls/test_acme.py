"""The documented path, whole: Traefik with what is rendered, and a certificate authority that speaks ACME.

A certificate comes without anybody's hand, is renewed 30 days before its end, and the admin center shows
how far it is. All on loopback; skipped where Pebble is not installed.
"""

import http.client
import json
import os
import socket
import ssl
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from mago.tls import certificates, services
from mago.tls.certificates import Certificate
from mago.tls.models import State
from mago.tls.policy import INTERMEDIATE
from mago.tls.proxies import RENDERERS, Front
from tests.conftest import Browser
from tests.mago.tls.stand import command, program
from tests.mago.tls.test_scan import upstream
from tests.peers.pebble import Pebble, running_pebble
from tests.running import free_port

__all__ = ["upstream"]

pytestmark = [pytest.mark.peer, pytest.mark.journey, pytest.mark.slow, pytest.mark.one_database]

HOST = "id.mago.test"
Start = Callable[[timedelta], "House"]


@dataclass
class House:
    """Traefik as it was rendered, before an upstream, with an authority that it may ask."""

    folder: Path
    port: int
    authority: Pebble

    @property
    def storage(self) -> Path:
        return self.folder / "acme.json"

    @contextmanager
    def traefik(self) -> Iterator[None]:
        log = self.folder / "traefik.log"
        with log.open("a") as output:
            process = subprocess.Popen(
                command("traefik", self.folder), stdout=output, stderr=output, env=os.environ
            )
        try:
            yield
        finally:
            process.kill()
            process.wait(20)

    def shown(self) -> Certificate | None:
        """The certificate that is served, if the authority vouches for it."""
        try:
            seen = certificates.fetch(HOST, self.port, seconds=5, ca_file=str(self.authority.root))
        except OSError:
            return None
        return None if seen.problem else seen

    def wait_for(self, other_than: str = "", seconds: float = 60) -> Certificate:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if (seen := self.shown()) and seen.serial != other_than:
                return seen
            time.sleep(0.5)
        raise AssertionError((self.folder / "traefik.log").read_text()[-2000:])


@pytest.fixture
def start(tmp_path: Path, upstream: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Start]:
    """The house, with certificates of the life that is told; Traefik itself is started by the test."""
    if not program("traefik"):
        pytest.skip("traefik is not installed")
    usual = socket.getaddrinfo

    def resolve(host: Any, *more: Any, **named: Any) -> Any:
        return usual("127.0.0.1" if host == HOST else host, *more, **named)

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    with ExitStack() as stack:

        def make(life: timedelta) -> House:
            http_port, port = free_port(), free_port()
            authority = stack.enter_context(running_pebble(tmp_path, https_port=port, life=life))
            front = Front(
                host=HOST, upstreams=(upstream,), email="ops@mago.test", folder=str(tmp_path),
                http=f"127.0.0.1:{http_port}", https=f"127.0.0.1:{port}",
                acme_server=authority.directory, acme_ca=str(authority.own_ca),
            )  # fmt: skip
            for file, text in RENDERERS["traefik"](INTERMEDIATE, front).items():
                (tmp_path / file).write_text(text)
            return House(tmp_path, port, authority)

        yield make


@pytest.mark.django_db
def test_a_certificate_comes_by_itself_and_the_admin_center_shows_its_days(
    start: Start, settings: Any, dora: Any
) -> None:
    house = start(timedelta(days=90))
    settings.TLS_ENDPOINTS = (f"{HOST}:{house.port}",)
    settings.TLS_CA_FILE = str(house.authority.root)
    with house.traefik():
        issued = house.wait_for()
        (endpoint,) = services.scan_endpoints()
    assert (issued.subject, issued.key) == (HOST, "ECDSA P-256")
    # What Let's Encrypt gave lies where nobody else can read it.
    assert house.storage.stat().st_mode & 0o077 == 0
    assert (endpoint.serial, endpoint.state, endpoint.days_left) == (issued.serial, State.FRESH, 89)
    assert endpoint.breaches == []
    page = Browser().as_person(dora).get("/admincenter/certificates/").content.decode()
    assert HOST in page
    assert "Pebble Intermediate CA" in page
    assert "89" in page
    # Another start asks for no other: the one that is kept is far from its end.
    with house.traefik():
        assert house.wait_for().serial == issued.serial
        time.sleep(2)
        assert house.wait_for().serial == issued.serial


def test_it_is_renewed_when_it_has_less_than_thirty_days(start: Start) -> None:
    house = start(timedelta(days=29))
    with house.traefik():
        first = house.wait_for()
    # Traefik looks when it starts, and then once a day.
    with house.traefik():
        second = house.wait_for(other_than=first.serial)
    # Both may have been issued within one second, and end in the same.
    assert second.not_after >= first.not_after


def test_a_renewal_disturbs_nobody(start: Start) -> None:
    house = start(timedelta(minutes=15))
    static = house.folder / "traefik.yml"
    head, _line, text = static.read_text().partition("\n")
    content = json.loads(text)
    # For certificates of an hour Traefik looks once a minute: the one thing that is not as it was rendered.
    content["certificatesResolvers"]["letsencrypt"]["acme"]["certificatesDuration"] = 1
    static.write_text(f"{head}\n{json.dumps(content)}")
    trusting = ssl.create_default_context(cafile=str(house.authority.root))
    with house.traefik():
        first, serial, asked = house.wait_for().serial, "", 0
        end = time.monotonic() + 100
        while serial in {"", first}:
            assert time.monotonic() < end, "it was not renewed"
            connection = http.client.HTTPSConnection(HOST, house.port, timeout=10, context=trusting)
            connection.request("GET", "/health/live")
            serial = f"{int(connection.sock.getpeercert()['serialNumber'], 16):x}"
            assert connection.getresponse().status == 200
            connection.close()
            asked += 1
            time.sleep(0.5)
    assert asked > 20
