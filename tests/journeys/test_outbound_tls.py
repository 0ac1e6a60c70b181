"""Whoever we connect to on another machine proves who it is, or is told nothing at all.

Each of our clients meets a server on loopback, found under another machine's name, with a certificate that
is right, of another name, of an authority that nobody knows, or past its end. The settings are those that
an operator's variables give.
"""

import importlib.util
import shutil
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from ipaddress import ip_network
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.peers.certificates import certificate_authority, issue, pem, private_pem
from tests.running import ROOT, free_port

pytestmark = [pytest.mark.one_database, pytest.mark.journey]

HOST = "peer.mago.test"


class Papers(NamedTuple):
    """Certificates with their keys, by what is wrong with them; `root` is the authority that is believed."""

    root: Path
    pairs: dict[str, Path]


@pytest.fixture(scope="module")
def papers(tmp_path_factory: pytest.TempPathFactory) -> Papers:
    folder = tmp_path_factory.mktemp("papers")
    known, unknown = certificate_authority("Known CA"), certificate_authority("Unknown CA")
    made = {
        "right": issue(*known, HOST, []),
        "another name": issue(*known, "other.mago.test", ["127.0.0.1"]),
        "an unknown authority": issue(*unknown, HOST, []),
        "past its end": issue(*known, HOST, [], days=-1),
    }
    pairs = {}
    for what, (certificate, key) in made.items():
        pairs[what] = folder / f"{what}.pem"
        pairs[what].write_text(private_pem(key) + pem(certificate))
    (folder / "root.pem").write_text(pem(known[0]))
    return Papers(folder / "root.pem", pairs)


class Server:
    """Shows its certificate, and notes what it is told once the handshake is done."""

    def __init__(self, pair: Path, is_postgresql: bool) -> None:
        self.heard, self.met = b"", 0
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(pair)
        self._is_postgresql = is_postgresql
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                plain, _place = self._listener.accept()
                plain.settimeout(10)
                self.met += 1
                with plain, suppress(OSError):
                    if self._is_postgresql:  # SSLRequest: it is asked whether there is TLS.
                        plain.recv(8)
                        plain.sendall(b"S")
                    with self._context.wrap_socket(plain, server_side=True) as connection:
                        connection.sendall(b"220 hello\r\n" if self._is_mail else b"")
                        self.heard += connection.recv(65536)

    _is_mail = False

    def stop(self) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(15)


class MailServer(Server):
    _is_mail = True


def settings_as_given(name: str) -> Any:
    """The module of settings, read anew: what an operator's variables make of it."""
    spec = importlib.util.spec_from_file_location(f"mago.settings.{name}_anew", ROOT / f"mago/settings/{name}.py")  # fmt: skip
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


# --- our clients: each says something to the server at a port, or raises ---


def mail(port: int, given: Any) -> None:
    from django.conf import settings

    from mago.messaging.gateways import smtp
    from mago.settings.env import Address

    settings.EMAIL_URL = Address("smtps", HOST, port, "user", "password", "", {})
    smtp._tls.cache_clear()
    smtp._connect()


def postgresql(port: int, given: Any) -> None:
    given(DATABASE_URL=f"postgresql://user:password@{HOST}:{port}/mago?hostaddr=127.0.0.1&sslrootcert={given.root}")  # fmt: skip
    told = settings_as_given("database").DATABASES["default"]
    assert told["OPTIONS"]["sslmode"] == "verify-full"
    import psycopg

    ours = {"autocommit", "prepare_threshold"}  # of the library's own; the rest is libpq's
    options = {name: value for name, value in told["OPTIONS"].items() if name not in ours}
    psycopg.connect(host=told["HOST"], port=told["PORT"], user=told["USER"], password=told["PASSWORD"], **options)  # fmt: skip


def _processes(port: int, given: Any) -> Any:
    given(REDIS_URL=f"rediss://user:password@{HOST}:{port}/0?ssl_ca_certs={given.root}")
    return settings_as_given("processes")


def cache(port: int, given: Any) -> None:
    from django.core.cache.backends.redis import RedisCache

    RedisCache(_processes(port, given).CACHES["default"]["LOCATION"], {}).get("a")


def broker(port: int, given: Any) -> None:
    from celery import Celery

    told = _processes(port, given)
    app = Celery(broker=told.CELERY_BROKER_URL, set_as_current=False)
    app.conf.broker_use_ssl = told.CELERY_BROKER_USE_SSL
    with app.connection_for_write() as connection:
        connection.ensure_connection(max_retries=1, interval_start=0)
        connection.default_channel.client.ping()


def board(port: int, given: Any) -> None:
    from uuid import uuid4

    from django.conf import settings

    from hubs.life.board import board as hubs_board

    settings.REDIS_URL = _processes(port, given).REDIS_URL
    hubs_board.cache_clear()
    hubs_board().look([uuid4()])


def twilio(port: int, given: Any) -> None:
    from django.conf import settings

    from mago.messaging.gateways.base import Letter
    from mago.messaging.gateways.twilio import TwilioGateway

    given(REQUESTS_CA_BUNDLE=given.root)
    settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKEN = "AC" + "0" * 32, "t0ken"
    settings.TWILIO_FROM, settings.TWILIO_BASE_URL = "+15005550006", f"https://{HOST}:{port}"
    with TwilioGateway() as gateway:
        gateway.send(Letter("sms", "+390212345678", "Your code is 483920"))


