"""Where a message ends is read in one way only, and no answer says what it was written by (ASVS 4.2, 13.4.6)."""

import socket
from urllib.parse import urlsplit

import pytest

from tests.running import Site

pytestmark = [pytest.mark.journey, pytest.mark.one_database]


def say(site: Site, *lines: str, body: str = "") -> str:
    """All that the server answers until it closes, which it does in time."""
    place = urlsplit(site.base)
    head = ("POST /accounts/login/ HTTP/1.1", f"Host: {place.netloc}", *lines, "", body)
    with socket.create_connection((place.hostname or "", place.port or 80), timeout=10) as plain:
        plain.sendall("\r\n".join(head).encode())
        heard = b""
        while more := plain.recv(65536):
            heard += more
    return heard.decode("latin-1")


SMUGGLED = "0\r\n\r\nGET /accounts/signup/ HTTP/1.1\r\nX: "


@pytest.mark.parametrize(
    "lines",
    [
        ("Content-Length: 5", "Content-Length: 6"),
        ("Content-Length: +5",),
        ("Content-Length: 5, 6",),
        ("Transfer-Encoding: xchunked",),
        ("Transfer-Encoding: chunked, identity",),
        ("Transfer-Encoding : chunked",),
        ("X-Odd: a\nTransfer-Encoding : chunked",),
    ],
    ids=str,
)
def test_a_message_whose_end_could_be_read_in_two_ways_is_refused(
    site: Site, lines: tuple[str, ...]
) -> None:
    heard = say(site, *lines, "Connection: close", body=SMUGGLED)
    assert heard.startswith("HTTP/1.1 400 ")
    assert heard.count("HTTP/1.1 ") == 1


def test_no_answer_tells_a_version(site: Site) -> None:
    heard = say(site, "Content-Length: 0", "Connection: close").partition("\r\n\r\n")[0].lower()
    assert heard.startswith("http/1.1 403")
    named = [
        line for line in heard.splitlines() if line.startswith(("server:", "x-powered-by:", "via:"))
    ]
    assert all(not any(c.isdigit() for c in line) for line in named)
