"""A hub and a running server: one that is killed in between, and one behind a proxy that ends TLS."""

import base64
import hashlib
import hmac
import http.client
import json
import re
import shutil
import signal
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import pytest
import scramp
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from accounts.models import User
from accounts.organizations.services import create_organization, create_site
from hubs.agent.client import Client, Refused, enrol, prepare
from hubs.agent.device import Device
from hubs.agent.wire import Wire
from hubs.services import create_enrolment_code
from mago.core.ids import new_id
from tests.hubs.conftest import verifier
from tests.hubs.hub import decoded, encoded
from tests.journeys.conftest import Inside
from tests.running import Site, free_port, running

pytestmark = [pytest.mark.journey, pytest.mark.slow]
API = "/api/v1/hubs/"


def new_code(site: Site, inside: Inside) -> str:
    """An enrolment code of Acme's."""
    with inside(site):
        owner = User.objects.create_user(f"{new_id()}@example.com")
        acme = create_organization(name="Acme", owner=owner, actor=owner)
        hall = create_site(organization=acme, name="Hall", actor=owner)
        return create_enrolment_code(organization=acme, site=hall, actor=owner)[1]


def enrolled(site: Site, inside: Inside) -> str:
    """The name of a hub of Acme's, whose secret is "secret"."""
    code = new_code(site, inside)
    device = {"model": "Panel", "serial": "S-1"}
    body = {"code": code, "device": device, "credentials": [verifier("secret")]}
    with connected(site.base) as connection:
        status, made = post(connection, "enrol", body)
    assert status == 201
    return str(made["hub_id"])


def post(connection: http.client.HTTPConnection, path: str, body: Any, **headers: str) -> Any:
    headers = {"Content-Type": "application/json", **headers}
    connection.request("POST", API + path, json.dumps(body), headers)
    answer = connection.getresponse()
    return answer.status, json.loads(answer.read())


def connected(base: str) -> Any:
    return closing(http.client.HTTPConnection(urlsplit(base).netloc, timeout=20))


def started(connection: Any, name: str, mechanism: str = "SCRAM-SHA-256", **more: Any) -> Any:
    client = scramp.ScramClient([mechanism], name, "secret", **more)
    sent = {"mechanism": mechanism, "initial_response": encoded(client.get_client_first())}
    status, told = post(connection, "auth/start", sent)
    assert status == 200, told
    client.set_server_first(decoded(told["challenge"]))
    return client, {"sid": told["sid"], "response": encoded(client.get_client_final())}


def test_a_server_killed_between_the_two_requests_is_no_matter(
    tmp_path: Path, inside: Inside
) -> None:
    """The sign-in goes on with the next process, once; tokens of before still work."""
    with running(tmp_path) as site:
        name = enrolled(site, inside)
        with connected(site.base) as connection:
            _client, final = started(connection, name)
            _status, before = post(connection, "auth/continue", final)
            _client, begun = started(connection, name)
        site.stop(signal.SIGKILL)
    with running(tmp_path) as site, connected(site.base) as connection:
        status, told = post(connection, "auth/continue", begun)
        assert (status, told["status"]) == (200, "success")
        for used in (begun, final):
            assert post(connection, "auth/continue", used)[0] == 401
        bearer = {"Authorization": f"Bearer {before['access_token']}"}
        connection.request("GET", API + "me", headers=bearer)
        assert connection.getresponse().status == 200


# --- behind a proxy ---


class Proxied(NamedTuple):
    """Mago behind HAProxy: its port, its certificate's file, and what tls-server-end-point is for that."""

    site: Site
    port: int
    certificate: Path
    end_point: bytes


PROXY = """
global
    tune.ssl.keylog on
defaults
    mode http
    timeout connect 5s
    timeout client 30s
    timeout server 30s
frontend https
    bind 127.0.0.1:{port} ssl crt {certificate}
    http-request set-header X-TLS-CB-End-Point %[ssl_f_der,sha2(256),hex]
    http-request set-header X-TLS-Exporter-Secret %[ssl_fc_exporter_secret]
    http-request set-header X-TLS-Cipher %[ssl_fc_cipher]
    http-request set-header X-Forwarded-Proto https
    option forwardfor
    default_backend mago
backend mago
    server one {backend}
"""


def certificate(path: Path) -> bytes:
    """A certificate and its key stand in the file; gives what tls-server-end-point is for it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), 1, now, now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    secret = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path.write_bytes(made.public_bytes(pem) + secret)
    return hashlib.sha256(made.public_bytes(serialization.Encoding.DER)).digest()


@pytest.fixture(scope="module")
def proxied(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxied]:
    if not shutil.which("haproxy"):
        pytest.skip("haproxy is not installed")
    tmp_path = Path(tmp_path_factory.mktemp("proxied"))
    file, port = tmp_path / "pair.pem", free_port()
    end_point = certificate(file)
    settings = {"MAGO_TRUSTED_PROXIES": "1", "MAGO_HUB_CHANNEL_BINDING_HEADERS": "true"}
    with running(tmp_path / "data", **settings) as site:
        backend = urlsplit(site.base).netloc
        text = PROXY.format(port=port, certificate=file, backend=backend)
        (tmp_path / "haproxy.cfg").write_text(text)
        process = subprocess.Popen(["haproxy", "-db", "-f", str(tmp_path / "haproxy.cfg")])
        try:
            wait_for(port)
            yield Proxied(site, port, file, end_point)
        finally:
            process.terminate()
            process.wait(20)


def wait_for(port: int) -> None:
    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError("the proxy did not start")


@pytest.mark.peer
def test_the_channel_is_bound_to_behind_haproxy(proxied: Proxied, inside: Inside) -> None:
    site, port, _file, end_point = proxied
    name = enrolled(site, inside)
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with closing(
        http.client.HTTPSConnection("127.0.0.1", port, context=context, timeout=20)
    ) as connection:
        bind_and_be_bound(connection, name, end_point)
    # Past the proxy nothing is offered to bind to.
    with connected(site.base) as direct:
        direct.request("GET", API + "auth")
        assert json.loads(direct.getresponse().read())["channel_bindings"] == []


@pytest.mark.peer
def test_the_agent_binds_to_the_certificate_that_it_sees(proxied: Proxied, inside: Inside) -> None:
    """Both ways in: by its secret, and by its token; and a certificate of somebody else's gives it away."""
    site, port, file, _end_point = proxied
    code = new_code(site, inside)
    with closing(Wire(f"https://localhost:{port}", authorities=str(file))) as wire:
        client = Client(wire, enrol(wire, code, Device().identity(), prepare(wire)))
        client.come_in()
        assert client.state.reconnect
        assert client.state.reconnect["mechanism"] == "HT-SHA-256-ENDP"
        client.forget_token()
        client.come_in()
        assert (client.signed_in, client.reconnected) == (1, 1)
        assert client.heartbeat({"uptime": 1}).interval == 60
        wire.end_point = lambda: b"another certificate".ljust(32)  # type: ignore[method-assign]
        for way_in in (client.reconnect, client.sign_in):
            with pytest.raises(Refused):
                way_in()


