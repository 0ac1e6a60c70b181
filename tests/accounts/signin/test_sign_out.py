"""/accounts/logout/"""

from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import User
from accounts.sessions.models import Session
from tests.accounts.conftest import is_signed_in, sign_in
from tests.conftest import Browser

pytestmark = pytest.mark.one_database


def test_asking_does_not_sign_out(browser: Browser, alice: User) -> None:
    sign_in(browser, alice.email)
    assert browser.get("/accounts/logout/").status_code == 200
    assert is_signed_in(browser)


def test_the_button_signs_out(browser: Browser, alice: User) -> None:
    sign_in(browser, alice.email)
    assert browser.post("/accounts/logout/").url == "/"
    assert not is_signed_in(browser)


def test_the_old_cookie_opens_nothing(browser: Browser, alice: User) -> None:
    sign_in(browser, alice.email)
    thief = Browser()
    thief.cookies["session"] = browser.cookies["session"].value
    browser.post("/accounts/logout/")
    assert not is_signed_in(thief)
    assert not Session.objects.exists()


def test_the_cookie_is_taken_back(browser: Browser, alice: User) -> None:
    sign_in(browser, alice.email)
    cookie = browser.post("/accounts/logout/").cookies["session"]
    assert (cookie.value, cookie["max-age"]) == ("", 0)


def test_what_the_browser_kept_is_cleared(browser: Browser, alice: User) -> None:
    sign_in(browser, alice.email)
    assert browser.post("/accounts/logout/")["Clear-Site-Data"] == '"cache", "storage"'


def test_other_sessions_go_on(browser: Browser, alice: User) -> None:
    elsewhere = Browser()
    sign_in(elsewhere, alice.email)
    sign_in(browser, alice.email)
    browser.post("/accounts/logout/")
    assert is_signed_in(elsewhere)


def test_it_is_told_once(browser: Browser, alice: User, events: Callable[..., list[Any]]) -> None:
    sign_in(browser, alice.email)
    browser.post("/accounts/logout/")
    assert browser.post("/accounts/logout/").status_code == 302
    assert [event.actor_id for event in events("signin:session:closed")] == [alice.pk]


def test_another_site_cannot_sign_one_out(alice: User) -> None:
    browser = Browser(enforce_csrf_checks=True).as_person(alice)
    assert browser.post("/accounts/logout/").status_code == 403
    assert is_signed_in(browser)  # type: ignore[arg-type]
