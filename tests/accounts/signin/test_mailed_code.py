"""Signing in by a code that is mailed."""

from typing import Any

import pytest
from django.test import override_settings

from accounts.mfa import codes
from accounts.mfa.models import Challenge
from tests.conftest import Browser

pytestmark = pytest.mark.django_db


def ask(browser: Browser, email: str) -> Any:
    return browser.post("/accounts/login/code/", {"email": email})


def newest_code() -> str:
    return codes.words({"challenge": Challenge.objects.latest("created_at", "id").pk})["code"]


def is_in(browser: Browser) -> bool:
    return bool(browser.get("/accounts/").status_code == 200)


def test_the_code_opens_the_browser_that_asked(alice: Any, mails: Any) -> None:
    browser = Browser()
    assert ask(browser, alice.email)["Location"] == "/accounts/login/code/verify/"
    (mail,) = mails("signin/code", alice.email)
    assert newest_code() not in str(mail.sealed_context)
    browser.post("/accounts/login/code/verify/", {"code": newest_code()})
    assert is_in(browser)
    session = alice.sessions.get(method="code")
    assert (session.proofs, session.strength) == ("email", 1)


def test_it_opens_no_other_browser(alice: Any) -> None:
    asked, other = Browser(), Browser()
    ask(asked, alice.email)
    code = newest_code()
    ask(other, "nobody@example.com")
    other.post("/accounts/login/code/verify/", {"code": code})
    assert not is_in(other)


def test_it_works_once(alice: Any) -> None:
    browser = Browser()
    ask(browser, alice.email)
    code = newest_code()
    browser.post("/accounts/login/code/verify/", {"code": code})
    browser.post("/accounts/logout/")
    ask(browser, alice.email)
    browser.post("/accounts/login/code/verify/", {"code": code})
    assert not is_in(browser)


def test_known_and_unknown_addresses_look_alike(alice: Any) -> None:
    pages = []
    for email in (alice.email, "nobody@example.com"):
        browser = Browser()
        ask(browser, email)
        page = browser.get("/accounts/login/code/verify/").content.decode().replace(email, "…")
        wrong = browser.post("/accounts/login/code/verify/", {"code": "000000"})
        pages.append((len(page), wrong.status_code))
    assert pages[0] == pages[1]


def test_wrong_codes_are_counted(alice: Any) -> None:
    browser = Browser()
    ask(browser, alice.email)
    answers = [
        browser.post("/accounts/login/code/verify/", {"code": "000000"}).status_code
        for _ in range(6)
    ]
    assert answers == [400] * 5 + [429]
    assert not is_in(browser)


@override_settings(SIGN_IN_BY_CODE=False)
def test_it_can_be_switched_off() -> None:
    assert Browser().get("/accounts/login/code/").status_code == 404
    assert "login/code" not in Browser().get("/accounts/login/").content.decode()
