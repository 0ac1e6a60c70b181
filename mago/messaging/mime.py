"""A letter as RFC 5322 text with a plain and an HTML part.

Written out by hand on the email package's encoders: the shape never varies, and its generators fold
each header anew, which would cost half of all that a mail costs.
"""

import binascii
import re
from email.charset import QP, Charset
from email.header import Header
from email.utils import formataddr, formatdate, parseaddr
from functools import cache

from django.conf import settings

from .gateways.base import Letter, Permanent

# Nothing that ends a header, begins another address or is seen by nobody.
_PLAIN_ADDRESS = re.compile(
    r"""[^\s\x00-\x1f\x7f@<>()\[\],;:"\\]+@[^\s\x00-\x1f\x7f@<>()\[\],;:"\\]+"""
)
_UTF8 = Charset("utf-8")
_UTF8.header_encoding = QP


@cache
def _parsed(sender: str) -> tuple[str, str]:
    name, address_only = parseaddr(sender)
    return formataddr((name, address_only), _UTF8), address_only


def sender() -> str:
    """The address of `settings.DEFAULT_FROM_EMAIL`, without the name."""
    return _parsed(settings.DEFAULT_FROM_EMAIL)[1]


def address(recipient: str) -> str:
    """The recipient as envelope and header carry it; `Permanent` for what is no one plain address."""
    if not _PLAIN_ADDRESS.fullmatch(recipient):
        raise Permanent("this is not an e-mail address")
    local, _, domain = recipient.partition("@")
    try:
        return f"{local.encode('ascii').decode()}@{domain.encode('idna').decode()}"
    except UnicodeError:
        raise Permanent("the mail server cannot carry the characters of this address") from None


def build(letter: Letter) -> bytes:
    """The whole mail, lines ending in CRLF; a repeat differs in nothing but its date."""
    # The number in the Message-ID stands in no text, so it can also part the parts.
    boundary = "=_" + letter.message_id.strip("<>").partition("@")[0]
    lines = [
        f"Subject: {_header(letter.subject)}",
        f"From: {_parsed(settings.DEFAULT_FROM_EMAIL)[0]}",
        f"To: {address(letter.to)}",
        f"Date: {formatdate()}",
        f"Message-ID: {letter.message_id}",
        "Auto-Submitted: auto-generated",  # RFC 3834: no holiday notices in answer to this
        "MIME-Version: 1.0",
        f'Content-Type: multipart/alternative; boundary="{boundary}"',
        "",
    ]
    for kind, text in (("plain", letter.text), ("html", letter.html)):
        lines += [f"--{boundary}", f'Content-Type: text/{kind}; charset="utf-8"', *_body(text)]
    lines += [f"--{boundary}--", ""]
    return "\r\n".join(lines).replace("\n", "\r\n").replace("\r\r\n", "\r\n").encode("ascii")


def _header(text: str) -> str:
    """`text` on one line, or as encoded words (RFC 2047): it cannot end the header that it stands in."""
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())[:300]
    return line if line.isascii() and len(line) < 70 else Header(line, _UTF8).encode()


def _body(text: str) -> tuple[str, str, str]:
    """Encoding, blank line and text. Short ASCII lines travel as they are: links stay whole."""
    if text.isascii() and max(map(len, text.split("\n"))) < 990:
        return "Content-Transfer-Encoding: 7bit", "", text
    encoded = binascii.b2a_qp(text.encode(), istext=True).decode("ascii")
    return "Content-Transfer-Encoding: quoted-printable", "", encoded
