"""Syslog and webhook against servers of our own on loopback, with certificates of our own."""

import base64
import hashlib
import hmac
import ipaddress
import json
import re
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from mago.audit.models import AuditStream
from mago.audit.services import Tag, record, seal
from mago.audit.streams import connecting, services, syslog, webhook
from mago.audit.streams.connecting import Step
from mago.audit.streams.following import REFUSALS, follow
from mago.audit.streams.selectors import letters_of

Make = Callable[..., AuditStream]
Answer = Callable[[ssl.SSLSocket], None]

pytestmark = [pytest.mark.one_database, pytest.mark.journey, pytest.mark.enable_socket]


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for 127.0.0.1 that signs itself, with its key, as PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "stand-in")])
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]),
            critical=False,
        )
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "server.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    path.write_bytes(private + signed.public_bytes(serialization.Encoding.PEM))
    return path


@pytest.fixture(autouse=True)
def loopback_is_allowed(settings: Any, certificate: Path) -> None:
    settings.AUDIT_STREAM_NETWORKS = [ipaddress.ip_network("127.0.0.0/8")]
    settings.AUDIT_STREAM_CA_FILE = str(certificate)


class Server:
    """Takes TLS connections one after the other, and answers each as it is told."""

    def __init__(self, certificate: Path, answer: Answer) -> None:
        self.received: list[bytes] = []
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(certificate)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.answer = answer
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()

    def serve(self) -> None:
        with suppress(OSError):
            while True:
                plain, _ = self.listener.accept()
                with (
                    suppress(OSError),
                    self.context.wrap_socket(plain, server_side=True) as connection,
                ):
                    self.received.append(b"")
                    self.answer(connection)

    def read(self, connection: ssl.SSLSocket, enough: Callable[[bytes], bool]) -> None:
        while not enough(self.received[-1]) and (data := connection.recv(65536)):
            self.received[-1] += data

    def close(self) -> None:
        # A listener that is only closed leaves its thread in accept().
        with suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.thread.join(5)


def http_is_complete(data: bytes) -> bool:
    head, _, body = data.partition(b"\r\n\r\n")
    length = re.search(rb"content-length: (\d+)", head, re.IGNORECASE)
    return bool(length) and len(body) >= int(length[1])


@pytest.fixture
def server(certificate: Path) -> Iterator[Callable[..., Server]]:
    """A server that reads a request, and then answers with these bytes."""
    servers: list[Server] = []

    def start(answer: bytes = b"", *, is_http: bool = True) -> Server:
        def respond(connection: ssl.SSLSocket) -> None:
            made.read(connection, http_is_complete if is_http else lambda data: False)
            connection.sendall(answer)

        made = Server(certificate, respond)
        servers.append(made)
        return made

    yield start
    for made in servers:
        made.close()


OK = b"HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n"


def test_a_webhook_gets_events_it_can_check(
    server: Callable[..., Server], stream: Make, five: Any
) -> None:
    there = server(OK)
    follower = stream(address=f"https://127.0.0.1:{there.port}/in?token=1")
    seal()
    assert follow(follower.id) == 6
    head, _, body = there.received[0].partition(b"\r\n\r\n")
    line, *rest = head.decode().split("\r\n")
    headers = {name.lower(): value for name, value in (row.split(": ", 1) for row in rest)}
    assert line == "POST /in?token=1 HTTP/1.1"
    assert headers["host"] == f"127.0.0.1:{there.port}"
    assert headers["webhook-id"] == f"{follower.id}-1-6"
    assert abs(int(headers["webhook-timestamp"]) - datetime.now(UTC).timestamp()) < 60
    key = base64.b64decode(follower.secret.removeprefix("whsec_"))
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    mac = base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
    assert headers["webhook-signature"] == f"v1,{mac}"
    said = json.loads(body)
    assert said["type"] == "mago.audit"
    assert [item["sequence"] for item in said["items"]] == [1, 2, 3, 4, 5, 6]
    assert follower.secret.encode() not in there.received[0]


def test_a_signature_is_that_of_the_standard() -> None:
    """The example of the Standard Webhooks specification."""
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    body = b'{"test": 2432232314}'
    assert webhook.signature(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, body) == (
        "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    )


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (
            b"HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/\r\nContent-Length: 0\r\n\r\n",
            "redirects",
        ),
        (b"HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n", "500 Oops"),
        (b"HTTP/1.1 410 Gone\r\nContent-Length: 0\r\n\r\n", "410 Gone"),
        (b"nonsense\r\n\r\n", "nonsense"),
        (b"", "without"),
    ],
)
def test_what_is_no_success_moves_nothing(
    server: Callable[..., Server], stream: Make, five: Any, answer: bytes, reason: str
) -> None:
    there = server(answer)
    follower = stream(address=f"https://127.0.0.1:{there.port}/")
    seal()
    assert follow(follower.id) == 0
    follower.refresh_from_db()
    assert follower.position == 0
    assert reason in follower.last_error
    assert len(there.received) == 1


