"""/accounts/password/change/"""

from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import User
from tests.accounts.conftest import OTHER, is_signed_in, sign_in
from tests.conftest import PASSWORD, App, Browser

pytestmark = pytest.mark.one_database


def change(browser: Browser, old: str = PASSWORD, new: str = OTHER) -> Any:
    return browser.post("/accounts/password/change/", {"oldpassword": old, "password1": new})


def test_only_who_is_signed_in_comes_here(browser: Browser) -> None:
    assert (
        browser.get("/accounts/password/change/").url
        == "/accounts/login/?next=/accounts/password/change/"
    )


def test_the_new_password_counts(browser: Browser, alice: User) -> None:
    sign_in(browser, alice.email)
    assert change(browser).status_code == 302
    assert sign_in(Browser(), alice.email, OTHER).status_code == 302
    assert sign_in(Browser(), alice.email, PASSWORD).status_code == 400


def test_this_browser_stays_signed_in_under_a_new_key(browser: Browser, alice: User) -> None:
    sign_in(browser, alice.email)
    before = browser.cookies["session"].value
    change(browser)
    assert is_signed_in(browser)
    assert browser.cookies["session"].value != before


def test_every_other_session_and_program_is_out(browser: Browser, app: App, alice: User) -> None:
    elsewhere, thief = Browser(), Browser()
    sign_in(elsewhere, alice.email)
    sign_in(browser, alice.email)
    thief.cookies["session"] = browser.cookies["session"].value
    app.sign_in(alice)
    change(browser)
    assert not is_signed_in(elsewhere)
    assert not is_signed_in(thief)
    assert app.get("me").status_code == 401


def test_a_session_that_was_to_be_kept_stays_so(browser: Browser, alice: User) -> None:
    sign_in(browser, alice.email, remember="on")
    change(browser)
    assert browser.cookies["session"]["max-age"] == 30 * 24 * 3600


@pytest.mark.parametrize("old", [OTHER, "", PASSWORD.upper()])
def test_without_the_present_password_nothing_changes(
    browser: Browser, alice: User, old: str
) -> None:
    sign_in(browser, alice.email)
    answer = change(browser, old=old)
    assert answer.status_code == 400
    assert answer.context["form"].errors.keys() == {"oldpassword"}
    alice.refresh_from_db()
    assert alice.check_password(PASSWORD)
    assert is_signed_in(browser)


@pytest.mark.parametrize("new", ["", "short", "password" * 4, PASSWORD, "alice@example.com alice"])
def test_a_password_that_may_not_be_used_changes_nothing(
    browser: Browser, alice: User, new: str
) -> None:
    sign_in(browser, alice.email)
    answer = change(browser, new=new)
    assert answer.status_code == 400
    assert answer.context["form"].errors.keys() == {"password1"}
    alice.refresh_from_db()
    assert alice.check_password(PASSWORD)


def test_links_mailed_before_are_dead(
    browser: Browser, alice: User, link_in: Callable[..., str]
) -> None:
    sign_in(browser, alice.email)
    browser.post("/accounts/password/reset/", {"email": alice.email})
    browser.post("/accounts/email/", {"email": "thief@example.com", "password": PASSWORD})
    change(browser)
    assert Browser().get(link_in("reset_password")).status_code == 400
    assert Browser().as_person(alice).post(link_in("confirm_new_email")).status_code == 400


def test_guessing_the_present_password_is_limited(browser: Browser, alice: User) -> None:
    sign_in(browser, alice.email)
    answers = [change(browser, old="wrong").status_code for _ in range(11)]
    assert answers == [400] * 10 + [429]
    assert change(browser).status_code == 429


def test_the_person_is_told(
    browser: Browser, alice: User, mails: Callable[..., list[Any]], events: Callable[..., list[Any]]
) -> None:
    sign_in(browser, alice.email)
    change(browser)
    assert [m.template for m in mails()] == ["signin/password_changed"]
    assert [event.tag for event in events()][-2:] == [
        "sessions:all:ended",
        "signin:password:changed",
    ]


def test_a_wrong_guess_is_told(
    browser: Browser, alice: User, events: Callable[..., list[Any]]
) -> None:
    sign_in(browser, alice.email)
    change(browser, old="wrong-guess-7")
    event = events("signin:session:failed")[0]
    assert event.actor_id == alice.pk
    assert "wrong-guess-7" not in str(vars(event))


def test_password_managers_find_the_page(browser: Browser) -> None:
    assert browser.get("/.well-known/change-password").url == "/accounts/password/change/"
