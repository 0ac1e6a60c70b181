"""Hubs beyond what the server can do are told when to come back, evenly over the time that the fleet needs."""

import io
import json
import random
import time
from collections.abc import Callable
from heapq import heappop, heappush
from typing import Any

import pytest
from django.db import OperationalError

import hubs.front
from hubs import handshake
from hubs.admission import Admission
from hubs.fleet import Missing, count_missing
from hubs.front import Front
from mago.wsgi import application
from tests.hubs.conftest import Enrolled
from tests.hubs.hub import Device, encoded


class Clock:
    """Time passes when somebody sleeps, or is told to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


def admission(clock: Clock, missing: int = 0, **more: Any) -> Admission:
    return Admission(100, missing=lambda: missing, clock=clock, sleep=clock.sleep, **more)


def test_lets_in_its_rate_and_no_more() -> None:
    clock = Clock()
    gate, admitted = admission(clock), 0
    end = clock.now + 10
    while clock.now < end:
        clock.now += 0.001
        admitted += gate.enter() == 0
    assert 950 < admitted < 1050


def test_whoever_waits_waits_a_little_and_few_do() -> None:
    clock = Clock()
    gate = Admission(100, places=0, clock=clock, sleep=clock.sleep)
    began = clock.now
    answers = [gate.enter() for _ in range(100)]
    assert clock.now == began, "nobody waits where there is no place to"
    assert answers.count(0) == 25, "what a quarter of a second would have let in"
    gate = admission(clock)
    for _ in range(25):
        gate.enter()
    began = clock.now
    assert gate.enter() == 0
    assert 0 < clock.now - began <= 0.25


def test_the_others_come_back_over_the_time_that_the_fleet_needs() -> None:
    clock = Clock()
    gate = admission(clock, missing=8000, places=0)
    times = [seconds for _ in range(3000) if (seconds := gate.enter())]
    assert min(times) >= 1
    assert max(times) <= 101, "8000 hubs at 80 a second"
    assert 45 < sum(times) / len(times) < 56
    assert admission(clock, places=0).spread(0) == 0


def test_a_fleet_comes_back_with_about_two_requests_a_hub() -> None:
    """All 2,000 at once, as after an outage: at 100 a second they need 20 seconds, and get 25.

    Each waits a part of a second more than it was told, so that those of one second do not collide.
    """
    clock, chance, requests, back = Clock(), random.Random(1), 0, 0
    gate = Admission(100, places=0, missing=lambda: 2000 - back, clock=clock, sleep=clock.sleep)
    due = [clock.now] * 2000
    end = clock.now
    while due:
        clock.now = max(clock.now, heappop(due))
        requests += 1
        if seconds := gate.enter():
            heappush(due, clock.now + seconds + chance.random())
        else:
            back, end = back + 1, clock.now
    assert requests / 2000 <= 2.5
    assert end - 1000 < 60


@pytest.mark.django_db
def test_missing_are_those_without_a_live_token(enrol: Callable[..., Enrolled]) -> None:
    hubs = [enrol(f"S-{number}") for number in range(3)]
    assert count_missing() == 3
    Device(hubs[0]).sign_in()
    assert count_missing() == 2
    counts = []
    missing = Missing(lambda: counts.append(1) or 7)
    missing.refresh()
    assert (missing.read(), counts) == (0, []), "nobody was refused: nobody needs to know"
    missing.refresh()
    missing.read()
    missing.refresh()
    assert (missing.read(), counts) == (7, [1]), "counted once in a while"


# --- the front ---


@pytest.fixture(autouse=True)
def _the_test_keeps_its_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its transaction would be taken for one that somebody forgot."""
    monkeypatch.setattr(hubs.front, "give_back", lambda: None)


def ask(front: Front, path: str, body: Any = None, method: str = "POST", **more: Any) -> Any:
    raw = b"" if body is None else json.dumps(body).encode()
    told: list[Any] = []
    environ = {
        "REQUEST_METHOD": method,
        "PATH_INFO": f"/api/v1/hubs/{path}",
        "CONTENT_LENGTH": str(len(raw)),
        "REMOTE_ADDR": "192.0.2.1",
        "wsgi.input": io.BytesIO(raw),
        **more,
    }
    [content] = front(environ, lambda status, headers: told.extend((status, dict(headers))))
    return told[0], told[1], content


def django(environ: Any, start_response: Any) -> list[bytes]:
    start_response("200 OK", [("X-By", "Django")])
    return [b""]


def front(refuse: int = 0) -> Front:
    gate = Admission(1000)
    gate.enter = lambda: refuse  # type: ignore[method-assign]
    return Front(django, gate, Missing(lambda: 0))


FIRST = {
    "mechanism": "SCRAM-SHA-256",
    "initial_response": encoded("n,,n=x,r=rOprNGfwEbeRWgbNEkqO"),
}


