"""Something dangerous asks again who is at the keyboard; the proof lasts minutes and not as long as the session."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.http import HttpRequest, HttpResponse
from django.test import override_settings
from django.urls import include, path
from django.utils import timezone

from accounts.access.guards import signed_in
from accounts.access.step_up import step_up
from accounts.sessions.models import Session
from tests.conftest import PASSWORD


@signed_in
@step_up(minutes=10)
def danger(request: HttpRequest) -> HttpResponse:
    return HttpResponse("done")


urlpatterns = [path("danger/", danger, name="accounts:danger"), path("", include("mago.urls"))]
LATER = timedelta(minutes=11)


@pytest.fixture(autouse=True)
def _with_danger() -> Any:
    with override_settings(ROOT_URLCONF=__name__):
        yield


def test_who_has_just_signed_in_is_not_asked(browser: Any, alice: Any) -> None:
    assert browser.as_person(alice).get("/danger/").content == b"done"


def test_later_the_password_is_asked_and_leads_back(browser: Any, alice: Any) -> None:
    browser.as_person(alice)
    with time_machine.travel(timezone.now() + LATER):
        asked = browser.get("/danger/?a=b")
        assert asked["Location"] == "/accounts/reauthenticate/?next=%2Fdanger%2F%3Fa%3Db"
        answer = browser.post(
            "/accounts/reauthenticate/", {"password": PASSWORD, "next": "/danger/?a=b"}
        )
        assert answer["Location"] == "/danger/?a=b"
        assert browser.get("/danger/?a=b").content == b"done"


def test_a_wrong_password_proves_nothing(browser: Any, alice: Any) -> None:
    browser.as_person(alice)
    with time_machine.travel(timezone.now() + LATER):
        assert browser.post("/accounts/reauthenticate/", {"password": "no"}).status_code == 400
        assert browser.get("/danger/").status_code == 302


def test_a_form_is_not_carried_through(browser: Any, alice: Any) -> None:
    browser.as_person(alice)
    with time_machine.travel(timezone.now() + LATER):
        referer = {"Referer": "http://testserver/accounts/email/"}
        asked = browser.post("/danger/", {"password": "secret"}, headers=referer)
        assert asked["Location"] == "/accounts/reauthenticate/?next=%2Faccounts%2Femail%2F"


def test_it_leads_nowhere_else(browser: Any, alice: Any) -> None:
    browser.as_person(alice)
    answer = browser.post(
        "/accounts/reauthenticate/", {"password": PASSWORD, "next": "https://evil.example/"}
    )
    assert answer["Location"] == "/accounts/"


def test_the_session_gets_a_new_key_and_lives_no_longer(browser: Any, alice: Any) -> None:
    browser.as_person(alice)
    before = Session.objects.get()
    with time_machine.travel(timezone.now() + LATER):
        browser.post("/accounts/reauthenticate/", {"password": PASSWORD})
    after = Session.objects.get()
    assert after.session_key != before.session_key
    assert after.created_at == before.created_at
    assert after.proved_at > before.proved_at


def test_guessing_is_limited(browser: Any, alice: Any) -> None:
    browser.as_person(alice)
    answers = [
        browser.post("/accounts/reauthenticate/", {"password": "no"}).status_code for _ in range(11)
    ]
    assert answers == [400] * 10 + [429]