def provider(port: int, given: Any) -> None:
    from accounts.federation.fetching import fetch

    fetch(f"https://{HOST}:{port}/token", fields={"client_secret": "s3cret"})


def stream(port: int, given: Any) -> None:
    from mago.audit.streams.connecting import tls_connection

    with tls_connection(HOST, port) as connection:
        connection.sendall(b"an event")


def breach_service(port: int, given: Any) -> None:
    from accounts.signin.passwords import breach_service as service

    service.opener.cache_clear()
    service.found_by_service(f"https://{HOST}:{port}/range/", b"\x00" * 20)


CLIENTS: tuple[Callable[[int, Any], None], ...] = (
    mail, postgresql, cache, broker, board, twilio, provider, stream, breach_service,
)  # fmt: skip


class Given:
    """An operator's variables."""

    def __init__(self, patch: pytest.MonkeyPatch, root: Path) -> None:
        self._patch, self.root = patch, root

    def __call__(self, **variables: object) -> None:
        for name, value in variables.items():
            self._patch.setenv(name, str(value))


@pytest.fixture
def given(papers: Papers, monkeypatch: pytest.MonkeyPatch, settings: Any) -> Iterator[Given]:
    """The name of the other machine leads to this one, and its authority is one that we believe."""
    usual = socket.getaddrinfo

    def resolve(host: Any, *more: Any, **named: Any) -> Any:
        return usual("127.0.0.1" if host == HOST else host, *more, **named)

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    monkeypatch.setenv("SSL_CERT_FILE", str(papers.root))
    settings.FEDERATION_CA_FILE = settings.AUDIT_STREAM_CA_FILE = str(papers.root)
    settings.FEDERATION_NETWORKS = settings.AUDIT_STREAM_NETWORKS = [ip_network("127.0.0.0/8")]
    yield Given(monkeypatch, papers.root)
    from accounts.signin.passwords import breach_service as service
    from hubs.life.board import board as hubs_board
    from mago.messaging.gateways import smtp

    for kept in (service.opener, hubs_board, smtp._tls):
        kept.cache_clear()


def outcome(client: Callable[[int, Any], None], port: int, given: Given) -> str:
    """What the client made of it: the server answers nothing of use, so most end with an error in any case."""
    try:
        client(port, given)
    except Exception as error:  # noqa: BLE001 - each client has its own
        return repr(error)
    return "no error"


@pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client.__name__)
def test_who_cannot_prove_who_they_are_is_told_nothing(
    client: Callable[[int, Any], None], papers: Papers, given: Given
) -> None:
    kind = MailServer if client is mail else Server
    for what, pair in papers.pairs.items():
        server = kind(pair, is_postgresql=client is postgresql)
        try:
            ended = outcome(client, server.port, given)
        finally:
            server.stop()
        assert server.met, f"{what}: nobody came, but {ended}"
        assert bool(server.heard) is (what == "right"), f"{what}: {ended}"


@pytest.mark.peer
def test_a_real_redis_over_tls_is_our_cache_our_broker_and_the_hubs_board(
    papers: Papers, given: Given, settings: Any, tmp_path: Path
) -> None:
    from uuid import uuid4

    from celery import Celery
    from django.core.cache.backends.redis import RedisCache

    from hubs.life.board import board as hubs_board

    with running_redis(papers.pairs["right"], papers.root, tmp_path) as port:
        told = _processes(port, given)
        cache_there = RedisCache(told.CACHES["default"]["LOCATION"], {})
        cache_there.set("a", "kept")
        assert cache_there.get("a") == "kept"
        app = Celery(broker=told.CELERY_BROKER_URL, set_as_current=False)
        app.conf.broker_use_ssl = told.CELERY_BROKER_USE_SSL
        with app.connection_for_write() as connection:
            queue = connection.SimpleQueue("messages")
            queue.put("a task")
            assert queue.get(timeout=10).payload == "a task"
            queue.close()
        settings.REDIS_URL = told.REDIS_URL
        hubs_board.cache_clear()
        assert hubs_board().look([uuid4()]) == {}


@contextmanager
def running_redis(pair: Path, root: Path, folder: Path) -> Iterator[int]:
    """Redis that speaks nothing but TLS, and knows one user; skipped where none is installed that speaks it."""
    # Debian has the server in its tools as well; it is what it is called by.
    program = shutil.which("redis-server") or shutil.which("redis-check-rdb")
    if not program:
        pytest.skip("Redis is not installed (Debian: redis-tools)")
    port, log = free_port(), folder / "redis.log"
    options = {
        "port": "0", "tls-port": port, "bind": "127.0.0.1", "tls-cert-file": pair, "tls-key-file": pair,
        "tls-ca-cert-file": root, "tls-auth-clients": "no", "save": "", "dir": folder,
        "user": "user on >password ~* &* +@all",
    }  # fmt: skip
    configuration = folder / "redis.conf"
    configuration.write_text("".join(f'{name} {value or chr(34) * 2}\n' for name, value in options.items()))  # fmt: skip
    with log.open("w") as output:
        process = subprocess.Popen(
            ["redis-server", str(configuration)], executable=program, stdout=output, stderr=output
        )
    try:
        end = time.monotonic() + 20
        while "Ready to accept connections" not in log.read_text():
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < end, log.read_text()
            time.sleep(0.02)
        yield port
    finally:
        process.kill()
        process.wait(20)
