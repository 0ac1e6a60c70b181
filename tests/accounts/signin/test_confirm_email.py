"""/accounts/confirm-email/<key>/"""

from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from accounts.models import User
from accounts.signin.models import FormerPassword, OneTimeToken
from tests.accounts.conftest import OTHER, is_signed_in, sign_in, sign_up
from tests.conftest import PASSWORD, Browser

Find = Callable[..., str]


def test_looking_at_the_link_changes_nothing(browser: Browser, link_in: Find) -> None:
    sign_up(browser, "alice@example.com")
    assert browser.get(link_in("confirm_email")).status_code == 200
    assert not User.objects.exists()
    assert not is_signed_in(browser)


def test_the_button_makes_a_confirmed_person(browser: Browser, link_in: Find) -> None:
    sign_up(browser, "alice@example.com", name="Alice")
    browser.post(link_in("confirm_email"))
    alice = User.objects.get()
    assert alice.is_confirmed
    assert alice.name == "Alice"
    assert alice.check_password(PASSWORD)


def test_the_browser_that_signed_up_is_signed_in(browser: Browser, link_in: Find) -> None:
    sign_up(browser, "alice@example.com")
    assert browser.post(link_in("confirm_email")).url == "/accounts/"
    assert is_signed_in(browser)


def test_another_browser_chooses_the_password_anew(browser: Browser, link_in: Find) -> None:
    """Whoever signs up with somebody's address does not have the password of what its owner confirms."""
    stranger = Browser()
    sign_up(stranger, "alice@example.com", OTHER, name="Mallory")
    link = link_in("confirm_email")
    page = browser.get(link)
    assert b"alice@example.com" in page.content
    assert b"password1" in page.content
    assert browser.post(link).status_code == 400
    assert not User.objects.exists()
    assert browser.post(link, {"password1": PASSWORD, "name": "Alice"}).url == "/accounts/"
    assert is_signed_in(browser)
    alice = User.objects.get()
    assert (alice.name, alice.check_password(PASSWORD)) == ("Alice", True)
    assert sign_in(stranger, "alice@example.com", OTHER).status_code == 400


def test_the_password_that_is_chosen_anew_is_judged(browser: Browser, link_in: Find) -> None:
    sign_up(Browser(), "alice@example.com")
    answer = browser.post(link_in("confirm_email"), {"password1": "alice@example.com"})
    assert answer.status_code == 400
    assert "password1" in answer.context["form"].errors
    assert not User.objects.exists()


def test_a_link_that_works_no_longer_says_so_before_anything_is_typed(browser: Browser) -> None:
    assert browser.get("/accounts/confirm-email/never/").status_code == 400


def test_the_browser_of_one_sign_up_is_not_signed_in_by_the_link_of_another(
    browser: Browser, link_in: Find
) -> None:
    sign_up(browser, "mallory@example.com", OTHER)
    sign_up(Browser(), "alice@example.com")
    assert browser.post(link_in("confirm_email", "alice@example.com")).status_code == 400
    assert not is_signed_in(browser)


def test_the_link_works_once(browser: Browser, link_in: Find) -> None:
    sign_up(browser, "alice@example.com")
    link = link_in("confirm_email")
    browser.post(link)
    again = Browser()
    assert again.post(link).status_code == 400
    assert not is_signed_in(again)
    assert User.objects.count() == 1


def test_the_link_ends_after_three_days(browser: Browser, link_in: Find) -> None:
    sign_up(browser, "alice@example.com")
    with time_machine.travel(timezone.now() + timezone.timedelta(days=3, seconds=1), tick=False):
        assert browser.post(link_in("confirm_email")).status_code == 400
    assert not User.objects.exists()


def test_a_link_that_never_was_is_refused(browser: Browser) -> None:
    assert browser.post("/accounts/confirm-email/never/").status_code == 400


@pytest.mark.parametrize("position", [0, 21, 42])
def test_a_link_with_one_character_changed_is_refused(
    browser: Browser, link_in: Find, position: int
) -> None:
    sign_up(browser, "alice@example.com")
    head, secret, _ = link_in("confirm_email").rsplit("/", 2)
    changed = secret[:position] + ("A" if secret[position] != "A" else "B") + secret[position + 1 :]
    assert browser.post(f"{head}/{changed}/").status_code == 400
    assert not User.objects.exists()


def test_what_is_mailed_is_not_the_digest_that_is_stored(browser: Browser) -> None:
    sign_up(browser, "alice@example.com")
    stored = OneTimeToken.objects.get().digest
    assert browser.post(f"/accounts/confirm-email/{stored}/").status_code == 400


def test_a_link_of_another_purpose_confirms_nobody(
    browser: Browser, alice: User, link_in: Find
) -> None:
    browser.post("/accounts/password/reset/", {"email": alice.email})
    secret = link_in("reset_password").split("/")[-2]
    assert browser.post(f"/accounts/confirm-email/{secret}/").status_code == 400
    assert User.objects.count() == 1


def test_the_link_that_is_opened_decides_the_password(browser: Browser, link_in: Find) -> None:
    sign_up(browser, "alice@example.com", PASSWORD)
    hers = link_in("confirm_email")
    sign_up(Browser(), "alice@example.com", OTHER)
    browser.post(hers)
    assert User.objects.get().check_password(PASSWORD)
    assert not User.objects.get().check_password(OTHER)


def test_a_stranger_who_signed_up_before_gains_nothing(link_in: Find) -> None:
    stranger = Browser()
    sign_up(stranger, "alice@example.com", OTHER)
    planted = link_in("confirm_email")
    alice = Browser()
    sign_up(alice, "alice@example.com", PASSWORD)
    alice.post(link_in("confirm_email"))
    assert sign_in(stranger, "alice@example.com", OTHER).status_code == 400
    assert Browser().post(planted).status_code == 400
    assert User.objects.get().check_password(PASSWORD)


def test_the_hash_leaves_the_spent_link(browser: Browser, link_in: Find) -> None:
    sign_up(browser, "alice@example.com")
    browser.post(link_in("confirm_email"))
    assert [token.payload for token in OneTimeToken.objects.all()] == [{}]


def test_the_password_counts_as_used_from_now_on(browser: Browser, link_in: Find) -> None:
    sign_up(browser, "alice@example.com")
    browser.post(link_in("confirm_email"))
    assert FormerPassword.objects.get().user.email == "alice@example.com"


def test_an_address_that_was_taken_meanwhile_keeps_its_person(
    browser: Browser, link_in: Find, person: Callable[..., Any]
) -> None:
    sign_up(browser, "alice@example.com", OTHER)
    alice = person("alice")
    answer = browser.post(link_in("confirm_email"))
    assert answer.status_code == 400
    alice.refresh_from_db()
    assert alice.check_password(PASSWORD)
    assert not is_signed_in(browser)


def test_it_is_told(browser: Browser, link_in: Find, events: Callable[..., list[Any]]) -> None:
    sign_up(browser, "alice@example.com")
    browser.post(link_in("confirm_email"))
    tags = [event.tag for event in events()]
    assert tags == ["signin:signup:requested", "signin:email:confirmed", "signin:session:opened"]


@pytest.mark.slow
def test_guessing_links_is_limited_and_the_page_says_so(browser: Browser) -> None:
    answers = [browser.post("/accounts/confirm-email/guess/") for _ in range(61)]
    assert {answer.status_code for answer in answers[:60]} == {400}
    assert answers[60].status_code == 429
    assert int(answers[60]["Retry-After"]) > 0
