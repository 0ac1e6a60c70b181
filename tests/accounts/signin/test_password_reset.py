"""/accounts/password/reset/…"""

from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from accounts.access.services import set_active
from accounts.models import User
from accounts.sessions.models import Session
from accounts.signin.models import OneTimeToken
from mago.core.errors import Busy
from tests.accounts.conftest import OTHER, UNKNOWN, is_signed_in, sign_in
from tests.conftest import PASSWORD, App, Browser

pytestmark = pytest.mark.one_database

Find = Callable[..., str]
Mails = Callable[..., list[Any]]


def ask(browser: Browser, email: str) -> Any:
    return browser.post("/accounts/password/reset/", {"email": email})


def choose(browser: Browser, link: str, password: str = OTHER) -> Any:
    """Opens the link and sets the password, as far as the pages let one."""
    browser.get(link)
    return browser.post("/accounts/password/reset/set/", {"password1": password})


def test_a_link_is_mailed(browser: Browser, alice: User, mails: Mails) -> None:
    assert ask(browser, alice.email).url == "/accounts/password/reset/done/"
    assert [(m.template, m.recipient) for m in mails()] == [("signin/reset_password", alice.email)]


def test_asking_changes_nothing_else(browser: Browser, alice: User) -> None:
    sign_in(browser, alice.email)
    ask(Browser(), alice.email)
    assert is_signed_in(browser)
    assert sign_in(Browser(), alice.email).status_code == 302


def test_a_stranger_is_told_by_mail_that_there_is_no_account(
    browser: Browser, mails: Mails
) -> None:
    ask(browser, UNKNOWN)
    assert [m.template for m in mails()] == ["signin/no_account"]
    # A link is made all the same, so that time tells nothing; it is told to nobody and resets nothing.
    assert OneTimeToken.objects.get().user is None


def test_the_secret_leaves_the_address_bar(browser: Browser, alice: User, link_in: Find) -> None:
    ask(browser, alice.email)
    answer = browser.get(link_in("reset_password"))
    assert (answer.status_code, answer.url) == (302, "/accounts/password/reset/set/")


def test_the_new_password_counts(browser: Browser, alice: User, link_in: Find) -> None:
    ask(browser, alice.email)
    assert choose(browser, link_in("reset_password")).url == "/accounts/login/"
    assert sign_in(Browser(), alice.email, OTHER).status_code == 302
    assert sign_in(Browser(), alice.email, PASSWORD).status_code == 400


def test_nobody_is_signed_in_by_it(browser: Browser, alice: User, link_in: Find) -> None:
    ask(browser, alice.email)
    choose(browser, link_in("reset_password"))
    assert not is_signed_in(browser)


def test_every_session_and_token_is_dead(
    browser: Browser, app: App, alice: User, link_in: Find
) -> None:
    sign_in(browser, alice.email)
    pair = app.sign_in(alice)
    ask(Browser(), alice.email)
    choose(Browser(), link_in("reset_password"))
    assert not is_signed_in(browser)
    assert app.get("me").status_code == 401
    app.token = ""
    assert app.post("auth/refresh", {"refresh_token": pair["refresh_token"]}).status_code == 401


def test_the_link_works_once(alice: User, link_in: Find) -> None:
    ask(Browser(), alice.email)
    link = link_in("reset_password")
    choose(Browser(), link)
    assert choose(Browser(), link, "five llamas hum at the old pier").status_code == 400
    alice.refresh_from_db()
    assert alice.check_password(OTHER)


def test_the_form_that_stays_open_works_once_too(
    browser: Browser, alice: User, link_in: Find
) -> None:
    ask(browser, alice.email)
    choose(browser, link_in("reset_password"))
    again = browser.post(
        "/accounts/password/reset/set/", {"password1": "five llamas hum at the old pier"}
    )
    assert again.status_code == 400


def test_the_form_without_a_link_sets_nothing(browser: Browser, alice: User) -> None:
    ask(browser, alice.email)
    answer = browser.post("/accounts/password/reset/set/", {"password1": OTHER})
    assert answer.status_code == 400
    alice.refresh_from_db()
    assert alice.check_password(PASSWORD)


def test_a_newer_link_replaces_the_older(alice: User, link_in: Find) -> None:
    ask(Browser(), alice.email)
    older = link_in("reset_password")
    ask(Browser(), alice.email)
    assert choose(Browser(), older).status_code == 400
    assert choose(Browser(), link_in("reset_password")).status_code == 302


def test_one_persons_link_does_not_replace_anothers(alice: User, bob: User, link_in: Find) -> None:
    ask(Browser(), alice.email)
    ask(Browser(), bob.email)
    assert choose(Browser(), link_in("reset_password", alice.email)).status_code == 302
    bob.refresh_from_db()
    assert bob.check_password(PASSWORD)


def test_the_link_ends_after_half_an_hour(alice: User, link_in: Find) -> None:
    ask(Browser(), alice.email)
    with time_machine.travel(
        timezone.now() + timezone.timedelta(minutes=30, seconds=1), tick=False
    ):
        assert choose(Browser(), link_in("reset_password")).status_code == 400


