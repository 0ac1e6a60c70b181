"""/accounts/signup/"""

from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import User
from accounts.signin.models import OneTimeToken
from tests.accounts.conftest import OTHER, is_signed_in, sign_in, sign_up
from tests.conftest import PASSWORD, Browser

Mails = Callable[..., list[Any]]


def test_the_page_has_its_fields(browser: Browser) -> None:
    page = browser.get("/accounts/signup/").content.decode()
    assert 'name="email"' in page
    assert 'autocomplete="username"' in page
    assert 'autocomplete="new-password"' in page
    assert 'type="password"' in page


def test_a_mail_goes_to_the_address(browser: Browser, mails: Mails) -> None:
    answer = sign_up(browser, "alice@example.com")
    assert answer.status_code == 302
    assert answer.url == "/accounts/confirm-email/"
    assert [(m.template, m.recipient) for m in mails()] == [
        ("signin/confirm_email", "alice@example.com")
    ]


def test_nobody_exists_or_is_signed_in_before_the_link_is_opened(browser: Browser) -> None:
    sign_up(browser, "alice@example.com")
    assert not User.objects.exists()
    assert not is_signed_in(browser)


def test_the_next_page_says_where_to_look(browser: Browser) -> None:
    sign_up(browser, "alice@example.com")
    assert b"alice@example.com" in browser.get("/accounts/confirm-email/").content


def test_the_password_is_kept_as_a_hash_only(browser: Browser) -> None:
    sign_up(browser, "alice@example.com")
    token = OneTimeToken.objects.get()
    assert PASSWORD not in str(vars(token))
    assert token.payload["password"].startswith("md5$")


def test_the_secret_of_the_link_is_not_kept(browser: Browser, link_in: Callable[..., str]) -> None:
    sign_up(browser, "alice@example.com")
    secret = link_in("confirm_email").split("/")[-2]
    assert len(secret) == 43
    assert secret not in str(vars(OneTimeToken.objects.get()))
    assert secret not in str(browser.session.items())


def test_the_address_has_one_spelling(browser: Browser, mails: Mails) -> None:
    sign_up(browser, "  Alice@EXAMPLE.com ")
    assert mails()[0].recipient == "alice@example.com"


def test_a_kelvin_sign_is_a_k_before_the_mail_goes_out(browser: Browser, mails: Mails) -> None:
    sign_up(browser, "\u212aim@example.com")
    assert mails()[0].recipient == "kim@example.com"


@pytest.mark.parametrize(
    "email",
    [
        "",
        "alice",
        "alice@",
        "@example.com",
        "a b@example.com",
        "alice@example",
        "x" * 250 + "@example.com",
    ],
)
def test_an_address_that_is_none_is_refused_beside_its_field(
    browser: Browser, mails: Mails, email: str
) -> None:
    answer = sign_up(browser, email)
    assert answer.status_code == 400
    assert answer.context["form"].errors.keys() == {"email"}
    assert not mails()


def test_an_address_that_grows_in_its_one_spelling_is_measured_after_it(
    browser: Browser, mails: Mails
) -> None:
    # Each İ becomes two characters in lower case; 236 typed ones would be 456 in the column.
    answer = sign_up(browser, "a@" + ".".join(["İ" * 20] * 11) + ".com")
    assert answer.status_code == 400
    assert "email" in answer.context["form"].errors
    assert not mails()


def test_a_weak_password_is_refused_beside_its_field(browser: Browser, mails: Mails) -> None:
    answer = sign_up(browser, "alice@example.com", "short")
    assert answer.status_code == 400
    assert answer.context["form"].errors.keys() == {"password1"}
    assert not mails()
    assert not OneTimeToken.objects.exists()


def test_a_password_is_never_shown_again(browser: Browser) -> None:
    page = sign_up(browser, "alice@example.com", "tooshort-x7").text
    assert "alice@example.com" in page
    assert "tooshort-x7" not in page


def test_blanks_belong_to_the_password(browser: Browser, link_in: Callable[..., str]) -> None:
    sign_up(browser, "alice@example.com", f"  {PASSWORD} ")
    browser.post(link_in("confirm_email"))
    assert sign_in(Browser(), "alice@example.com", PASSWORD).status_code == 400
    assert sign_in(Browser(), "alice@example.com", f"  {PASSWORD} ").status_code == 302


def test_a_known_address_is_told_by_mail_and_nothing_changes(
    browser: Browser, mails: Mails, alice: User
) -> None:
    sign_up(browser, alice.email, OTHER, name="Mallory")
    assert [m.template for m in mails()] == ["signin/account_exists"]
    assert "link" not in mails()[0].variables()
    alice.refresh_from_db()
    assert alice.check_password(PASSWORD)
    assert alice.name == "Alice"


def test_sending_the_form_twice_makes_one_account(
    browser: Browser, mails: Mails, link_in: Callable[..., str]
) -> None:
    sign_up(browser, "alice@example.com")
    sign_up(browser, "alice@example.com")
    first, second = (m.variables()["link"] for m in mails())
    chosen = {"password1": PASSWORD}
    assert Browser().post("/" + first.split("/", 3)[3], chosen).status_code == 302
    assert Browser().post("/" + second.split("/", 3)[3]).status_code == 400
    assert User.objects.count() == 1


def test_who_is_signed_in_is_led_to_the_account(browser: Browser, alice: User) -> None:
    assert browser.as_person(alice).get("/accounts/signup/").url == "/accounts/"


def test_it_is_told(browser: Browser, events: Callable[..., list[Any]]) -> None:
    sign_up(browser, "alice@example.com")
    assert [event.tag for event in events()] == ["signin:signup:requested"]
    assert PASSWORD not in str([event.detail for event in events()])


def test_no_more_than_five_mails_an_hour_go_to_one_address(browser: Browser, mails: Mails) -> None:
    answers = {sign_up(browser, "alice@example.com").status_code for _ in range(7)}
    assert answers == {302}
    assert len(mails()) == 5


@pytest.mark.parametrize(
    "name", ["Alice\nBcc: x@example.com", "Al\x00ice", "\x1b[2J", "e\u202egnp.exe", "a\u2028b"]
)
def test_a_name_of_characters_that_do_harm_is_refused(
    browser: Browser, mails: Mails, name: str
) -> None:
    answer = sign_up(browser, "alice@example.com", name=name)
    assert answer.status_code == 400
    assert "name" in answer.context["form"].errors
    assert not mails()
