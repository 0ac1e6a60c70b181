"""Forms that are answered in front of Django: the same, word for word, as by Django; and what is unusual is left to it."""

import base64
import io
import json
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import OperationalError
from django.test import Client, override_settings

import accounts.provider.front
from accounts.provider import exchange, front
from accounts.provider.front import FORM, Front
from accounts.provider.services import create_application
from mago.core import metrics

from .conftest import Party

VARYING = ("X-Request-ID", "Content-Length")


@pytest.fixture(autouse=True)
def _the_test_keeps_its_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its transaction would be taken for one that somebody forgot."""
    monkeypatch.setattr(accounts.provider.front, "give_back", lambda: None)


@pytest.fixture
def nightly(db: None) -> Party:
    row, secret = create_application(
        name="Nightly",
        type="confidential",
        grants=["client_credentials"],
        scopes=["orders:read"],
        actor=None,
    )
    return Party(row, secret)


def django(environ: Any, start_response: Any) -> list[bytes]:
    start_response("200 OK", [("X-By", "Django")])
    return [b""]


def ask(path: str, body: bytes, **more: Any) -> tuple[int, dict[str, str], bytes]:
    told: list[Any] = []
    environ: dict[str, Any] = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": f"/oauth/{path}",
        "CONTENT_TYPE": FORM,
        "CONTENT_LENGTH": str(len(body)),
        "REMOTE_ADDR": "127.0.0.1",
        "wsgi.input": io.BytesIO(body),
        **more,
    }
    found = Front(django)(environ, lambda status, headers: told.extend((status, headers)))
    assert len({name for name, _ in told[1]}) == len(told[1]), "no header stands there twice"
    return int(told[0][:3]), dict(told[1]), b"".join(found)


def basic(party: Party, secret: str = "") -> dict[str, str]:
    pair = base64.b64encode(f"{party.id}:{secret or party.secret}".encode()).decode()
    return {"HTTP_AUTHORIZATION": f"Basic {pair}"}


def alike(content: bytes) -> Any:
    """What was answered, without what is new each time."""
    try:
        body = json.loads(content)
    except ValueError:
        return content
    return {n: v for n, v in body.items() if n not in ("access_token", "request_id")}


def assert_the_same(path: str, body: bytes, **more: Any) -> Any:
    ours = ask(path, body, **more)
    client = Client(raise_request_exception=False)
    theirs = client.post(f"/oauth/{path}", body, content_type=FORM, **more)
    assert "X-By" not in ours[1]
    assert ours[0] == theirs.status_code
    headers = [dict(found) | dict.fromkeys(VARYING) for found in (ours[1], theirs.headers)]
    assert headers[0] == headers[1]
    assert alike(ours[2]) == alike(theirs.content)
    return theirs.status_code


def test_a_form_is_answered_as_django_answers_it(nightly: Party) -> None:
    own = b"grant_type=client_credentials&scope=orders%3Aread"
    answers = {
        "a token": assert_the_same("token", own, **basic(nightly)),
        "a wrong secret": assert_the_same("token", own, **basic(nightly, "x")),
        "no proof": assert_the_same("token", own),
        "another scope": assert_the_same("token", own + b"s", **basic(nightly)),
        "a parameter twice": assert_the_same("token", own + b"&scope=a", **basic(nightly)),
        "no grant": assert_the_same("token", b"scope=x", **basic(nightly)),
        "garbage": assert_the_same("token", b"\xff=%00&grant_type=\xfe", **basic(nightly)),
        "what is no token": assert_the_same("introspect", b"token=x", **basic(nightly)),
        "nothing to ask about": assert_the_same(
            "introspect", b"token_type_hint=x", **basic(nightly)
        ),
        "given back": assert_the_same("revoke", b"token=x", **basic(nightly)),
        "far too many": assert_the_same("token", b"&".join(b"a%d=" % n for n in range(2000))),
    }
    wanted = (200, 401, 401, 400, 400, 400, 400, 200, 400, 200, 413)
    assert answers == dict(zip(answers, wanted, strict=True))


def test_what_breaks_is_answered_and_noted_as_by_django(
    nightly: Party, monkeypatch: pytest.MonkeyPatch, caplog: Any
) -> None:
    body = b"token=a-secret"
    for error, status in ((OperationalError("away"), 503), (ZeroDivisionError(), 500)):

        def fail(*args: Any, error: Exception = error) -> Any:
            raise error

        monkeypatch.setattr(exchange, "application_by_secret", fail)
        caplog.clear()
        assert assert_the_same("introspect", body, **basic(nightly)) == status
        ours, theirs = caplog.records
        assert (ours.name, ours.getMessage()) == (theirs.name, theirs.getMessage())
        assert ours.exc_info
    assert "a-secret" not in caplog.text


def test_what_is_unusual_is_left_to_django_unread(nightly: Party) -> None:
    body = urlencode({"grant_type": "client_credentials"}).encode()
    unusual: list[dict[str, Any]] = [
        {"REQUEST_METHOD": "GET"},
        {"QUERY_STRING": "grant_type=client_credentials"},
        {"CONTENT_TYPE": "multipart/form-data; boundary=x"},
        {"CONTENT_LENGTH": ""},
        {"CONTENT_LENGTH": str(front.LONGEST_BODY + 1)},
        {"HTTP_ACCEPT_LANGUAGE": "it"},
        {"PATH_INFO": "/oauth/token/"},
        {"PATH_INFO": "/oauth/userinfo"},
    ]
    for more in unusual:
        sent = io.BytesIO(body)
        answer = ask("token", body, **basic(nightly), **more, **{"wsgi.input": sent})
        assert answer[1] == {"X-By": "Django"}
        assert sent.tell() == 0
    with override_settings(IS_HTTPS=True):
        assert "X-By" in ask("token", body, **basic(nightly))[1], "refused by the middleware"
        assert "X-By" not in ask("token", body, HTTP_X_FORWARDED_PROTO="https")[1]


def test_it_is_counted_and_audited_like_any_other(
    nightly: Party, monkeypatch: pytest.MonkeyPatch, events: Any
) -> None:
    seen: list[tuple[str, ...]] = []
    found = metrics.of

    def of(metric: Any, *labels: str) -> Any:
        seen.append(labels)
        return found(metric, *labels)

    monkeypatch.setattr(metrics, "of", of)
    more = basic(nightly) | {"HTTP_USER_AGENT": "night\x00ly", "REMOTE_ADDR": "192.0.2.7"}
    _status, headers, _content = ask("token", b"grant_type=client_credentials", **more)
    assert ("provider:token", "POST", "2xx") in seen
    [event] = events("provider:token:issued")
    assert (event.request_id, event.address) == (headers["X-Request-ID"], "192.0.2.7")
    assert event.user_agent == "nightly"
