"""What is said to a mail server, and what is made of its answers."""

import smtplib
import ssl
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import LazySettings

from mago.messaging.gateways import smtp
from mago.messaging.gateways.base import GatewayDown, Letter, Permanent, Temporary
from mago.messaging.gateways.smtp import SmtpGateway
from mago.messaging.mime import sender
from mago.settings.env import Address

LETTER = Letter(
    "email", "ada@example.com", "Hello\n", "Subject", "<p>Hello</p>", "<1@mago.example>"
)
SERVER = Address("smtp", "mail.example", None, "", "", "", {})


class Server:
    """A mail server as smtplib shows it; `answers` is what it says out of the ordinary."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self.answers: dict[str, list[Any]] = {}
        self.extensions = {"starttls"}

    def say(self, word: str, *details: object, ok: int = 250) -> tuple[int, bytes]:
        self.said.append(word)
        answer = self.answers[word].pop(0) if self.answers.get(word) else (ok, b"fine")
        if isinstance(answer, BaseException):
            raise answer
        return answer  # type: ignore[no-any-return]

    def connect(self, host: str, port: int, name: str, **options: Any) -> "Connection":
        self.say("connect")
        self.where = (host, port, options["timeout"], "context" in options)
        return Connection(self)


class Connection:
    def __init__(self, server: Server) -> None:
        self.server = server

    def docmd(self, word: str, details: str) -> tuple[int, bytes]:
        assert details == {"MAIL": f"FROM:<{sender()}>", "RCPT": "TO:<ada@example.com>"}[word]
        return self.server.say(word.lower())

    def data(self, content: bytes) -> tuple[int, bytes]:
        return self.server.say("data")

    def rset(self) -> tuple[int, bytes]:
        return self.server.say("rset")

    def quit(self) -> tuple[int, bytes]:
        return self.server.say("quit", ok=221)

    def ehlo_or_helo_if_needed(self) -> None:
        self.server.say("ehlo")

    def has_extn(self, name: str) -> bool:
        return name in self.server.extensions

    def starttls(self, context: ssl.SSLContext) -> None:
        assert context.verify_mode == ssl.CERT_REQUIRED
        assert context.check_hostname
        if "starttls" not in self.server.extensions:
            raise smtplib.SMTPNotSupportedError("STARTTLS extension not supported by server.")
        self.server.say("starttls")

    def login(self, user: str, password: str) -> None:
        self.server.say(f"login {user} {password}")

    def close(self) -> None:
        self.server.said.append("close")


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch, settings: LazySettings) -> Server:
    server = Server()
    monkeypatch.setattr(smtplib, "SMTP", server.connect)
    monkeypatch.setattr(smtplib, "SMTP_SSL", server.connect)
    settings.EMAIL_URL = SERVER
    return server


@pytest.fixture
def send(server: Server) -> Iterator[Callable[[], None]]:
    with SmtpGateway() as gateway:
        yield lambda: gateway.send(LETTER)


def test_many_letters_use_one_connection(server: Server) -> None:
    with SmtpGateway() as gateway:
        gateway.send(LETTER)
        gateway.send(LETTER)
    assert " ".join(server.said) == "connect ehlo starttls mail rcpt data mail rcpt data quit close"


def test_nothing_is_opened_for_nothing(server: Server) -> None:
    with SmtpGateway():
        pass
    assert server.said == []


def test_smtp_means_starttls_on_587(server: Server, send: Callable[[], None]) -> None:
    send()
    assert server.where == ("mail.example", 587, 10, False)
    assert server.said[:3] == ["connect", "ehlo", "starttls"]


def test_smtps_means_tls_on_465(
    server: Server, send: Callable[[], None], settings: LazySettings
) -> None:
    settings.EMAIL_URL = SERVER._replace(scheme="smtps")
    send()
    assert server.where == ("mail.example", 465, 10, True)
    assert "starttls" not in server.said


def test_a_server_without_starttls_hears_nothing_from_us(
    server: Server, send: Callable[[], None], settings: LazySettings
) -> None:
    settings.EMAIL_URL = SERVER._replace(user="u", password="p")
    server.extensions = set()
    with pytest.raises(GatewayDown, match="STARTTLS"):
        send()
    assert server.said == ["connect", "ehlo", "close"]


@pytest.mark.parametrize(
    ("extensions", "options", "encrypted"),
    [
        ({"starttls"}, {}, True),
        (set(), {}, False),
        ({"starttls"}, {"starttls": "never"}, False),
    ],
)
def test_on_loopback_tls_is_used_where_it_is_offered_and_wanted(
    *,
    extensions: set[str],
    options: dict[str, str],
    encrypted: bool,
    server: Server,
    send: Callable[[], None],
    settings: LazySettings,
) -> None:
    settings.EMAIL_URL = SERVER._replace(host="127.0.0.1", port=2525, options=options)
    server.extensions = extensions
    send()
    assert ("starttls" in server.said) is encrypted


def test_never_is_not_believed_elsewhere(
    server: Server, send: Callable[[], None], settings: LazySettings
) -> None:
    settings.EMAIL_URL = SERVER._replace(options={"starttls": "never"})
    send()
    assert "starttls" in server.said


def test_the_password_is_said_after_tls_only(
    server: Server, send: Callable[[], None], settings: LazySettings
) -> None:
    settings.EMAIL_URL = SERVER._replace(user="u", password="p")
    send()
    assert server.said[:4] == ["connect", "ehlo", "starttls", "login u p"]


@pytest.mark.parametrize("step", ["rcpt", "data"])
@pytest.mark.parametrize(("code", "kind"), [(451, Temporary), (452, Temporary), (550, Permanent)])
def test_an_answer_of_4xx_is_temporary_and_5xx_permanent(
    step: str, code: int, kind: type[Exception], server: Server, send: Callable[[], None]
) -> None:
    server.answers = {step: [(code, b"5.1.1 no such user")]}
    with pytest.raises(kind, match=f"{code} 5.1.1 no such user") as caught:
        send()
    assert not isinstance(caught.value, GatewayDown)
    send()
    assert server.said.count("connect") == 1
    assert "rset" in server.said


def test_data_that_is_refused_before_it_is_sent_is_judged_too(
    server: Server, send: Callable[[], None]
) -> None:
    server.answers = {"data": [smtplib.SMTPDataError(554, b"no valid recipients")]}
    with pytest.raises(Permanent, match="554 no valid recipients"):
        send()


def test_421_ends_the_connection_and_the_batch(server: Server, send: Callable[[], None]) -> None:
    server.answers = {"rcpt": [(421, b"closing")]}
    with pytest.raises(GatewayDown, match="421"):
        send()
    assert server.said[-2:] == ["quit", "close"]


def test_a_refused_sender_is_no_fault_of_the_recipient(
    server: Server, send: Callable[[], None]
) -> None:
    server.answers = {"mail": [(550, b"not yours")]}
    with pytest.raises(GatewayDown, match="our sender address was refused: 550"):
        send()


@pytest.mark.parametrize("trouble", [(421, b"too many letters"), smtplib.SMTPServerDisconnected()])
def test_a_server_that_has_had_enough_of_a_connection_gets_a_new_one(
    trouble: Any, server: Server, send: Callable[[], None]
) -> None:
    send()
    server.answers = {"mail": [trouble]}
    send()
    assert server.said.count("connect") == 2
    assert server.said.count("data") == 2


@pytest.mark.parametrize(
    ("step", "error", "reason"),
    [
        ("connect", ConnectionRefusedError(111, "Connection refused"), "Connection refused"),
        ("connect", TimeoutError(), "no answer within 10 s"),
        ("connect", smtplib.SMTPConnectError(554, b"go away"), "554 go away"),
        ("starttls", ssl.SSLCertVerificationError(), "certificate is not accepted"),
        ("login u p", smtplib.SMTPAuthenticationError(535, b"p is wrong"), "refuses our user"),
        ("data", TimeoutError(), "no answer within 10 s"),
        ("data", smtplib.SMTPServerDisconnected(), "closed the connection"),
        ("data", ConnectionResetError(104, "Connection reset"), "Connection reset"),
    ],
)
def test_a_server_in_trouble_is_down(
    *,
    step: str,
    error: OSError,
    reason: str,
    server: Server,
    send: Callable[[], None],
    settings: LazySettings,
) -> None:
    settings.EMAIL_URL = SERVER._replace(user="u", password="p")
    if isinstance(error, ssl.SSLCertVerificationError):
        error.verify_message = "self-signed certificate"
    server.answers = {step: [error]}
    with pytest.raises(GatewayDown, match=reason) as caught:
        send()
    assert "p is wrong" not in str(caught.value)
    send()


def test_no_address_reaches_the_server_that_is_none(server: Server) -> None:
    with SmtpGateway() as gateway, pytest.raises(Permanent):
        gateway.send(Letter("email", "ada@example.com\r\nRCPT TO:<eve@example.com>", "x"))
    assert server.said == []


def test_certificates_are_verified_by_the_machine_s_authorities() -> None:
    context = smtp._tls()
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)
    assert context.minimum_version >= ssl.TLSVersion.TLSv1_2
