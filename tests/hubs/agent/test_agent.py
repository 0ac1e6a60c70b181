"""The reference hub against the real server, without a socket: it proves itself, demands proof, and survives being cut off."""

import json
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client as Http

from hubs.agent import client as agent
from hubs.agent import living, proof
from hubs.agent.client import Busy, Client, Refused, ServerNotProved, Unreachable
from hubs.agent.device import Device
from hubs.agent.living import Life
from hubs.agent.store import FILE, State
from hubs.agent.wire import Answer, Wire
from hubs.management.commands import simulate_hubs
from hubs.models import Credential, EnrolmentCode, Hub
from hubs.models import State as HubState
from hubs.operations.kinds import Kind
from hubs.operations.models import Assignment
from hubs.operations.orders import order_task
from hubs.services import ask_for_rotation, create_enrolment_code, retire_hub, revoke_credentials


class Loop:
    """A wire to the server in this process. What `cut` says yes to is lost: the request, or only its answer."""

    def __init__(self) -> None:
        self.http, self.requests, self.asked = Http(), 0, list[str]()
        self.lose_request = self.lose_answer = ""
        self.forge: Any = None

    def ask(self, method: str, path: str, body: Any = None, token: str = "") -> Answer:
        self.asked.append(path.removeprefix("/api/v1/hubs/"))
        if self.lose_request and path.endswith(self.lose_request):
            raise Unreachable("cut")
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        sent = {"content_type": "application/json", "headers": headers}
        if method == "GET":
            answer = self.http.get(path, headers=headers)
        else:
            answer = self.http.post(path, json.dumps(body), **sent)
        self.requests += 1
        if self.lose_answer and path.endswith(self.lose_answer):
            raise Unreachable("cut")
        told = answer.json()
        if self.forge:
            told = self.forge(path, told)
        retry = answer.headers.get("Retry-After")
        return Answer(answer.status_code, told, float(retry) if retry else None)

    def end_point(self) -> bytes:
        return b""


@pytest.fixture
def wire(db: None) -> Loop:
    return Loop()


@pytest.fixture
def hub(wire: Loop, room: Any, alice: Any, tmp_path: Path) -> Client:
    _row, code = create_enrolment_code(organization=room.organization, room=room, actor=alice)
    secret = agent.prepare(wire)  # type: ignore[arg-type]
    state = agent.enrol(wire, code, Device(serial="S-1").identity(), secret)  # type: ignore[arg-type]
    state.folder = tmp_path / "state"
    state.save()
    return Client(wire, state)  # type: ignore[arg-type]


def row() -> Hub:
    return Hub.objects.everywhere(reason="a test").select_related("site").get()


def life(hub: Client) -> Life:
    return Life(hub, Device(serial="S-1"))


def test_it_enrols_signs_in_and_comes_back_by_one_request(hub: Client, wire: Loop) -> None:
    wire.asked.clear()
    hub.come_in()
    assert wire.asked == ["auth", "auth/start", "auth/continue"]
    hub.come_in()
    hub.forget_token()
    hub.come_in()
    assert wire.asked[3:] == ["auth/start"]
    assert (hub.signed_in, hub.reconnected) == (1, 1)
    assert hub.heartbeat(Device().report()).interval == 60


def test_its_secret_stays_in_a_file_of_its_owner(hub: Client, tmp_path: Path) -> None:
    path = tmp_path / "state" / FILE
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert State.load(tmp_path / "state") == hub.state
    secret = hub.state.credential.secret
    assert not any(secret in one.keys for one in Credential.objects.everywhere(reason="test"))
    path.chmod(0o640)
    with pytest.raises(ValueError, match="read by others"):
        State.load(tmp_path / "state")


