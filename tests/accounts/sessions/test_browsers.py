"""Browsers in which somebody has signed in before."""

import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from accounts.models import User
from accounts.sessions import browsers
from accounts.signin.limits import SIGN_IN_ACCOUNT_ANYWHERE, SIGN_IN_NETWORK
from tests.accounts.conftest import OTHER, sign_in, use_up
from tests.conftest import Browser

pytestmark = pytest.mark.one_database


def known(cookie: str, email: str = "alice@example.com") -> str:
    request = RequestFactory().get("/")
    request.COOKIES[browsers.COOKIE] = cookie
    return browsers.known_as(request, email)


def remembered(cookie: str = "", email: str = "alice@example.com") -> str:
    request, response = RequestFactory().get("/"), HttpResponse()
    request.COOKIES[browsers.COOKIE] = cookie
    browsers.remember(request, response, email)
    morsel = response.cookies.get(browsers.COOKIE)
    return morsel.value if morsel else cookie


def test_a_browser_is_known_for_who_signed_in_there() -> None:
    assert known(remembered())


def test_and_for_nobody_else() -> None:
    assert not known(remembered(), "bob@example.com")


def test_several_people_share_a_browser() -> None:
    cookie = remembered(remembered(), "bob@example.com")
    assert known(cookie) == known(cookie, "bob@example.com") != ""


def test_the_last_five_are_kept() -> None:
    cookie = ""
    for number in range(6):
        cookie = remembered(cookie, f"p{number}@example.com")
    assert not known(cookie, "p0@example.com")
    assert all(known(cookie, f"p{number}@example.com") for number in range(1, 6))


def test_signing_in_again_changes_nothing() -> None:
    cookie = remembered()
    assert remembered(cookie) == cookie


@pytest.mark.parametrize("position", [0, 42, 44, -1])
def test_a_changed_cookie_is_not_known(position: int) -> None:
    cookie = list(remembered())
    cookie[position] = "A" if cookie[position] != "A" else "B"
    assert not known("".join(cookie))


def test_the_mark_of_one_browser_is_worth_nothing_under_the_name_of_another() -> None:
    mine, other = remembered(), remembered()
    assert not known(f"{other.split('.')[0]}.{mine.split('.')[1]}")


@pytest.mark.parametrize(
    "cookie",
    [
        "",
        ".",
        "." * 300,
        "\x00",
        "漢" * 43,
        "x" * 43,
        "é" * 43 + "." + "x" * 24,
        'a"b;c' * 60,
        "A" * 10_000,
    ],
)
def test_nonsense_is_not_known_and_not_sent_back(cookie: str) -> None:
    assert not known(cookie)
    fresh = remembered(cookie)
    assert known(fresh)
    assert fresh.isascii()
    assert not fresh.startswith(cookie.partition(".")[0] or ".")


def test_the_address_does_not_stand_in_the_cookie() -> None:
    assert "alice" not in remembered()


def test_the_cookie_opens_nothing(browser: Browser, alice: User) -> None:
    sign_in(browser, alice.email)
    thief = Browser()
    thief.cookies["browser"] = browser.cookies["browser"].value
    assert thief.get("/accounts/").status_code == 302
    assert sign_in(thief, alice.email, OTHER).status_code == 400


def test_a_wrong_password_makes_no_browser_known(browser: Browser, alice: User) -> None:
    assert "browser" not in sign_in(browser, alice.email, OTHER).cookies


def test_strangers_lock_out_nobody_who_signed_in_here_before(browser: Browser, alice: User) -> None:
    sign_in(browser, alice.email)
    browser.post("/accounts/logout/")
    use_up(SIGN_IN_ACCOUNT_ANYWHERE, alice.email)
    assert sign_in(Browser(), alice.email).status_code == 429
    assert sign_in(browser, alice.email).status_code == 302


def test_not_even_strangers_in_the_same_network(browser: Browser, alice: User) -> None:
    sign_in(browser, alice.email)
    browser.post("/accounts/logout/")
    use_up(SIGN_IN_NETWORK, "127.0.0.1")
    assert sign_in(Browser(), alice.email).status_code == 429
    assert sign_in(browser, alice.email).status_code == 302


def test_a_known_browser_may_not_guess_for_ever(browser: Browser, alice: User) -> None:
    sign_in(browser, alice.email)
    browser.post("/accounts/logout/")
    answers = [sign_in(browser, alice.email, OTHER).status_code for _ in range(11)]
    assert answers == [400] * 10 + [429]


def test_a_browser_known_for_one_guesses_at_others_as_a_stranger(
    browser: Browser, alice: User, bob: User
) -> None:
    sign_in(browser, alice.email)
    browser.post("/accounts/logout/")
    use_up(SIGN_IN_ACCOUNT_ANYWHERE, bob.email)
    assert sign_in(browser, bob.email, OTHER).status_code == 429
