"""Whole stories with a real mail server on loopback."""

import ssl
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import AuthResult
from django.conf import LazySettings

from mago.messaging.gateways import smtp
from mago.messaging.models import Message, Status
from mago.settings.env import Address

from .conftest import LINK, deliver_all, reread
from .stand_ins import Mailbox, free_port, mail_server

Promise = Callable[..., Message]
Later = Callable[[timedelta], None]
pytestmark = [pytest.mark.one_database, pytest.mark.journey]
MINUTES = timedelta(minutes=6)


@pytest.fixture
def port(settings: LazySettings) -> int:
    """Where the mail server is, or will be."""
    number = free_port()
    settings.EMAIL_URL = Address("smtp", "127.0.0.1", number, "", "", "", {})
    settings.MESSAGE_GATEWAYS = {"email": "mago.messaging.gateways.smtp.SmtpGateway"}
    return number


@pytest.fixture
def mailbox(port: int) -> Iterator[Mailbox]:
    mailbox = Mailbox()
    with mail_server(mailbox, port):
        yield mailbox


def test_mails_arrive_over_one_connection(promise: Promise, mailbox: Mailbox) -> None:
    for number in range(5):
        promise(number)
    deliver_all()
    assert [to for to, _mail in mailbox.mails] == [f"ada{n}@example.com" for n in range(5)]
    assert len(mailbox.sessions) == 1
    mail = mailbox.mails[0][1]
    assert LINK in mail.get_body(("plain",)).get_content().splitlines()  # type: ignore[attr-defined]


def test_a_server_that_is_down_loses_nothing(promise: Promise, port: int, later: Later) -> None:
    mails = [promise(number) for number in range(3)]
    deliver_all()
    assert {reread(mail).status for mail in mails} == {Status.WAITING}
    assert "refused" in reread(mails[0]).last_error
    later(MINUTES)
    with mail_server(mailbox := Mailbox(), port):
        deliver_all()
    assert len(mailbox.mails) == 3


def test_a_server_that_hangs_is_left_after_its_time(
    promise: Promise, mailbox: Mailbox, later: Later, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(smtp, "SECONDS", 0.3)
    mails = [promise(number) for number in range(3)]
    mailbox.mode = "hang"
    start = time.monotonic()
    deliver_all()
    assert time.monotonic() - start < 3, "a server that hangs is waited for once a batch"
    assert {reread(mail).status for mail in mails} == {Status.WAITING}
    mailbox.mode = ""
    later(MINUTES)
    deliver_all()
    assert {to for to, _mail in mailbox.mails} == {mail.recipient for mail in mails}


def test_where_the_answer_is_lost_the_repeat_has_the_same_message_id(
    mail: Message, mailbox: Mailbox, later: Later
) -> None:
    mailbox.mode = "late"
    deliver_all()
    assert reread(mail).status == Status.WAITING
    mailbox.mode = ""
    later(MINUTES)
    deliver_all()
    assert [m["Message-ID"] for _to, m in mailbox.mails] == [mail.message_id] * 2


@pytest.mark.parametrize(
    ("mode", "status"), [("451", "waiting"), ("550", "dead"), ("rcpt", "dead")]
)
def test_a_refusal_says_what_becomes_of_the_mail(
    mode: str, status: str, mail: Message, mailbox: Mailbox
) -> None:
    mailbox.mode = mode
    deliver_all()
    row = reread(mail)
    assert row.status == status
    assert row.last_error.startswith("451" if mode == "451" else "550")


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[str, str]:
    """Key and certificate that nobody has vouched for."""
    key, cert = str(tmp_path / "key.pem"), str(tmp_path / "cert.pem")
    make_certificate(key, cert)
    return key, cert


def make_certificate(key_path: str, cert_path: str) -> None:
    from datetime import UTC, datetime
    from ipaddress import ip_address

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "mail")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    pem, none = serialization.Encoding.PEM, serialization.NoEncryption()
    Path(key_path).write_bytes(key.private_bytes(pem, serialization.PrivateFormat.PKCS8, none))
    Path(cert_path).write_bytes(certificate.public_bytes(pem))


def guarded(certificate: tuple[str, str]) -> dict[str, Any]:
    """A server that takes mail by STARTTLS from user `u` with password `p` alone."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate[1], certificate[0])

    def check(server: Any, session: Any, envelope: Any, mechanism: str, given: Any) -> AuthResult:
        right = (given.login, given.password) == (b"u", b"p")
        return AuthResult(success=right, handled=right, auth_data=given)

    return {
        "tls_context": context,
        "require_starttls": True,
        "authenticator": check,
        "auth_required": True,
    }


def test_a_certificate_nobody_vouched_for_is_refused(
    mail: Message, port: int, certificate: tuple[str, str]
) -> None:
    with mail_server(mailbox := Mailbox(), port, **guarded(certificate)):
        deliver_all()
    assert mailbox.mails == []
    assert "certificate is not accepted: self-signed" in reread(mail).last_error


def test_with_its_authority_known_the_mail_goes_encrypted_and_with_our_name(
    mail: Message,
    port: int,
    certificate: tuple[str, str],
    settings: LazySettings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    context = ssl.create_default_context(cafile=certificate[1])
    monkeypatch.setattr(smtp, "_tls", lambda: context)
    settings.EMAIL_URL = settings.EMAIL_URL._replace(user="u", password="p")
    with mail_server(mailbox := Mailbox(), port, **guarded(certificate)):
        deliver_all()
    assert reread(mail).status == Status.SENT
    assert (mailbox.encrypted, mailbox.user) == (True, b"u")


def test_a_wrong_password_is_said_and_kills_no_mail(
    mail: Message,
    port: int,
    certificate: tuple[str, str],
    settings: LazySettings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    context = ssl.create_default_context(cafile=certificate[1])
    monkeypatch.setattr(smtp, "_tls", lambda: context)
    settings.EMAIL_URL = settings.EMAIL_URL._replace(user="u", password="wrong")
    with mail_server(Mailbox(), port, **guarded(certificate)):
        deliver_all()
    row = reread(mail)
    assert (row.status, row.last_error[:3]) == (Status.WAITING, "535")
    assert "user name or password" in row.last_error