@pytest.mark.parametrize("what", ["signature", "list", "nonce", "iterations"])
def test_a_server_that_cannot_prove_itself_is_refused(hub: Client, wire: Loop, what: str) -> None:
    def forge(path: str, told: dict[str, Any]) -> dict[str, Any]:
        if what == "list" and path.endswith("/auth"):
            return told | {"mechanisms": ["SCRAM-SHA-256"]}
        if path.endswith("/start") and what in ("nonce", "iterations"):
            message = proof.decoded(told["challenge"]).decode()
            message = "r=!" + message[3:] if what == "nonce" else message.replace("i=4096", "i=1")
            return told | {"challenge": proof.encoded(message.encode())}
        if path.endswith("/continue") and what == "signature":
            return told | {"additional_data": proof.encoded(b"v=" + b"A" * 44)}
        return told

    wire.forge = forge
    with pytest.raises(ServerNotProved):
        hub.come_in()
    wait = life(hub).step()
    assert wait >= living.PATIENCE / 2
    wire.forge = None
    hub.come_in()


@pytest.mark.parametrize(
    ("seen", "offered", "flag"),
    [
        (b"its hash", ["tls-exporter", "tls-server-end-point"], "p=tls-server-end-point"),
        (b"its hash", ["tls-exporter"], "n"),
        (b"its hash", [], "y"),
        (b"", [], "n"),
    ],
)
def test_it_binds_where_it_can_and_says_so_where_the_server_cannot(
    hub: Client, wire: Loop, seen: bytes, offered: list[str], flag: str
) -> None:
    """By "y" a server that can bind knows that somebody cut its offer short."""
    wire.end_point = lambda: seen  # type: ignore[method-assign]
    assert hub._binding(offered)[0] == flag


def test_a_server_that_does_not_hold_the_reconnect_token_is_refused(
    hub: Client, wire: Loop
) -> None:
    hub.come_in()
    hub.forget_token()
    wire.forge = lambda _path, told: told | {"additional_data": "AAAA"}
    with pytest.raises(ServerNotProved):
        hub.come_in()


@pytest.mark.parametrize(
    ("lost", "where"),
    [
        ("request", "me/credential"),
        ("answer", "me/credential"),
        ("request", "auth/start"),
        ("answer", "auth/start"),
        ("request", "auth/continue"),
        ("answer", "auth/continue"),
    ],
)
def test_wherever_a_rotation_is_cut_off_the_hub_comes_back_with_one_credential(
    hub: Client, wire: Loop, tmp_path: Path, lost: str, where: str
) -> None:
    hub.come_in()
    setattr(wire, f"lose_{lost}", where)
    with pytest.raises(Unreachable):
        hub.rotate()
    wire.lose_request = wire.lose_answer = ""
    kept = State.load(tmp_path / "state")
    assert kept is not None
    again = Client(wire, kept)  # type: ignore[arg-type]
    life(again).step()
    assert (kept.pending, kept.credential.generation) == (None, 2)
    live = Credential.objects.everywhere(reason="test").filter(ended_at=None)
    assert live.values_list("generation", "stage").get() == (2, "active")
    assert row().state == HubState.ACTIVE


def test_a_lost_reconnect_is_no_clone(hub: Client, wire: Loop, tmp_path: Path) -> None:
    """The server may have counted it: the counter goes on, and was kept before it was sent."""
    hub.come_in()
    hub.forget_token()
    wire.lose_answer = "auth/start"
    with pytest.raises(Unreachable):
        hub.come_in()
    wire.lose_answer = ""
    kept = State.load(tmp_path / "state")
    assert kept is not None
    Client(wire, kept).come_in()  # type: ignore[arg-type]
    assert row().state == HubState.ACTIVE


def test_it_does_what_it_is_asked_once_whatever_is_lost(
    hub: Client, wire: Loop, alice: Any
) -> None:
    running = life(hub)
    running.step()
    for kind in Kind:
        order_task(
            organization=row().organization,
            kind=kind,
            parameters={"version": "2.0"} if kind == Kind.UPDATE else None,
            hubs=[row()],
            addressed_to="x",
            actor=alice,
        )
    wire.lose_answer = "me/tasks"
    running.step()
    wire.lose_answer = ""
    running.step()
    told = dict(Assignment.objects.values_list("task__kind", "stage"))
    assert told == dict.fromkeys(Kind, "done")
    assert running.device.firmware == "2.0"
    assert sum("task: restart" in line for line in running.device.log) == 1
    assert hub.state.credential.generation == 2


