"""Where we ask, and where never."""

import http.client
import socket
from typing import Any

import pytest

from accounts.federation import fetching
from mago.core.outbound import Unreachable

NEVER = [
    "http://id.example.com/",
    "http://10.0.0.1/",
    "http://localhost/",
    "ftp://id.example.com/",
    "file:///etc/passwd",
    "https://",
    "https://a:b@id.example.com/",
    "https://id.example.com/#x",
    "https://id.example.com:99999/",
    "https://id.example.com/\r\nX-Evil: 1",
    "https://id.example.com/a b",
    "https://ïd.example.com/",
    "javascript:alert(1)",
    "",
    None,
    7,
]


def test_only_https_is_asked(settings: Any) -> None:
    assert [url for url in NEVER if fetching.is_usable(url)] == []
    assert fetching.is_usable("https://id.example.com:8443/a?b=c")
    # While Mago is tried out, a provider beside it may be without a certificate.
    assert fetching.is_usable("http://127.0.0.1:9000/")
    settings.IS_LOCAL = False
    assert not fetching.is_usable("http://127.0.0.1:9000/")


def test_a_name_that_leads_inside_is_not_asked(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.IS_LOCAL = False
    for inside in ("127.0.0.1", "10.0.0.1", "169.254.169.254", "::1", "fd00::1"):

        def getaddrinfo(*args: Any, place: str = inside, **kind: Any) -> list[Any]:
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (place, 443))]

        monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
        with pytest.raises(Unreachable) as refused:
            fetching.fetch("https://id.example.com/")
        assert refused.value.step == "allow"


def answering(monkeypatch: pytest.MonkeyPatch, status: int, body: bytes) -> None:
    answer = fetching.Answer(status, http.client.HTTPMessage(), body)
    monkeypatch.setattr(fetching, "fetch", lambda url, **more: answer)


@pytest.mark.parametrize(
    ("status", "body"),
    [(302, b"{}"), (500, b"{}"), (200, b""), (200, b"[]"), (200, b"<html>"), (200, b"[" * 9999)],
)
def test_what_is_no_answer_is_refused(
    monkeypatch: pytest.MonkeyPatch, status: int, body: bytes
) -> None:
    answering(monkeypatch, status, body)
    with pytest.raises(Unreachable):
        fetching.fetch_json("https://id.example.com/")
