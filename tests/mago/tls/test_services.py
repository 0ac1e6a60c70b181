"""What was seen is kept, and administrators hear in time of a certificate that nobody renews."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
import time_machine

from admincenter.services import tell_of_ending_certificates
from mago.tls import selectors, services
from mago.tls.models import Endpoint, State
from mago.tls.policy import Authentication, Version
from mago.tls.scan import Finding, Report

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]

ISSUED = datetime(2026, 11, 1, tzinfo=UTC)
END = ISSUED + timedelta(days=90)


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch, settings: Any) -> Report:
    """What the next scan of our one endpoint sees."""
    settings.TLS_ENDPOINTS = ("id.example.com:443",)
    report = Report(suites={Version.TLS_1_3: [0x1301]})
    report.certificate = certificate("a")
    monkeypatch.setattr(services, "scan", lambda *_, **__: report)
    return report


def certificate(serial: str, issued: datetime = ISSUED, days: float = 90) -> Any:
    return SimpleNamespace(
        subject="id.example.com",
        issuer="CN=R13,O=Let's Encrypt",
        serial=serial,
        not_before=issued,
        not_after=issued + timedelta(days=days),
        key="ECDSA P-256",
        authentication=Authentication.ECDSA,
    )


def at(days_left: float) -> Any:
    return time_machine.travel(END - timedelta(days=days_left), tick=False)


def told(mails: Any) -> list[str]:
    return [mail.recipient for mail in mails("tls/certificate_ends")]


def test_a_row_says_what_was_seen(seen: Report) -> None:
    seen.add(Finding.VERSION_OFFERED, "TLS 1.0")
    seen.add(Finding.KEY_SHORT, "RSA 2048")
    services.scan_endpoints()
    endpoint = selectors.endpoints()[0]
    assert (str(endpoint), endpoint.versions) == ("id.example.com:443", ["TLS 1.3"])
    assert endpoint.breaches == ["An old version is offered: TLS 1.0"]
    assert len(endpoint.warnings) == 1


def test_an_endpoint_that_is_watched_no_longer_is_forgotten(seen: Report, settings: Any) -> None:
    services.scan_endpoints()
    settings.TLS_ENDPOINTS = ("other.example.com:8443",)
    services.scan_endpoints()
    assert [str(row) for row in Endpoint.objects.all()] == ["other.example.com:8443"]


@pytest.mark.parametrize(
    ("left", "state"),
    [(60, State.FRESH), (30.1, State.FRESH), (29, State.DUE), (22, State.DUE), (20, State.OVERDUE), (0, State.EXPIRED)],
)  # fmt: skip
def test_a_certificate_is_renewed_from_thirty_days_before_its_end(
    seen: Report, left: float, state: State
) -> None:
    with at(left):
        assert services.scan_endpoints()[0].state == state


def test_one_of_six_days_is_not_called_overdue_when_it_is_new() -> None:
    short = Endpoint(not_before=ISSUED, not_after=ISSUED + timedelta(days=6))
    for age, state in ((0.1, "fresh"), (3.9, "fresh"), (4.1, "due"), (5.5, "overdue")):
        with time_machine.travel(ISSUED + timedelta(days=age), tick=False):
            assert short.state == state


def test_administrators_are_told_once_a_mark(seen: Report, dora: Any, mails: Any) -> None:
    services.scan_endpoints()
    for left, count in (
        (25, 0),
        (20.5, 1),
        (20, 1),
        (13.5, 2),
        (6.5, 3),
        (0.5, 4),
        (-0.5, 5),
        (-3, 5),
    ):
        with at(left):
            tell_of_ending_certificates()
            tell_of_ending_certificates()
        assert told(mails) == [dora.email] * count, left


def test_a_new_certificate_begins_anew(seen: Report, dora: Any, mails: Any) -> None:
    with at(2):
        services.scan_endpoints()
        tell_of_ending_certificates()
        assert len(told(mails)) == 1
        seen.certificate = certificate("b", issued=END - timedelta(days=2))
        services.scan_endpoints()
        tell_of_ending_certificates()
        assert len(told(mails)) == 1
        assert Endpoint.objects.get().alarmed_at_days is None


def test_an_endpoint_that_is_out_of_reach_is_still_alarmed_about(
    seen: Report, dora: Any, mails: Any
) -> None:
    with at(10):
        services.scan_endpoints()
        seen.certificate = None
        seen.add(Finding.UNREACHABLE, "refused")
        services.scan_endpoints()
        tell_of_ending_certificates()
    assert len(told(mails)) == 1


def test_an_alarm_stands_in_the_trail(seen: Report, dora: Any, events: Any) -> None:
    with at(10):
        services.scan_endpoints()
        tell_of_ending_certificates()
    assert [event.detail["days"] for event in events("tls:certificate:alarmed")] == [10]
    assert events("tls:endpoint:scanned") == []