@pytest.mark.parametrize(
    ("status", "is_about_content"),
    [(400, True), (409, True), (413, True), (422, True)]
    + [(status, False) for status in (301, 401, 403, 404, 405, 408, 410, 415, 429, 500, 503)],
)
def test_an_answer_is_about_what_was_sent_or_about_who_is_there(
    server: Callable[..., Server], stream: Make, five: Any, status: int, is_about_content: bool
) -> None:
    there = server(f"HTTP/1.1 {status} said whsec_secret\r\nContent-Length: 0\r\n\r\n".encode())
    follower = stream(address=f"https://127.0.0.1:{there.port}/")
    AuditStream.objects.update(at_once=1, refusals=REFUSALS - 1)
    seal()
    follow(follower.id)
    letters = list(letters_of(follower))
    assert bool(letters) is is_about_content
    assert "whsec" not in "".join(letter.reason for letter in letters)


def test_syslog_gets_counted_octets(
    server: Callable[..., Server], stream: Make, five: Any, settings: Any
) -> None:
    there = server(is_http=False)
    follower = stream(kind="syslog", address=f"tls://127.0.0.1:{there.port}")
    record(Tag.SIGN_IN_FAILED, name="Zoë\nroot signed in")
    seal()
    assert follow(follower.id) == 7
    there.close()
    data, messages = there.received[0], []
    while data:
        length, _, data = data.partition(b" ")
        messages.append(data[: int(length)])
        data = data[int(length) :]
    assert len(messages) == 7
    header, _, text = messages[-1].partition(b"\xef\xbb\xbf")
    assert re.fullmatch(
        rb"<110>1 \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z \S+ mago - signin:session:failed"
        rb' \[origin software="Mago"\]\[meta sequenceId="7"\] ',
        header,
    )
    assert json.loads(text)["event"]["detail"] == {"name": "Zoë␊root signed in"}
    assert b"\n" not in messages[-1]


def test_a_refusal_is_a_warning() -> None:
    for outcome, priority in (("success", 110), ("failure", 108), ("refused", 108)):
        line = json.dumps({"type": "event", "event": {"outcome": outcome, "tag": "t" * 40}})
        text = syslog.message(line).decode()
        assert text.startswith(f"<{priority}>1 - ")
        assert f" {'t' * 32} [" in text


def test_syslog_by_udp_is_one_datagram_an_event(stream: Make, five: Any) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
        receiver.bind(("127.0.0.1", 0))
        receiver.settimeout(5)
        address = f"udp://127.0.0.1:{receiver.getsockname()[1]}"
        follower = stream(kind="syslog", address=address)
        seal()
        assert follow(follower.id) == 6
        assert [receiver.recv(9999)[:5] for _ in range(6)] == [b"<110>"] * 6


def trial(stream: AuditStream, dora: SimpleNamespace) -> tuple[Step | None, str]:
    result = services.try_stream(stream, actor=dora)
    return result.failed, result.reason


def test_a_trial_arrives(
    server: Callable[..., Server], stream: Make, dora: SimpleNamespace
) -> None:
    there = server(OK)
    made = stream(address=f"https://127.0.0.1:{there.port}/")
    assert trial(made, dora) == (None, "")
    assert b"This is a test of an audit stream" in there.received[0]


def test_loopback_is_not_reached_unless_it_is_allowed(
    server: Callable[..., Server], stream: Make, dora: SimpleNamespace, settings: Any
) -> None:
    settings.AUDIT_STREAM_NETWORKS = []
    there = server(OK)
    for host in ("127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "2130706433", "0x7f.1"):
        made = stream(name=host, address=f"https://{host}:{there.port}/")
        assert trial(made, dora)[0] in (Step.ALLOW, Step.RESOLVE)
    assert there.received == []


def test_a_certificate_that_nobody_vouches_for_is_not_believed(
    server: Callable[..., Server], stream: Make, dora: SimpleNamespace, settings: Any
) -> None:
    settings.AUDIT_STREAM_CA_FILE = ""
    there = server(OK)
    step, reason = trial(stream(address=f"https://127.0.0.1:{there.port}/"), dora)
    assert step is Step.TLS
    assert "certificate" in reason
    assert there.received == []


def test_a_certificate_of_another_host_is_not_believed(
    server: Callable[..., Server], stream: Make, dora: SimpleNamespace
) -> None:
    there = server(OK)
    step, _ = trial(stream(address=f"https://localhost:{there.port}/"), dora)
    assert step in (Step.TLS, Step.CONNECT)
    assert there.received == []


def test_nobody_listening_is_told(stream: Make, dora: SimpleNamespace) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    assert trial(stream(address=f"https://127.0.0.1:{port}/"), dora)[0] is Step.CONNECT


def test_somebody_who_never_answers_keeps_nobody(
    certificate: Path, stream: Make, dora: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connecting, "LONGEST", 0.5)
    done = threading.Event()

    def drip(connection: ssl.SSLSocket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\n")
        while not done.wait(0.05):
            connection.sendall(b"x")

    there = Server(certificate, drip)
    try:
        assert trial(stream(address=f"https://127.0.0.1:{there.port}/"), dora)[0] is Step.ANSWER
    finally:
        done.set()
        there.close()


def test_a_server_that_speaks_no_tls_is_told(stream: Make, dora: SimpleNamespace) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def answer() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(100)
                connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

        thread = threading.Thread(target=answer)
        thread.start()
        address = f"https://127.0.0.1:{listener.getsockname()[1]}/"
        assert trial(stream(address=address), dora)[0] is Step.TLS
        thread.join()
