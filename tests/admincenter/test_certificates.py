"""Certificates: an administrator sees the days left and what a scan found, and scans anew."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from mago.tls import services
from mago.tls.models import Endpoint
from mago.tls.scan import Finding, Report
from tests.conftest import Browser

pytestmark = pytest.mark.one_database

PAGE = "/admincenter/certificates/"


@pytest.fixture
def endpoint(db: None, settings: Any) -> Endpoint:
    settings.TLS_ENDPOINTS = ("id.example.com:443",)
    now = timezone.now()
    return Endpoint.objects.create(
        host="id.example.com",
        port=443,
        scanned_at=now,
        issuer="CN=R13",
        not_before=now - timedelta(days=80),
        not_after=now + timedelta(days=10, hours=1),
        suites={"772": [0x1301]},
        findings=[["version-offered", "TLS 1.0"]],
    )


def test_each_certificate_shows_its_days_and_its_breaches(
    admin: Browser, endpoint: Endpoint
) -> None:
    shown = admin.get(PAGE).content.decode()
    for words in ("id.example.com:443", "<dd>10</dd>", "Renewal overdue", "An old version is offered: TLS 1.0", "TLS 1.3"):  # fmt: skip
        assert words in shown


def test_without_an_endpoint_the_page_says_so(admin: Browser) -> None:
    assert "No endpoint is watched" in admin.get(PAGE).content.decode()


def test_one_that_was_not_seen_yet_is_listed(admin: Browser, settings: Any) -> None:
    settings.TLS_ENDPOINTS = ("new.example.com:443",)
    assert "Not seen yet" in admin.get(PAGE).content.decode()


def test_a_scan_that_was_asked_for_stands_in_the_trail(
    admin: Browser, endpoint: Endpoint, dora: Any, events: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    report = Report()
    report.add(Finding.UNREACHABLE, "refused")
    monkeypatch.setattr(services, "scan", lambda *_, **__: report)
    answer = admin.post(f"{PAGE}scan/", follow=True)
    assert "Something is not as the policy wants it" in answer.content.decode()
    event = events("tls:endpoint:scanned")[0]
    assert (event.actor_id, event.outcome) == (dora.pk, "failure")
    assert event.detail == {"findings": ["unreachable"]}


def test_scans_are_limited(admin: Browser, endpoint: Endpoint, monkeypatch: Any) -> None:
    monkeypatch.setattr(services, "scan", lambda *_, **__: Report())
    answers = [admin.post(f"{PAGE}scan/").status_code for _ in range(7)]
    assert answers == [302] * 6 + [429]


def test_only_those_of_the_platform_see_it(browser: Browser, bob: Any, endpoint: Endpoint) -> None:
    signed_in = browser.as_person(bob)
    assert signed_in.get(PAGE).status_code == 403
    assert signed_in.post(f"{PAGE}scan/").status_code == 403
    assert Browser().get(PAGE).status_code == 302
