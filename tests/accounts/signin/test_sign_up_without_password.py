"""An account without a password: its owner signs in by passkey, or by a mailed code."""

from typing import Any

import pytest

from accounts.models import User
from tests.conftest import Browser

pytestmark = pytest.mark.django_db
ASK = {"email": "eve@example.com", "name": "Eve", "without_password": "1"}


def test_the_browser_that_signed_up_is_led_to_its_first_passkey(
    browser: Browser, link_in: Any
) -> None:
    assert browser.post("/accounts/signup/", ASK)["Location"].endswith("/confirm-email/")
    response = browser.post(link_in("signin/confirm_email"))
    assert response["Location"] == "/accounts/mfa/add/passkey/"
    assert browser.get("/accounts/mfa/add/passkey/").status_code == 200
    eve = User.objects.get(email="eve@example.com")
    assert not eve.has_usable_password()
    assert eve.sessions.get(method="code").strength == 1


def test_another_browser_confirms_and_signs_nobody_in(browser: Browser, link_in: Any) -> None:
    browser.post("/accounts/signup/", ASK)
    other = Browser()
    assert other.post(link_in("signin/confirm_email"))["Location"] == "/accounts/login/"
    assert other.get("/accounts/").status_code == 302


def test_an_empty_password_opens_nothing(browser: Browser, link_in: Any) -> None:
    browser.post("/accounts/signup/", ASK)
    Browser().post(link_in("signin/confirm_email"))
    for password in ("", "!", "None"):
        browser.post("/accounts/login/", {"login": "eve@example.com", "password": password})
        assert browser.get("/accounts/").status_code == 302


def test_without_the_button_a_password_is_asked_for(browser: Browser) -> None:
    response = browser.post("/accounts/signup/", ASK | {"without_password": ""})
    assert response.status_code == 400
    assert response.context["form"].errors["password1"]


def test_it_is_no_way_where_mailed_codes_are_off(browser: Browser, settings: Any) -> None:
    settings.SIGN_IN_BY_CODE = False
    assert browser.post("/accounts/signup/", ASK).status_code == 400
