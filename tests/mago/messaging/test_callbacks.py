"""Twilio reports what became of an SMS; nobody else does."""

import base64
import hashlib
import hmac
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import LazySettings
from django.test import Client

from mago.messaging.models import Message, Status

from .conftest import reread

pytestmark = pytest.mark.django_db
CALLBACK = "https://mago.example/api/v1/messages/twilio/status"
SID = "SM" + "1" * 32
Report = Callable[..., int]


@pytest.fixture
def report(settings: LazySettings, sms: Message) -> Report:
    """Twilio's report of `sms`, signed as its documentation says; the status of our answer."""
    settings.TWILIO_AUTH_TOKEN, settings.TWILIO_STATUS_CALLBACK = "t0ken", CALLBACK
    Message.objects.update(status=Status.SENT, carrier_id=SID)

    def send(state: str, *, key: str = "t0ken", about: str = sms.pk.hex, **fields: str) -> int:
        query = f"message={about}"
        form = {"MessageSid": SID, "MessageStatus": state, "AccountSid": "AC1", **fields}
        signed = f"{CALLBACK}?{query}" + "".join(f"{name}{form[name]}" for name in sorted(form))
        mac = hmac.digest(key.encode(), signed.encode(), hashlib.sha1)
        answer = Client().post(
            f"/api/v1/messages/twilio/status?{query}",
            form,
            headers={"X-Twilio-Signature": base64.b64encode(mac).decode()},
        )
        return answer.status_code

    return send


def delivery(sms: Message) -> tuple[str, str]:
    row = reread(sms)
    return row.delivery, row.delivery_error


def test_a_report_that_twilio_signed_is_noted(report: Report, sms: Message) -> None:
    assert report("sent") == 204
    assert delivery(sms) == ("passed_on", "")
    assert report("undelivered", ErrorCode="30003") == 204
    assert delivery(sms) == ("undelivered", "30003")
    assert reread(sms).status == Status.SENT


def test_a_forged_one_is_refused(report: Report, sms: Message) -> None:
    assert report("delivered", key="guessed") == 403
    bare = Client().post(
        f"/api/v1/messages/twilio/status?message={sms.pk.hex}", {"MessageSid": SID}
    )
    assert bare.status_code == 403
    assert delivery(sms) == ("", "")


def test_one_that_was_changed_on_the_way_is_refused(
    report: Report, sms: Message, monkeypatch: pytest.MonkeyPatch, settings: LazySettings
) -> None:
    settings.TWILIO_STATUS_CALLBACK = "https://other.example/api/v1/messages/twilio/status"
    assert report("delivered") == 403


def test_repeated_and_late_reports_change_nothing(report: Report, sms: Message) -> None:
    for state in ("delivered", "delivered", "sent", "queued", "undelivered"):
        assert report(state) == 204
        assert delivery(sms) == ("delivered", "")


def test_a_report_about_another_attempt_or_nothing_changes_nothing(
    report: Report, sms: Message
) -> None:
    assert report("delivered", MessageSid="SM" + "2" * 32) == 204
    assert report("delivered", about="nonsense") == 204
    assert report("delivered", about="0" * 32) == 204
    assert report("invented") == 204
    assert delivery(sms) == ("", "")


def test_a_report_may_be_quicker_than_our_own_note(report: Report, sms: Message) -> None:
    Message.objects.update(carrier_id="", status=Status.WAITING)
    report("queued")
    assert (reread(sms).carrier_id, reread(sms).delivery) == (SID, "queued")


def test_without_twilio_there_is_nothing_to_report(settings: LazySettings) -> None:
    settings.TWILIO_AUTH_TOKEN = ""
    assert Client().post("/api/v1/messages/twilio/status").status_code == 404
    settings.TWILIO_AUTH_TOKEN, settings.TWILIO_STATUS_CALLBACK = "t0ken", ""
    assert Client().post("/api/v1/messages/twilio/status").status_code == 404


@pytest.mark.parametrize("method", ["get", "put", "delete"])
def test_reports_are_posted(method: str) -> None:
    assert getattr(Client(), method)("/api/v1/messages/twilio/status").status_code == 405


def test_an_administrator_sees_that_it_was_not_delivered(
    report: Report, sms: Message, dora: Any, browser: Any
) -> None:
    report("undelivered", ErrorCode="30003")
    browser.as_person(dora, "password", "totp")
    assert "Not delivered" in browser.get("/admincenter/messages/").content.decode()
    page = browser.get(f"/admincenter/messages/{sms.pk}/").content.decode()
    for shown in ("not delivered", "30003", SID):
        assert shown in page