def test_a_form_opened_in_time_and_sent_too_late_sets_nothing(
    browser: Browser, alice: User, link_in: Find
) -> None:
    ask(browser, alice.email)
    browser.get(link_in("reset_password"))
    with time_machine.travel(timezone.now() + timezone.timedelta(minutes=31), tick=False):
        answer = browser.post("/accounts/password/reset/set/", {"password1": OTHER})
    assert answer.status_code == 400
    alice.refresh_from_db()
    assert alice.check_password(PASSWORD)


def test_a_link_that_never_was_leaves_no_trace(browser: Browser) -> None:
    assert browser.get("/accounts/password/reset/never/").status_code == 400
    assert not Session.objects.exists()


def test_a_disabled_person_gets_no_link(browser: Browser, alice: User, mails: Mails) -> None:
    User.objects.update(is_active=False)
    assert ask(browser, alice.email).status_code == 302
    assert [m.template for m in mails()] == ["signin/no_account"]


def test_a_link_dies_with_the_account(alice: User, dora: User, link_in: Find) -> None:
    ask(Browser(), alice.email)
    link = link_in("reset_password")
    set_active(user=alice, active=False, actor=dora)
    assert choose(Browser(), link).status_code == 400


def test_who_is_disabled_in_the_very_moment_keeps_the_old_password(
    browser: Browser, alice: User, dora: User, link_in: Find, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask(browser, alice.email)

    def meanwhile(password: str) -> str:
        set_active(user=alice, active=False, actor=dora)
        return "hash of the new one"

    monkeypatch.setattr("accounts.signin.services.passwords.make_password", meanwhile)
    assert choose(browser, link_in("reset_password")).status_code == 400
    alice.refresh_from_db()
    assert alice.check_password(PASSWORD)


def test_a_link_to_the_old_address_dies_with_it(
    browser: Browser, alice: User, link_in: Find
) -> None:
    sign_in(browser, alice.email)
    browser.post("/accounts/email/", {"email": "new@example.com", "password": PASSWORD})
    ask(Browser(), alice.email)
    stale = link_in("reset_password")
    browser.post(link_in("confirm_new_email"))
    assert choose(Browser(), stale).status_code == 400


def test_a_link_that_was_asked_for_to_change_the_address_dies(
    browser: Browser, alice: User, link_in: Find
) -> None:
    # Else a thief with the old password keeps a way to take the account back after it was rescued.
    sign_in(browser, alice.email)
    browser.post("/accounts/email/", {"email": "thief@example.com", "password": PASSWORD})
    ask(Browser(), alice.email)
    choose(Browser(), link_in("reset_password"))
    assert Browser().as_person(alice).post(link_in("confirm_new_email")).status_code == 400
    alice.refresh_from_db()
    assert alice.email == "alice@example.com"


def test_a_weak_password_is_refused_and_the_link_stays(
    browser: Browser, alice: User, link_in: Find
) -> None:
    ask(browser, alice.email)
    answer = choose(browser, link_in("reset_password"), "short")
    assert answer.status_code == 400
    assert answer.context["form"].errors.keys() == {"password1"}
    assert browser.post("/accounts/password/reset/set/", {"password1": OTHER}).status_code == 302


def test_the_present_password_is_refused(browser: Browser, alice: User, link_in: Find) -> None:
    ask(browser, alice.email)
    answer = choose(browser, link_in("reset_password"), PASSWORD)
    assert "password1" in answer.context["form"].errors


def test_a_busy_server_does_not_call_the_link_dead(
    browser: Browser, alice: User, link_in: Find, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask(browser, alice.email)

    def busy(*args: Any, **kwargs: Any) -> str:
        raise Busy

    with monkeypatch.context() as patch:
        patch.setattr("accounts.signin.services.passwords.make_password", busy)
        answer = choose(browser, link_in("reset_password"))
    assert (answer.status_code, answer["Retry-After"]) == (503, "2")
    assert "works no longer" not in answer.content.decode()
    assert browser.post("/accounts/password/reset/set/", {"password1": OTHER}).status_code == 302


def test_the_address_is_proved_by_it(browser: Browser, alice: User, link_in: Find) -> None:
    User.objects.update(email_confirmed_at=None)
    ask(browser, alice.email)
    choose(browser, link_in("reset_password"))
    alice.refresh_from_db()
    assert alice.is_confirmed


def test_the_person_is_told_by_mail(
    browser: Browser, alice: User, link_in: Find, mails: Mails
) -> None:
    ask(browser, alice.email)
    choose(browser, link_in("reset_password"))
    assert [m.template for m in mails()] == ["signin/reset_password", "signin/password_changed"]


def test_it_is_told_in_the_trail(
    browser: Browser, alice: User, link_in: Find, events: Callable[..., list[Any]]
) -> None:
    ask(browser, alice.email)
    choose(browser, link_in("reset_password"))
    assert [event.tag for event in events()] == [
        "signin:password-reset:requested",
        "sessions:all:ended",
        "signin:password:reset",
    ]
    assert OTHER not in str([vars(event) for event in events()])


def test_a_link_for_one_purpose_serves_no_other(
    browser: Browser, alice: User, link_in: Find
) -> None:
    sign_in(browser, alice.email)
    browser.post("/accounts/email/", {"email": "new@example.com", "password": PASSWORD})
    secret = link_in("confirm_new_email").split("/")[-2]
    assert Browser().get(f"/accounts/password/reset/{secret}/").status_code == 400
