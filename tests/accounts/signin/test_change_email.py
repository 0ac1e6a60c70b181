"""/accounts/email/ and /accounts/email/<key>/"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import time_machine
from django.utils import timezone

from accounts.access.services import set_active
from accounts.models import User
from accounts.sessions.models import Session
from tests.accounts.conftest import sign_in
from tests.conftest import PASSWORD, Browser

Find = Callable[..., str]
Mails = Callable[..., list[Any]]
NEW = "new@example.com"


def ask(browser: Browser, email: str = NEW, password: str = PASSWORD) -> Any:
    return browser.post("/accounts/email/", {"email": email, "password": password})


def address_of(user: User) -> str:
    return str(User.objects.get(pk=user.pk).email)


def test_nothing_changes_before_the_new_address_is_proved(
    browser: Browser, alice: User, mails: Mails
) -> None:
    sign_in(browser, alice.email)
    assert ask(browser).status_code == 302
    assert address_of(alice) == "alice@example.com"
    assert [(m.template, m.recipient) for m in mails()] == [("signin/confirm_new_email", NEW)]


def test_the_button_behind_the_link_changes_it(
    browser: Browser, alice: User, link_in: Find
) -> None:
    sign_in(browser, alice.email)
    ask(browser)
    assert browser.get(link_in("confirm_new_email")).status_code == 200
    assert address_of(alice) == "alice@example.com"
    assert browser.post(link_in("confirm_new_email")).url == "/accounts/email/"
    assert address_of(alice) == NEW


def test_whoever_reads_the_mail_of_a_mistyped_address_has_no_account_by_it(
    browser: Browser, alice: User, charlie: User, link_in: Find
) -> None:
    ask(browser.as_person(alice))
    link = link_in("confirm_new_email")
    assert Browser().post(link).url == f"/accounts/login/?next={link}"
    assert Browser().as_person(charlie).post(link).status_code == 400
    assert address_of(alice) == "alice@example.com"
    assert Browser().as_person(alice).post(link).url == "/accounts/email/", "by any browser of hers"
    assert address_of(alice) == NEW


def test_it_asks_for_a_fresh_proof(browser: Browser, alice: User, mails: Mails) -> None:
    browser.as_person(alice)
    Session.objects.update(proved_at=timezone.now() - timedelta(hours=1))
    assert ask(browser).url.startswith("/accounts/reauthenticate/")
    assert not mails()


def test_who_has_no_password_is_asked_for_none(
    browser: Browser, alice: User, link_in: Find
) -> None:
    browser.as_person(alice, "passkey_verified")
    alice.set_unusable_password()
    alice.save()
    assert b'name="password"' not in browser.get("/accounts/email/").content
    assert browser.post("/accounts/email/", {"email": NEW}).status_code == 302
    assert browser.post(link_in("confirm_new_email")).url == "/accounts/email/"
    assert address_of(alice) == NEW


def test_the_old_address_is_told_and_not_the_whole_new_one(
    browser: Browser, alice: User, link_in: Find, mails: Mails
) -> None:
    ask(browser.as_person(alice))
    browser.post(link_in("confirm_new_email"))
    told = mails("email_changed")[0]
    assert told.recipient == "alice@example.com"
    assert NEW not in str(told.variables())


def test_one_signs_in_with_the_new_address_only(
    browser: Browser, alice: User, link_in: Find
) -> None:
    ask(browser.as_person(alice))
    browser.post(link_in("confirm_new_email"))
    assert sign_in(Browser(), NEW).status_code == 302
    assert sign_in(Browser(), "alice@example.com").status_code == 400


def test_the_link_works_once(browser: Browser, alice: User, link_in: Find) -> None:
    ask(browser.as_person(alice))
    browser.post(link_in("confirm_new_email"))
    assert browser.post(link_in("confirm_new_email")).status_code == 400


def test_a_newer_link_replaces_the_older(browser: Browser, alice: User, link_in: Find) -> None:
    ask(browser.as_person(alice))
    older = link_in("confirm_new_email")
    ask(browser, "other@example.com")
    assert browser.post(older).status_code == 400
    assert address_of(alice) == "alice@example.com"


def test_the_link_ends_after_three_days(browser: Browser, alice: User, link_in: Find) -> None:
    ask(browser.as_person(alice))
    with time_machine.travel(timezone.now() + timezone.timedelta(days=3, seconds=1), tick=False):
        assert browser.as_person(alice).post(link_in("confirm_new_email")).status_code == 400


def test_the_present_password_is_asked(browser: Browser, alice: User, mails: Mails) -> None:
    answer = ask(browser.as_person(alice), password="wrong")
    assert answer.status_code == 400
    assert answer.context["form"].errors.keys() == {"password"}
    assert not mails()


def test_ones_own_address_is_no_change(browser: Browser, alice: User, mails: Mails) -> None:
    answer = ask(browser.as_person(alice), email="ALICE@example.com")
    assert "email" in answer.context["form"].errors
    assert not mails()


def test_somebody_elses_address_looks_the_same_and_is_told_by_mail(
    browser: Browser, alice: User, bob: User, mails: Mails
) -> None:
    answers = [ask(browser.as_person(alice), email) for email in (bob.email, NEW)]
    assert [(a.status_code, a.url) for a in answers] == [(302, "/accounts/email/")] * 2
    assert [m.template for m in mails()] == ["signin/account_exists", "signin/confirm_new_email"]


def test_an_address_taken_meanwhile_stays_with_its_person(
    browser: Browser, alice: User, link_in: Find, person: Callable[..., Any]
) -> None:
    ask(browser.as_person(alice))
    new = person("new")
    assert browser.post(link_in("confirm_new_email")).status_code == 409
    assert address_of(alice) == "alice@example.com"
    assert address_of(new) == NEW


def test_the_link_dies_with_the_account(
    browser: Browser, alice: User, dora: User, link_in: Find
) -> None:
    ask(browser.as_person(alice))
    set_active(user=alice, active=False, actor=dora)
    set_active(user=alice, active=True, actor=dora)
    Browser().post(link_in("confirm_new_email"))
    assert address_of(alice) == "alice@example.com"


def test_it_is_told_with_both_addresses(
    browser: Browser, alice: User, link_in: Find, events: Callable[..., list[Any]]
) -> None:
    ask(browser.as_person(alice))
    browser.post(link_in("confirm_new_email"))
    detail = events("signin:email:changed")[0].told_detail
    assert (detail["before"], detail["after"]) == ("alice@example.com", NEW)