def test_it_rotates_when_the_server_wishes_so(hub: Client, alice: Any) -> None:
    ask_for_rotation(hub=row(), actor=alice)
    running = life(hub)
    running.step()
    assert hub.state.credential.generation == 2
    assert running.failures == 0


def test_whoever_is_revoked_or_retired_is_refused_and_waits_long(hub: Client, alice: Any) -> None:
    running = life(hub)
    running.step()
    revoke_credentials(hub=row(), actor=alice)
    for _time in range(3):
        wait = running.step()
    assert running.failures == 3
    assert wait >= living.PATIENCE / 2
    retire_hub(hub=row(), reason="gone", actor=alice)
    with pytest.raises(Refused):
        hub.come_in()


def test_it_waits_as_long_as_it_is_told(hub: Client, wire: Loop) -> None:
    wire.ask = lambda *_args: Answer(503, {}, 17.0)  # type: ignore[method-assign]
    assert 17 <= life(hub).step() <= 18
    with pytest.raises(Busy):
        hub.come_in()
    wire.ask = lambda *_args: Answer(502, {})  # type: ignore[method-assign]
    assert life(hub).step() <= living.LONGEST_WAIT


def test_hubs_that_fell_together_come_back_apart() -> None:
    waits = [living.backoff(5) for _ in range(200)]
    assert max(waits) <= living.LONGEST_WAIT
    assert max(waits) - min(waits) > living.LONGEST_WAIT / 2


def test_a_token_never_travels_in_the_clear() -> None:
    with pytest.raises(ValueError, match="https"):
        Wire("http://mago.example")
    for server in ("http://127.0.0.1:8000", "http://[::1]:8000", "https://mago.example"):
        Wire(server)


def test_the_vectors_of_rfc_7677_hold() -> None:
    salt = "W22ZaJ0SNY7soEsUEjb6gQ=="
    keys = proof.keys_of("pencil", proof.decoded(salt), 4096)
    exchange = proof.Exchange("user", keys, salt, 4096)
    exchange._bare, exchange._nonce = "n=user,r=rOprNGfwEbeRWgbNEkqO", "rOprNGfwEbeRWgbNEkqO"
    final = exchange.final(
        "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096"
    )
    assert final.endswith(",p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=")
    exchange.check("v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=")


def test_the_end_point_is_that_of_the_server(tmp_path: Path) -> None:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.serialization import Encoding
    from django.utils import timezone

    from hubs.binding import end_point_of

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "hub host")])
    for used in (hashes.SHA256(), hashes.SHA384(), hashes.SHA512()):
        now = timezone.now()
        built = x509.CertificateBuilder().subject_name(name).issuer_name(name).serial_number(1)
        built = built.not_valid_before(now).not_valid_after(now).public_key(key.public_key())
        certificate = built.sign(key, used)
        path = tmp_path / f"{used.name}.pem"
        path.write_bytes(certificate.public_bytes(Encoding.PEM))
        assert proof.end_point_of(certificate.public_bytes(Encoding.DER)) == end_point_of(str(path))


def test_the_agent_needs_nothing_but_python() -> None:
    """Whoever reads it, or copies it to a device, meets neither Django nor our models."""
    said = (
        "import sys, hubs.agent.living; "
        "print([m for m in sys.modules if m.split('.')[0] in ('django', 'accounts', 'mago')"
        " or m == 'hubs.models'])"
    )
    printed = subprocess.run(
        [sys.executable, "-c", said], capture_output=True, text=True, check=True
    )
    assert printed.stdout.strip() == "[]"


@pytest.mark.django_db
def test_a_herd_whose_server_is_not_there_says_so_and_makes_no_codes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def nobody(wire: object) -> None:
        raise Unreachable("ConnectionRefusedError")

    monkeypatch.setattr(simulate_hubs, "prepare", nobody)
    with pytest.raises(CommandError, match=r"does not answer \(ConnectionRefusedError\)"):
        call_command("simulate_hubs", server="http://127.0.0.1:1", count=2)
    assert not EnrolmentCode.objects.everywhere(reason="whosever").exists()
