"""The k-anonymity range service."""

import hashlib
import logging
import ssl
from collections.abc import Callable
from http.client import IncompleteRead
from io import BytesIO
from itertools import chain, repeat
from types import SimpleNamespace
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import HTTPSHandler, Request

import pytest
from django.test import override_settings

from accounts.signin.passwords import breach_service
from accounts.signin.passwords.breach import is_breached
from accounts.signin.passwords.checks import breach_lookup_is_possible

PASSWORD = "giraffe lamp tundra"
DIGITS = hashlib.sha1(PASSWORD.encode()).hexdigest().upper()
SERVICE = override_settings(
    PASSWORD_BREACH_CHECK="service", PASSWORD_BREACH_SERVICE="https://ranges.example/range/"
)


class Service:
    """Stands in for the opener: answers with `body`, or raises it."""

    def __init__(self, body: bytes | Exception) -> None:
        self.body = body
        self.requests: list[Request] = []
        self.timeouts: list[float] = []

    def open(self, request: Request, timeout: float) -> BytesIO:
        self.requests.append(request)
        self.timeouts.append(timeout)
        if isinstance(self.body, Exception):
            raise self.body
        return BytesIO(self.body)


@pytest.fixture
def answering(monkeypatch: pytest.MonkeyPatch) -> Any:
    def answer(body: bytes | Exception) -> Service:
        service = Service(body)
        monkeypatch.setattr(breach_service, "opener", lambda: service)
        return service

    with SERVICE:
        yield answer


def lines(*entries: str) -> bytes:
    return "\r\n".join(entries).encode()


def test_a_listed_password_is_refused(
    answering: Callable[..., Service], refusals: Callable[..., list[str]]
) -> None:
    answering(lines(f"{'0' * 35}:1", f"{DIGITS[5:]}:12"))
    assert refusals(PASSWORD) == ["breached"]


def test_any_other_is_taken(answering: Callable[..., Service]) -> None:
    answering(lines(f"{'0' * 35}:1"))
    assert is_breached(PASSWORD) is False


def test_padding_is_not_a_find(answering: Callable[..., Service]) -> None:
    answering(lines(f"{DIGITS[5:]}:0"))
    assert is_breached(PASSWORD) is False


def test_the_service_learns_five_digits_and_nothing_else(answering: Callable[..., Service]) -> None:
    service = answering(lines(f"{'0' * 35}:1"))
    is_breached(PASSWORD)
    [request] = service.requests
    assert request.full_url == f"https://ranges.example/range/{DIGITS[:5]}"
    assert request.get_method() == "GET"
    assert request.data is None
    assert request.get_header("Add-padding") == "true"
    assert not any(DIGITS[5:] in value or PASSWORD in value for value in request.headers.values())
    assert service.timeouts == [2.0]


@pytest.mark.parametrize(
    "body",
    [
        URLError(TimeoutError(f"no answer from /range/{DIGITS[:5]}")),
        TimeoutError(),
        HTTPError("https://ranges.example/range/", 302, "Found", {}, None),  # type: ignore[arg-type]
        IncompleteRead(b"", 5),
        b"",
        b"<html>captive portal</html>",
        b"\xff\xfe",
        b"0" * (breach_service.LONGEST + 1),
    ],
)
def test_whatever_is_no_answer_leaves_it_unknown_and_is_logged_once(
    body: bytes | Exception, answering: Callable[..., Service], caplog: pytest.LogCaptureFixture
) -> None:
    answering(body)
    with caplog.at_level(logging.WARNING, "mago.passwords"):
        assert is_breached(PASSWORD) is None
        assert is_breached(PASSWORD) is None
    assert len(caplog.records) == 1
    logged = caplog.records[0].getMessage()
    assert "out of reach" in logged
    assert DIGITS[:5] not in logged
    assert PASSWORD not in logged


def test_a_slow_trickle_is_cut_off(
    answering: Callable[..., Service], monkeypatch: pytest.MonkeyPatch
) -> None:
    answering(lines(f"{DIGITS[5:]}:12"))
    clock = chain([0.0], repeat(2.1))
    monkeypatch.setattr(breach_service, "time", SimpleNamespace(monotonic=lambda: next(clock)))
    assert is_breached(PASSWORD) is None


def test_connections_are_verified_and_nothing_but_https_is_spoken() -> None:
    breach_service.opener.cache_clear()
    opener = breach_service.opener()
    [https] = [each for each in opener.handlers if isinstance(each, HTTPSHandler)]
    assert https._context.verify_mode == ssl.CERT_REQUIRED
    assert https._context.check_hostname
    for url in ("http://127.0.0.1:1/", "file:///etc/hostname", "ftp://127.0.0.1/"):
        with pytest.raises(URLError, match="unknown url type"):
            opener.open(url)


def test_a_redirect_is_not_followed() -> None:
    opener = breach_service.opener()
    request = Request("https://ranges.example/range/00000")
    with pytest.raises(HTTPError):
        opener.error(
            "http", request, BytesIO(), 302, "Found", {"Location": "https://elsewhere.example/"}
        )


@override_settings(
    PASSWORD_BREACH_CHECK="service", PASSWORD_BREACH_SERVICE="http://ranges.example/"
)
def test_a_service_without_https_stops_the_start() -> None:
    assert [message.id for message in breach_lookup_is_possible(None)] == ["mago.E010"]


@SERVICE
def test_a_service_with_https_is_fine() -> None:
    assert breach_lookup_is_possible(None) == []