def bind_and_be_bound(connection: Any, name: str, end_point: bytes) -> None:
    connection.request("GET", API + "auth")
    offer = json.loads(connection.getresponse().read())
    assert offer["mechanisms"][0] == "SCRAM-SHA-256-PLUS"
    assert offer["channel_bindings"] == ["tls-exporter", "tls-server-end-point"]
    bound = {
        "mechanism": "SCRAM-SHA-256-PLUS",
        "channel_binding": ("tls-server-end-point", end_point),
    }
    client, final = started(connection, name, **bound)
    status, told = post(connection, "auth/continue", final)
    assert (status, told["reconnect"]["mechanism"]) == (200, "HT-SHA-256-ENDP")
    client.set_server_final(decoded(told["additional_data"]))
    # Another certificate was seen: somebody stands between. A header of theirs is overwritten.
    other = hashlib.sha256(b"another certificate").digest()
    bound["channel_binding"] = ("tls-server-end-point", other)
    _client, final = started(connection, name, **bound)
    status, told = post(connection, "auth/continue", final, **{"X-TLS-CB-End-Point": other.hex()})
    assert (status, decoded(told["data"])) == (401, "e=channel-bindings-dont-match")
    # Told that the server cannot bind, though it can.
    first = encoded(f"y,,n={name},r=rOprNGfwEbeRWgbNEkqO")
    sent = {"mechanism": "SCRAM-SHA-256", "initial_response": first}
    status, told = post(connection, "auth/start", sent)
    assert (status, decoded(told["data"])) == (401, "e=server-does-support-channel-binding")


@pytest.mark.peer
def test_the_very_connection_is_bound_to_behind_haproxy(proxied: Proxied, inside: Inside) -> None:
    """OpenSSL's client exports its end of the connection's secret; ours comes from HAProxy."""
    site, port, *_more = proxied
    name = enrolled(site, inside)
    with subprocess.Popen(
        ["openssl", "s_client", "-connect", f"127.0.0.1:{port}", "-tls1_3", "-ign_eof",
         "-keymatexport", "EXPORTER-Channel-Binding", "-keymatexportlen", "32"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
    ) as openssl:  # fmt: skip
        try:
            exported = bytes.fromhex(read(openssl, rb"Keying material: ([0-9A-F]{64})\n").decode())
            header = "p=tls-exporter,,"
            bare = f"n={name},r=rOprNGfwEbeRWgbNEkqO"
            sent = {"mechanism": "SCRAM-SHA-256-PLUS", "initial_response": encoded(header + bare)}
            told = ask(openssl, "auth/start", sent)
            challenge = decoded(told["challenge"])
            binding = base64.b64encode(header.encode() + exported).decode()
            final = f"c={binding},{challenge.split(',')[0]}"
            proof = proved(challenge, f"{bare},{challenge},{final}")
            response = {"sid": told["sid"], "response": encoded(f"{final},p={proof}")}
            told = ask(openssl, "auth/continue", response)
            assert (told["status"], told["reconnect"]["mechanism"]) == (
                "success",
                "HT-SHA-256-EXPR",
            )
        finally:
            openssl.kill()


def proved(challenge: str, signed: str) -> str:
    salt = base64.b64decode(challenge.partition(",s=")[2].partition(",")[0])
    salted = hashlib.pbkdf2_hmac("sha256", b"secret", salt, 4096)
    key = hmac.digest(salted, b"Client Key", "sha256")
    signature = hmac.digest(hashlib.sha256(key).digest(), signed.encode(), "sha256")
    return base64.b64encode(bytes(a ^ b for a, b in zip(key, signature, strict=True))).decode()


def ask(openssl: subprocess.Popen[bytes], path: str, body: Any) -> Any:
    text = json.dumps(body)
    assert openssl.stdin
    head = f"POST {API}{path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
    openssl.stdin.write(f"{head}Content-Length: {len(text)}\r\n\r\n{text}".encode())
    openssl.stdin.flush()
    return json.loads(read(openssl, rb'(\{"status".*\})'))


def read(openssl: subprocess.Popen[bytes], wanted: bytes) -> bytes:
    """The group that it printed, from where was read last."""
    assert openssl.stdout
    seen = b""
    while (found := re.search(wanted, seen)) is None:
        more = openssl.stdout.read1()  # type: ignore[attr-defined]
        assert more, seen
        seen += more
    return found[1]