@pytest.mark.django_db
def test_the_front_answers_as_django_does(enrolled: Enrolled, client: Any) -> None:
    for path in ("auth/start", "auth/continue"):
        for body in (FIRST, {}, {"sid": "x", "response": ""}):
            ours = ask(front(), path, body)
            answer = client.post(f"/api/v1/hubs/{path}", body, content_type="application/json")
            theirs = dict(answer.items())
            assert ours[0].startswith(str(answer.status_code))
            varying = {"X-Request-ID", "Content-Length"}
            assert {**ours[1], **dict.fromkeys(varying)} == {**theirs, **dict.fromkeys(varying)}
    status, headers, _content = ask(application, "auth/start", FIRST)  # type: ignore[arg-type]
    assert (status, len(headers["X-Request-ID"])) == ("200 OK", 32)


@pytest.mark.django_db
def test_a_heartbeat_is_answered_there_too(enrolled: Enrolled) -> None:
    token = Device(enrolled).sign_in()["access_token"]
    bearer = {"HTTP_AUTHORIZATION": f"Bearer {token}"}
    assert ask(front(), "me/heartbeat", {"uptime": 7}, **bearer)[0] == "200 OK"
    status, headers, content = ask(front(), "me/heartbeat", {"uptime": 7})
    assert (status, headers["WWW-Authenticate"]) == ("401 Unauthorized", "Bearer")
    assert json.loads(content)["code"] == "invalid_token"


def test_a_database_that_is_away_leaves_the_number_as_it_was() -> None:
    def fail() -> int:
        raise OperationalError

    missing = Missing(fail)
    missing.read()
    missing.refresh()
    assert missing.read() == 0


@pytest.mark.django_db
def test_a_connection_is_given_back_after_each_request_also_of_one_that_failed(
    enrolled: Enrolled, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[int] = []
    monkeypatch.setattr(hubs.front, "give_back", lambda: given.append(1))
    ours = front()
    ask(ours, "auth/start", FIRST)
    assert len(given) == 1

    def fail(request: object) -> None:
        raise OSError

    monkeypatch.setitem(hubs.front.HOT, "/api/v1/hubs/auth/start", fail)
    assert ask(ours, "auth/start", FIRST)[0] == "500 Internal Server Error"
    assert len(given) == 2


@pytest.mark.django_db
def test_what_begins_is_refused_and_what_was_begun_never_is() -> None:
    full = front(refuse=17)
    status, headers, content = ask(full, "auth/start", FIRST)
    assert (status, headers["Retry-After"]) == ("503 Service Unavailable", "17")
    assert json.loads(content)["error"] == "temporary-auth-failure"
    assert ask(full, "enrol", {})[0].startswith("503")
    assert ask(full, "auth/token", method="GET")[0].startswith("503")
    begun = {"HTTP_AUTHORIZATION": "SCRAM-SHA-256 sid=x, data=x"}
    assert ask(full, "auth/token", method="GET", **begun)[1] == {"X-By": "Django"}
    assert ask(full, "auth/continue", {})[0].startswith("400")
    assert ask(full, "me", method="GET")[1] == {"X-By": "Django"}
    assert ask(front(), "auth/start", method="GET")[1] == {"X-By": "Django"}


@pytest.mark.parametrize("path", ["auth/start", "me/heartbeat", "me/tasks/x"])
def test_whoever_is_refused_finds_the_connection_as_it_was_or_is_told(db: None, path: str) -> None:
    """What is not read of a message would be in the way of the next one, and the server hang up."""

    def forbid(environ: Any, start_response: Any) -> list[bytes]:
        start_response("401 Unauthorized", [])
        return [b""]

    full = Front(forbid, front(refuse=17)._admission, Missing(lambda: 0))
    sent = io.BytesIO(json.dumps(FIRST).encode())
    _status, headers, _content = ask(full, path, FIRST, **{"wsgi.input": sent})
    assert sent.read() == b""
    assert "Connection" not in headers
    odds: list[dict[str, Any]] = [
        {"CONTENT_LENGTH": "9000"},
        {"CONTENT_LENGTH": "", "HTTP_TRANSFER_ENCODING": "chunked"},
    ]
    for odd in odds:
        assert ask(full, path, FIRST, **odd)[1]["Connection"] == "close"


def test_a_very_long_name_is_refused_for_next_to_nothing(db: None) -> None:
    """100 kB of it, in less than a thousandth of a second; the best of many, as others use the machine too."""
    ours, long = front(), encoded(f"n,,n={'a' * 100_000},r=rOprNGfwEbeRWgbNEkqO")
    took = []
    for _ in range(20):
        began = time.thread_time()
        status, _headers, _content = ask(ours, "auth/start", FIRST | {"initial_response": long})
        took.append(time.thread_time() - began)
        assert status.startswith("400")
    assert min(took) < 0.001


@pytest.mark.django_db
def test_what_breaks_unexpectedly_is_a_500_and_no_secret(
    monkeypatch: pytest.MonkeyPatch, caplog: Any
) -> None:
    monkeypatch.setattr(handshake, "start", lambda *args: 1 / 0)
    status, _headers, content = ask(front(), "auth/start", FIRST)
    assert status.startswith("500")
    assert json.loads(content)["code"] == "internal_error"
    assert "rOprNGfwEbeRWgbNEkqO" not in caplog.text


def test_plain_http_is_left_to_who_refuses_it(settings: Any) -> None:
    settings.IS_HTTPS = True
    assert ask(front(), "auth/start", FIRST)[1] == {"X-By": "Django"}
