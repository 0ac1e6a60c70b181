"""Certificates, for programs."""

from typing import Any

import pytest

from mago.tls import services
from mago.tls.scan import Finding, Report
from tests.conftest import App

pytestmark = pytest.mark.one_database


def test_what_is_watched_is_told_and_scanned_by_whoever_may(
    app_of: Any, dora: Any, owner: App, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.TLS_ENDPOINTS = ("id.example.com:443",)
    admin = app_of(dora)
    (one,) = admin.get("certificates").json()["endpoints"]
    assert (one["host"], one["state"], one["days_left"]) == ("id.example.com", "unknown", None)
    report = Report()
    report.add(Finding.UNREACHABLE, "refused")
    monkeypatch.setattr(services, "scan", lambda *_, **__: report)
    scanned = [admin.post("certificates/scan") for _ in range(7)]
    assert len(scanned[0].json()["endpoints"][0]["breaches"]) == 1
    assert [one.status_code for one in scanned][-1] == 429
    assert owner.get("certificates").status_code == 403
