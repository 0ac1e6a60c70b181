"""/accounts/login/"""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.hashers import make_password

from accounts.models import User
from accounts.sessions.models import Session
from accounts.signin.services.first_factor import _upgrade
from mago.core.errors import Busy
from tests.accounts.conftest import OTHER, UNKNOWN, is_signed_in, sign_in, sign_up, text_of
from tests.conftest import PASSWORD, Browser


def test_the_page_asks_for_address_and_password(browser: Browser) -> None:
    page = browser.get("/accounts/login/").content.decode()
    assert 'autocomplete="username webauthn"' in page
    assert 'autocomplete="current-password"' in page


def test_the_right_password_opens_a_session(browser: Browser, alice: User) -> None:
    answer = sign_in(browser, alice.email)
    assert (answer.status_code, answer.url) == (302, "/accounts/")
    assert is_signed_in(browser)
    assert Session.objects.get().user == alice


def test_the_address_may_be_typed_in_capitals(browser: Browser, alice: User) -> None:
    assert sign_in(browser, " ALICE@Example.com").status_code == 302


@pytest.mark.parametrize("password", [OTHER, PASSWORD.upper(), f"{PASSWORD} ", PASSWORD[:-1], " "])
def test_a_wrong_password_opens_nothing(browser: Browser, alice: User, password: str) -> None:
    answer = sign_in(browser, alice.email, password)
    assert answer.status_code == 400
    assert "do not match" in answer.content.decode()
    assert not is_signed_in(browser)
    assert not Session.objects.exists()


def test_an_unknown_address_opens_nothing(browser: Browser, alice: User) -> None:
    assert sign_in(browser, UNKNOWN).status_code == 400
    assert not is_signed_in(browser)


def test_somebody_elses_password_opens_nothing(browser: Browser, alice: User, bob: User) -> None:
    bob.set_password(OTHER)
    bob.save()
    assert sign_in(browser, alice.email, OTHER).status_code == 400


@pytest.mark.parametrize("password", ["", "!", "None"])
def test_an_account_without_a_password_cannot_be_entered_by_one(
    browser: Browser, alice: User, password: str
) -> None:
    alice.set_unusable_password()
    alice.save()
    assert sign_in(browser, alice.email, password or alice.password).status_code == 400
    assert not is_signed_in(browser)


def test_who_has_not_opened_the_link_cannot_sign_in(browser: Browser) -> None:
    sign_up(Browser(), "alice@example.com")
    answer = sign_in(browser, "alice@example.com")
    assert answer.status_code == 400
    assert "open the link in the mail first" in text_of(answer)
    assert not is_signed_in(browser)


def test_an_address_that_nobody_proved_gets_nobody_in(browser: Browser, alice: User) -> None:
    User.objects.update(email_confirmed_at=None)
    assert sign_in(browser, alice.email).status_code == 403
    assert not is_signed_in(browser)


def test_a_disabled_person_is_told_so_after_the_right_password(
    browser: Browser, alice: User
) -> None:
    User.objects.update(is_active=False)
    answer = sign_in(browser, alice.email)
    assert answer.status_code == 403
    assert "disabled" in text_of(answer)
    assert not is_signed_in(browser)


def test_a_disabled_person_is_not_betrayed_to_others(browser: Browser, alice: User) -> None:
    User.objects.update(is_active=False)
    answer = sign_in(browser, alice.email, OTHER)
    assert answer.status_code == 400
    assert "disabled" not in text_of(answer)


def test_a_sign_in_that_was_refused_leaves_nothing_to_resume(browser: Browser, alice: User) -> None:
    User.objects.update(is_active=False)
    sign_in(browser, alice.email)
    User.objects.update(is_active=True)
    for path in ("/accounts/", "/accounts/login/", "/accounts/confirm-email/"):
        browser.get(path)
    assert not is_signed_in(browser)
    assert not Session.objects.exists()


def test_looking_at_the_page_signs_nobody_in(browser: Browser, alice: User) -> None:
    browser.get("/accounts/login/", {"login": alice.email, "password": PASSWORD})
    assert not is_signed_in(browser)


def test_one_goes_where_one_wanted_to_go(browser: Browser, alice: User) -> None:
    asked = browser.get("/accounts/sessions/")
    assert asked.url == "/accounts/login/?next=/accounts/sessions/"
    assert 'name="next" value="/accounts/sessions/"' in browser.get(asked.url).content.decode()
    assert sign_in(browser, alice.email, next="/accounts/sessions/").url == "/accounts/sessions/"


@pytest.mark.parametrize(
    "url",
    [
        "//evil.example/",
        "https://evil.example/",
        "/\\evil.example",
        "javascript:alert(1)",
        "http://[",
        "/nowhere/",
    ],
)
def test_one_never_goes_elsewhere(browser: Browser, alice: User, url: str) -> None:
    assert browser.get("/accounts/login/", {"next": url}).status_code == 200
    assert sign_in(browser, alice.email, next=url).url == "/accounts/"


