"""Something dangerous asks again who is at the keyboard; the proof lasts minutes and not as long as the session."""

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.http import HttpRequest, HttpResponse
from django.test import override_settings
from django.urls import include, path
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.access.guards import signed_in
from accounts.access.permissions import Permission
from accounts.access.step_up import step_up
from accounts.provider.models import TokenFamily
from accounts.sessions.models import Session
from tests.conftest import PASSWORD, App

pytestmark = pytest.mark.one_database


@signed_in
@step_up(minutes=10)
def danger(request: HttpRequest) -> HttpResponse:
    return HttpResponse("done")


class Danger(APIView):
    access = Permission.PEOPLE_DISABLE

    def get(self, request: Request) -> Response:
        return Response("done")


urlpatterns = [
    path("danger/", danger, name="accounts:danger"),
    path("api/v1/danger", Danger.as_view()),
    path("", include("mago.urls")),
]
REAUTHENTICATE = "/accounts/reauthenticate/"
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
        page = browser.get(asked["Location"])
        assert "Nothing has been changed yet." in page.text
        assert "secret" not in page.text


@pytest.mark.parametrize("named", ["https://evil.example/", "//evil.example/", "/nowhere/", ""])
def test_a_form_names_no_page_but_one_of_ours(browser: Any, alice: Any, named: str) -> None:
    browser.as_person(alice)
    with time_machine.travel(timezone.now() + LATER):
        referer = {"Referer": "http://testserver/accounts/email/"}
        asked = browser.post("/danger/", {"sent_from": named}, headers=referer)
    assert asked["Location"] == "/accounts/reauthenticate/?next=%2Faccounts%2Femail%2F"


def test_a_part_of_a_page_is_no_place_to_ask(browser: Any, alice: Any) -> None:
    """htmx would put the page that asks inside the one that is shown."""
    browser.as_person(alice)
    htmx = {"HX-Request": "true", "HX-Current-URL": "http://testserver/accounts/?a=b"}
    with time_machine.travel(timezone.now() + LATER):
        asked = browser.get("/danger/", headers=htmx)
    assert asked["HX-Redirect"] == "/accounts/reauthenticate/?next=%2Faccounts%2F%3Fa%3Db"
    Session.objects.all().delete()
    asked = browser.get("/danger/", headers=htmx)
    assert (asked.status_code, asked.content) == (200, b"")
    assert asked["HX-Redirect"] == "/accounts/login/?next=%2Faccounts%2F%3Fa%3Db"


def test_an_app_is_told_to_sign_in_again(app: App, dora: Any) -> None:
    app.sign_in(dora)
    assert app.get("danger").status_code == 200
    TokenFamily.objects.update(created_at=timezone.now() - LATER)
    type(dora).objects.update(signed_out_at=timezone.now() - 2 * LATER)
    answer = app.get("danger")
    assert (answer.status_code, answer.json()["code"]) == (401, "step_up_required")


def cancel(page: Any) -> str:
    found = re.search(r'<a href="([^"]*)">Cancel</a>', page.text)
    assert found
    return found[1]


def test_who_thinks_better_of_it_is_led_back(browser: Any, alice: Any) -> None:
    browser.as_person(alice)
    came_from = {"Referer": "http://testserver/accounts/sessions/?page=2"}
    asked = f"{REAUTHENTICATE}?next=/accounts/email/"
    page = browser.get(asked, headers=came_from)
    assert cancel(page) == "/accounts/sessions/?page=2"
    form = {"password": "no", "back": "/accounts/sessions/?page=2"}
    here = {"Referer": f"http://testserver{asked}"}
    assert cancel(browser.post(REAUTHENTICATE, form, headers=here)) == "/accounts/sessions/?page=2"


@pytest.mark.parametrize(
    "came_from", ["", "https://evil.example/", "http://testserver/accounts/reauthenticate/?next=/"]
)
def test_who_came_from_no_page_of_ours_is_led_home(
    browser: Any, alice: Any, came_from: str
) -> None:
    browser.as_person(alice)
    assert cancel(browser.get(REAUTHENTICATE, headers={"Referer": came_from})) == "/"
    evil = browser.get(f"{REAUTHENTICATE}?back=https://evil.example/")
    assert cancel(evil) == "/"


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


@pytest.mark.slow
def test_guessing_is_limited(browser: Any, alice: Any) -> None:
    browser.as_person(alice)
    answers = [
        browser.post("/accounts/reauthenticate/", {"password": "no"}).status_code for _ in range(11)
    ]
    assert answers == [400] * 10 + [429]
