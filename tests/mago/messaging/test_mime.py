"""The mail as it travels."""

import email
from email import policy
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from typing import Any, cast

import pytest
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from mago.messaging.gateways.base import Letter, Permanent
from mago.messaging.mime import build

from .conftest import LINK

NUMBER = "01a2010951c771b3ac565803ace38160"
HEADERS = {
    "Subject",
    "From",
    "To",
    "Date",
    "Message-ID",
    "Auto-Submitted",
    "MIME-Version",
    "Content-Type",
}


def letter(**changes: Any) -> Letter:
    values = {
        "channel": "email",
        "to": "ada@example.com",
        "subject": "Confirm",
        "text": f"Hello,\n\n{LINK}\n",
        "html": f"<p>Hello</p><a href='{LINK}'>x</a>\n",
        "message_id": f"<{NUMBER}@mago.example>",
    }
    return Letter(**{**values, **changes})


def parsed(mail: bytes) -> EmailMessage:
    return cast(EmailMessage, email.message_from_bytes(mail, policy=policy.default))


def body(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body((kind,))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


def test_text_and_html_arrive_as_they_were_written() -> None:
    mail = parsed(build(letter()))
    assert mail.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]
    assert (body(mail, "plain"), body(mail, "html")) == (letter().text, letter().html)


def test_its_headers_say_who_when_and_that_a_program_wrote_it() -> None:
    mail = parsed(build(letter()))
    assert set(mail.keys()) == HEADERS
    assert mail["Message-ID"] == f"<{NUMBER}@mago.example>"
    assert mail["From"] == "Mago <no-reply@mago.example>"
    assert mail["Auto-Submitted"] == "auto-generated"
    age = timezone.now() - parsedate_to_datetime(mail["Date"]).replace(tzinfo=timezone.now().tzinfo)
    assert abs(age.total_seconds()) < 60


def test_an_ascii_link_stays_whole_on_its_line_in_the_raw_mail() -> None:
    assert f"\r\n{LINK}\r\n".encode() in build(letter())


def test_every_line_ends_in_crlf_and_is_short_enough_for_smtp() -> None:
    lines = build(letter(text="ä" * 3000 + "\n.\nb" * 100)).split(b"\r\n")
    assert all(b"\n" not in line and b"\r" not in line and len(line) < 998 for line in lines)


def test_a_repeat_is_the_same_but_for_its_date() -> None:
    def without_date(mail: bytes) -> list[bytes]:
        return [line for line in mail.split(b"\r\n") if not line.startswith(b"Date:")]

    assert without_date(build(letter())) == without_date(build(letter()))


@settings(deadline=None)
@given(st.text(max_size=400))
def test_no_subject_ends_its_header_or_adds_another(subject: str) -> None:
    mail = parsed(build(letter(subject=subject)))
    assert set(mail.keys()) == HEADERS
    assert body(mail, "plain") == letter().text


@pytest.mark.parametrize("break_", ["\r\n", "\n", "\r", "\x0b", "\x85", "\u2028", "\x00"])
def test_a_line_break_in_a_subject_is_a_space(break_: str) -> None:
    mail = parsed(build(letter(subject=f"Hello{break_}Bcc: eve@example.com")))
    assert mail["Subject"] == "Hello Bcc: eve@example.com"


def test_a_subject_of_another_alphabet_arrives() -> None:
    subject = "Conferma l’indirizzo, città 🎉 " + "è" * 100
    assert parsed(build(letter(subject=subject)))["Subject"] == subject


@settings(deadline=None)
@given(
    st.text(max_size=300).map(
        lambda text: text.replace("\r", "").encode("utf-8", "ignore").decode()
    )
)
def test_any_text_arrives_as_it_was_written(text: str) -> None:
    assert body(parsed(build(letter(text=text + "\n"))), "plain") == text + "\n"


@pytest.mark.parametrize(
    "to",
    [
        "",
        "ada",
        "@example.com",
        "ada@",
        "a@b@example.com",
        "ada@example.com\r\nBcc: eve@example.com",
        "ada@example.com\nRCPT TO:<eve@example.com>",
        "ada@example.com,eve@example.com",
        "ada@example.com> SIZE=1",
        "<ada@example.com>",
        "Ada <ada@example.com>",
        "ada @example.com",
        "ada@example.com\x00",
        "ada@example.com\u2028x",
        "àda@example.com",
        "ada@" + "à" * 300 + ".com",
    ],
)
def test_what_is_no_one_plain_address_is_refused_for_good(to: str) -> None:
    with pytest.raises(Permanent):
        build(letter(to=to))


def test_a_domain_of_another_alphabet_is_written_in_ascii() -> None:
    assert parsed(build(letter(to="ada@bücher.example")))["To"] == "ada@xn--bcher-kva.example"