def test_who_is_signed_in_is_led_on(browser: Browser, alice: User) -> None:
    assert browser.as_person(alice).get("/accounts/login/").url == "/accounts/"


def test_the_password_is_not_shown_again(browser: Browser, alice: User) -> None:
    page = sign_in(browser, alice.email, "wrong-guess-7").text
    assert alice.email in page
    assert "wrong-guess-7" not in page


def test_success_is_told_with_its_method(
    browser: Browser, alice: User, events: Callable[..., list[Any]]
) -> None:
    sign_in(browser, alice.email)
    (event,) = events()
    assert (event.tag, event.actor_id, event.detail["method"]) == (
        "signin:session:opened",
        alice.pk,
        "password",
    )


def test_failure_is_told_with_the_address_and_without_the_password(
    browser: Browser, alice: User, events: Callable[..., list[Any]]
) -> None:
    sign_in(browser, alice.email, "wrong-guess-7")
    (event,) = events()
    assert (event.tag, event.outcome, event.actor_id) == ("signin:session:failed", "failure", None)
    assert event.told_detail["email"] == alice.email
    assert "wrong-guess-7" not in str(vars(event))


def test_a_hash_of_old_is_made_anew(browser: Browser, alice: User) -> None:
    old = make_password(PASSWORD, hasher="argon2")
    User.objects.update(password=old)
    assert sign_in(browser, alice.email).status_code == 302
    alice.refresh_from_db()
    assert alice.password.startswith("md5$")  # the suite's preferred hasher
    assert alice.check_password(PASSWORD)


def test_a_wrong_password_makes_no_hash_anew(browser: Browser, alice: User) -> None:
    old = make_password(PASSWORD, hasher="argon2")
    User.objects.update(password=old)
    sign_in(browser, alice.email, OTHER)
    alice.refresh_from_db()
    assert alice.password == old


def test_a_server_with_too_much_to_do_says_when_to_try_again(
    browser: Browser, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(*args: Any, **kwargs: Any) -> bool:
        raise Busy

    monkeypatch.setattr("accounts.signin.services.first_factor.check_hash", busy)
    answer = sign_in(browser, alice.email)
    assert answer.status_code == 503
    assert answer["Retry-After"] == "2"
    assert not is_signed_in(browser)


def test_whatever_breaks_while_the_password_is_checked_lets_nobody_in(
    alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*args: Any, **kwargs: Any) -> bool:
        raise RuntimeError("hash library is gone")

    monkeypatch.setattr("accounts.signin.services.first_factor.check_hash", broken)
    browser = Browser(raise_request_exception=False)
    answer = sign_in(browser, alice.email)
    assert answer.status_code == 500
    assert b"hash library" not in answer.content
    assert not is_signed_in(browser)


def test_a_session_that_cannot_be_told_is_not_opened(
    alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*args: Any, **kwargs: Any) -> None:
        raise RuntimeError("the trail is gone")

    monkeypatch.setattr("accounts.sessions.pipeline.record", broken)
    browser = Browser(raise_request_exception=False)
    assert sign_in(browser, alice.email).status_code == 500
    assert not is_signed_in(browser)
    assert not Session.objects.exists()


def test_sending_the_form_twice_leaves_one_live_session(browser: Browser, alice: User) -> None:
    sign_in(browser, alice.email)
    assert sign_in(browser, alice.email).url == "/accounts/"
    assert Session.objects.count() == 1


def test_the_second_person_in_a_browser_gets_nothing_of_the_first(
    browser: Browser, alice: User, bob: User
) -> None:
    sign_in(browser, alice.email)
    browser.post("/accounts/logout/")
    sign_in(browser, bob.email)
    page = browser.get("/accounts/").text
    assert bob.email in page
    assert alice.email not in page


def test_a_form_without_its_mark_is_refused(alice: User) -> None:
    browser = Browser(enforce_csrf_checks=True)
    assert sign_in(browser, alice.email).status_code == 403
    assert not is_signed_in(browser)


def test_a_hash_that_is_made_stronger_brings_no_old_password_back(alice: User) -> None:
    store = _upgrade(alice)
    User.objects.filter(pk=alice.pk).update(password="changed meanwhile")
    store(PASSWORD)
    alice.refresh_from_db()
    assert alice.password == "changed meanwhile"


def test_a_passkey_that_cannot_be_used_says_so_on_the_page(browser: Browser) -> None:
    for sent in ({}, {"credential": "no JSON"}, {"credential": '{"id": "x", "response": {}}'}):
        response = browser.post("/accounts/login/passkey/", sent)
        assert response.status_code == 400
        assert 'role="alert"' in response.content.decode()
