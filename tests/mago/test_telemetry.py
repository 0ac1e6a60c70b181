"""What monitoring sees, and who may see it."""

import logging
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.utils import timezone
from prometheus_client import values

from admincenter.selectors.system import asking
from admincenter.tasks import note_alive
from mago import telemetry, tracing
from mago.celery import app
from mago.core import metrics
from mago.core.context import caller
from mago.core.errors import TooMany
from mago.core.ratelimit import Limit
from mago.messaging.models import Message
from mago.tls.models import Endpoint
from tests.conftest import PASSWORD
from tests.running import ROOT

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]


@pytest.fixture(autouse=True, scope="module")
def _nothing_is_counted_yet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Else every look at the figures adds up those of all the requests that this process has seen."""
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("metrics")
        patch.setattr(metrics, "FOLDER", folder)
        patch.setattr(metrics, "_names", {})
        patch.setenv("PROMETHEUS_MULTIPROC_DIR", str(folder))
        _count_anew()
        yield
        _forget_own_names()
    # In files of another name: two that each believe to be the only one would write over each other in one.
    _forget_own_names()
    _count_anew()


def _forget_own_names() -> None:
    for _name, file in metrics._names.values():
        file.close()
    metrics._names.clear()


def _count_anew() -> None:
    metrics.of.cache_clear()
    values.ValueClass = values.MultiProcessValue(metrics._own_name)
    for metric in metrics.ALL:
        metric._metrics.clear()


TOKEN = "a-token-that-is-long-enough-for-everybody"


def read(name: str, **labels: str) -> float:
    """The figure as it stands in /metrics; 0 where it is not there."""
    lines = Client().get("/metrics").content.decode().splitlines()
    # By hand: a parser of the whole text, which names every route, takes seconds.
    samples = (line for line in lines if line.startswith((f"{name}{{", f"{name} ")))
    return sum(
        float(sample.rsplit(" ", 1)[1])
        for sample in samples
        if labels.items() <= dict(re.findall(r'(\w+)="([^"]*)"', sample)).items()
    )


def status(**request: str) -> int:
    return int(Client().get("/metrics", **request).status_code)


def test_this_machine_may_read_the_figures_and_nobody_else_learns_of_them(settings: Any) -> None:
    assert status() == 200
    assert status(REMOTE_ADDR="192.0.2.7") == 404
    assert status(REMOTE_ADDR="") == 404
    # Whoever comes by a proxy of this machine comes from loopback.
    settings.TRUSTED_PROXIES = 1
    assert status(HTTP_X_FORWARDED_FOR="127.0.0.1") == 404


def test_from_elsewhere_it_takes_the_token(settings: Any) -> None:
    settings.METRICS_TOKEN = TOKEN
    from_there = {"REMOTE_ADDR": "192.0.2.7"}
    assert status(HTTP_AUTHORIZATION=f"Bearer {TOKEN}", **from_there) == 200
    for wrong in ("Bearer ", "Bearer é", f"Basic {TOKEN}", f"Bearer {TOKEN[:-1]}", TOKEN):
        assert status(HTTP_AUTHORIZATION=wrong, **from_there) == 404
    # A wrong token is no better than none, also here.
    assert status(HTTP_AUTHORIZATION="Bearer wrong") == 404


def test_without_a_token_in_the_settings_none_opens(settings: Any) -> None:
    settings.METRICS_TOKEN = ""
    assert status(HTTP_AUTHORIZATION="Bearer ", REMOTE_ADDR="192.0.2.7") == 404


def test_requests_are_counted_by_the_name_of_their_route(browser: Any) -> None:
    before = read("mago_http_request_seconds_count", route="account_login", status="2xx")
    browser.get("/accounts/login/")
    after = read("mago_http_request_seconds_count", route="account_login", status="2xx")
    assert after == before + 1


def test_nothing_personal_becomes_a_label(browser: Any, alice: Any) -> None:
    secret = "k3yk3yk3yk3yk3yk3yk3y"
    browser.get(f"/accounts/confirm-email/{secret}/?email=alice@example.com")
    browser.get(f"/no/such/path/{secret}")
    browser.generic("ALICE", "/accounts/login/")
    browser.post("/accounts/login/", {"login": alice.email, "password": "wrong"})
    text = Client().get("/metrics").content.decode()
    assert 'route="unmatched"' in text
    assert 'method="other"' in text
    for private in (secret, "alice", "ALICE", "127.0.0.1", str(alice.pk)):
        assert private not in text


def test_sign_ins_are_counted_by_method_and_result(browser: Any, alice: Any) -> None:
    def counts() -> list[float]:
        return [
            read("mago_sign_ins_total", method="password", result=result)
            for result in ("succeeded", "failed")
        ]

    before = counts()
    browser.post("/accounts/login/", {"login": alice.email, "password": "wrong"})
    browser.post("/accounts/login/", {"login": alice.email, "password": PASSWORD})
    assert counts() == [before[0] + 1, before[1] + 1]


def test_what_a_limit_refuses_is_counted_by_its_name() -> None:
    limit = Limit("tests:figures", 1, 60)
    limit.take("alice")
    with pytest.raises(TooMany):
        limit.take("alice")
    assert read("mago_limited_total", limit="tests:figures") == 1


def test_hashes_that_run_are_seen_while_they_run() -> None:
    from accounts.signin.passwords.lane import HashLane

    lane = HashLane(1)
    with lane.slot():
        assert read("mago_password_hashes", state="running", kind="stranger") == 1
    assert read("mago_password_hashes", state="running", kind="stranger") == 0


def test_the_outbox_tells_its_age_and_its_dead(mails: Any) -> None:
    hour = timezone.now() - timedelta(hours=1)
    for state in ("waiting", "dead"):
        Message.objects.create(recipient="a@example.com", status=state, due_at=hour)
    assert 3590 < read("mago_outbox_age_seconds") < 3610
    assert read("mago_messages", status="dead") == read("mago_messages", status="waiting") == 1


def test_certificates_tell_their_days(settings: Any) -> None:
    settings.TLS_ENDPOINTS = ("id.example.com:443",)
    Endpoint.objects.create(
        host="id.example.com", port=443, scanned_at=timezone.now(),
        not_after=timezone.now() + timedelta(days=7, hours=1), findings=[["untrusted", "x"]],
    )  # fmt: skip
    assert read("mago_certificate_days_left", endpoint="id.example.com:443") == 7
    assert read("mago_endpoint_breaches", endpoint="id.example.com:443") == 1


def test_a_clock_that_stands_still_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """No task is late where none is published any more: nothing else would tell."""
    long_ago = timezone.now() - timedelta(minutes=10)
    monkeypatch.setattr(asking, "_STARTED", long_ago)
    note_alive()
    assert read("mago_part_state", part="worker") == read("mago_part_state", part="sms") == 0
    cache.set(asking.ALIVE, long_ago)
    assert read("mago_part_state", part="worker") == 2


seen: list[str] = []


@app.task(name="tests.figures")
def figured(fails: bool) -> None:
    seen.append(caller().request_id)
    if fails:
        raise LookupError


def test_tasks_are_timed_by_name_and_result_and_named_in_the_log() -> None:
    for fails in (False, True):
        figured.apply((fails,), task_id="task-7", headers={"published": time.time() - 3})
    assert seen == ["task-7", "task-7"]
    for result in ("succeeded", "failed"):
        assert read("mago_task_seconds_count", task="tests.figures", result=result) == 1
    assert read("mago_task_wait_seconds_sum", task="tests.figures") >= 6


COUNTS = """
from mago.core import metrics
metrics.LIMITED.labels("tests:other-process").inc(3)
metrics.HASHES.labels("running", "known").set(2)
"""


def test_what_an_ended_process_counted_stays_and_what_it_held_goes() -> None:
    env = os.environ | {
        "DJANGO_SETTINGS_MODULE": "mago.settings.test",
        "MAGO_METRICS_DIR": str(metrics.FOLDER.parent),
        "PYTEST_XDIST_WORKER": metrics.FOLDER.name,
    }
    for _ in range(2):
        subprocess.run([sys.executable, "-c", COUNTS], env=env, cwd=ROOT, check=True)
    left = [path.name for path in metrics.FOLDER.iterdir() if path.suffix == ".alive"]
    assert len(left) >= 2
    for _ in range(2):
        assert read("mago_limited_total", limit="tests:other-process") == 6
    assert read("mago_password_hashes", state="running", kind="known") == 0
    assert len(list(metrics.FOLDER.glob("*.alive"))) <= len(left) - 2


# --- health ---


def test_ready_wants_the_database_and_its_tables_and_tells_operators_which_part_is_amiss(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    answer = Client().get("/health/ready")
    assert (answer.status_code, answer.json()) == (
        200,
        {"status": "ok", "database": "ok", "migrations": "ok", "broker": "ok"},
    )
    stranger = Client().get("/health/ready", REMOTE_ADDR="192.0.2.7")
    assert stranger.json() == {"status": "ok"}
    monkeypatch.setattr(telemetry, "_migrated", set())
    monkeypatch.setattr(telemetry, "missing_migrations", lambda: ["accounts.0099_more"])
    answer = Client().get("/health/ready")
    assert (answer.status_code, answer.json()["migrations"]) == (503, "unavailable")


def test_a_process_without_its_database_is_not_ready_but_alive(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def broken() -> None:
        raise ConnectionError

    monkeypatch.setattr(connection, "cursor", broken)
    answer = Client().get("/health/ready", REMOTE_ADDR="192.0.2.7")
    assert (answer.status_code, answer.json()) == (503, {"status": "unavailable"})
    assert Client().get("/health/live").status_code == 200


def test_without_its_broker_a_process_still_gets_requests(
    settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    settings.REDIS_URL = "unix:///nowhere/socket"
    with caplog.at_level(logging.WARNING):
        answer = Client().get("/health/ready")
    assert (answer.status_code, answer.json()["broker"]) == (200, "unavailable")


# --- traces ---


def test_without_an_endpoint_nothing_is_traced() -> None:
    tracing.start("mago-web")
    application = object()
    assert tracing.around(application) is application  # type: ignore[arg-type, comparison-overlap]
    with tracing.span("x") as span:
        assert span is None


def test_traces_without_their_packages_stop_the_start_and_say_what_to_install(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.TRACES_ENDPOINT = "https://traces.example.com"
    monkeypatch.setitem(sys.modules, "opentelemetry", None)
    with pytest.raises(Exception, match=r"Install mago\[tracing\]"):
        tracing.start("mago-web")


# --- what is promised in files ---


def known_names() -> set[str]:
    """Every name under which a sample may appear."""
    names = set(telemetry.GAUGES)
    for metric in metrics.ALL:
        (described,) = metric.describe()
        suffixes = {"counter": ("_total",), "histogram": ("_bucket", "_count", "_sum")}
        names |= {described.name + s for s in suffixes.get(described.type, ("",))}
    return names


@pytest.mark.parametrize("file", ["deploy/grafana/mago.json", "deploy/prometheus/alerts.yml", "docs/reference/metrics.md"])  # fmt: skip
def test_every_metric_that_is_named_exists(file: str) -> None:
    named = set(re.findall(r"\bmago_[a-z_]+", (ROOT / file).read_text()))
    assert named
    assert named <= known_names()


def test_rates_are_of_what_only_grows_and_differences_of_what_may_fall() -> None:
    """`increase` of a gauge takes each fall for a new beginning."""
    kinds: dict[str, set[str]] = {"rate": set(), "increase": set(), "delta": set()}
    for file in ("deploy/grafana/mago.json", "deploy/prometheus/alerts.yml"):
        text = (ROOT / file).read_text()
        for kind, name in re.findall(r"(rate|increase|delta)\((mago_\w+)", text):
            kinds[kind].add(name)
    grows = ("_total", "_bucket", "_count", "_sum")
    assert all(name.endswith(grows) for name in kinds["rate"] | kinds["increase"])
    assert kinds["delta"] == {"mago_messages"} <= set(telemetry.GAUGES)


def test_every_alert_says_what_to_do_about_it() -> None:
    told = (ROOT / "docs/operations/incidents.md").read_text()
    alerts = re.findall(r"- alert: (\w+)", (ROOT / "deploy/prometheus/alerts.yml").read_text())
    assert len(alerts) > 12
    assert [name for name in alerts if f"**{name}**" not in told] == []


def test_every_metric_is_documented() -> None:
    text = (ROOT / "docs/reference/metrics.md").read_text()
    assert [name for name in known_names() if name not in text and not name.endswith(("_count", "_sum"))] == []  # fmt: skip
