"""Hands mails to the mail server of `settings.EMAIL_URL`, over one connection for a batch.

smtps:// speaks TLS from the first byte; smtp:// turns to TLS by STARTTLS before anything is said, or
says nothing. Only on loopback may it go without. Certificates are always verified.
"""

import smtplib
import ssl
from contextlib import suppress
from functools import cache

from django.conf import settings

from mago.core.trust import trusting
from mago.messaging.checks import is_loopback
from mago.messaging.mime import address, build, sender

from .base import Gateway, GatewayDown, Letter, Permanent, Temporary, Undelivered

SECONDS = 10


@cache
def _tls() -> ssl.SSLContext:
    # Reading the machine's authorities costs more than a mail does.
    return trusting()


class SmtpGateway(Gateway):
    name = "smtp"

    def __init__(self) -> None:
        self.connection: smtplib.SMTP | None = None

    def send(self, letter: Letter) -> str:
        recipient, mail = address(letter.to), build(letter)
        try:
            connection = self._begin()
            # `rcpt()` and `mail()` would parse each address anew; ours is a plain one already.
            self._expect(connection.docmd("RCPT", f"TO:<{recipient}>"))
            self._expect(connection.data(mail))
        except smtplib.SMTPDataError as error:
            self._expect((error.smtp_code, _bytes(error.smtp_error)))
        except OSError as error:  # all of smtplib's errors are, and those of sockets and of TLS
            self.close()
            raise GatewayDown(_reason(error)) from None
        return ""

    def _begin(self) -> smtplib.SMTP:
        """A connection that waits for a recipient: the one we have, unless the server has had enough of it."""
        if self.connection:
            with suppress(OSError):
                if _announce(self.connection)[0] == 250:
                    return self.connection
            self.close()
        self.connection = _connect()
        code, answer = _announce(self.connection)
        if code != 250:
            self.close()
            raise GatewayDown(f"our sender address was refused: {_reply(code, answer)}")
        return self.connection

    def _expect(self, answer: tuple[int, bytes]) -> None:
        code = answer[0]
        if 200 <= code < 300:
            return
        kind: type[Undelivered] = Permanent if code >= 500 else Temporary
        if code == 421:  # the server is about to close the connection
            self.close()
            kind = GatewayDown
        elif self.connection:
            with suppress(OSError):
                self.connection.rset()
        raise kind(_reply(*answer))

    def close(self) -> None:
        if self.connection:
            with suppress(OSError):
                self.connection.quit()
            self.connection.close()
            self.connection = None


def _connect() -> smtplib.SMTP:
    url = settings.EMAIL_URL
    own_name = "localhost" if settings.IS_LOCAL else settings.BASE_HOST
    connection: smtplib.SMTP
    if url.scheme == "smtps":
        connection = smtplib.SMTP_SSL(
            url.host, url.port or 465, own_name, timeout=SECONDS, context=_tls()
        )
    else:
        connection = smtplib.SMTP(url.host, url.port or 587, own_name, timeout=SECONDS)
    try:
        if url.scheme == "smtp" and _wants_starttls(connection):
            connection.starttls(context=_tls())
        if url.user:
            connection.login(url.user, url.password)
    except BaseException:
        connection.close()
        raise
    return connection


def _announce(connection: smtplib.SMTP) -> tuple[int, bytes]:
    return connection.docmd("MAIL", f"FROM:<{sender()}>")


def _wants_starttls(connection: smtplib.SMTP) -> bool:
    """On loopback only where it is offered; elsewhere always: a server without it is an error."""
    url = settings.EMAIL_URL
    connection.ehlo_or_helo_if_needed()
    if not is_loopback(url.host):
        return True
    return url.options.get("starttls") != "never" and connection.has_extn("starttls")


def _reply(code: int, answer: bytes) -> str:
    return f"{code} {answer.decode('utf-8', 'replace')}"


def _bytes(text: bytes | str) -> bytes:
    return text.encode() if isinstance(text, str) else text


def _reason(error: OSError) -> str:
    """What an administrator can act upon."""
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return f"{error.smtp_code} the mail server refuses our user name or password"
    if isinstance(error, smtplib.SMTPResponseException):
        return _reply(error.smtp_code, _bytes(error.smtp_error))
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"the mail server's certificate is not accepted: {error.verify_message}"
    plain = {
        smtplib.SMTPNotSupportedError: "the mail server does not offer STARTTLS or AUTH",
        smtplib.SMTPServerDisconnected: "the mail server closed the connection",
        TimeoutError: f"the mail server gave no answer within {SECONDS} s",
    }
    unknown = f"the mail server is out of reach ({error.strerror or type(error).__name__})"
    return plain.get(type(error), unknown)
