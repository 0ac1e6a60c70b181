"""How often one may try (accounts/signin/limits.py)."""

from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import User, normalize_email
from accounts.signin import limits
from tests.accounts.conftest import OTHER, is_signed_in, sign_in, sign_up, use_up
from tests.conftest import PASSWORD, App, Browser

pytestmark = [pytest.mark.one_database, pytest.mark.slow]


def from_address(address: str) -> Browser:
    return Browser(REMOTE_ADDR=address)


def test_ten_wrong_passwords_are_answered_and_the_next_is_not_even_checked(
    alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(10):
        assert sign_in(Browser(), alice.email, OTHER).status_code == 400

    def never(*args: Any, **kwargs: Any) -> bool:
        raise AssertionError("a password was hashed above the limit")

    monkeypatch.setattr("accounts.signin.services.first_factor.check_hash", never)
    answer = sign_in(Browser(), alice.email, OTHER)
    assert answer.status_code == 429
    assert int(answer["Retry-After"]) > 0


def test_the_right_password_does_not_pass_a_limit_that_is_reached(alice: User) -> None:
    for _ in range(10):
        sign_in(Browser(), alice.email, OTHER)
    browser = Browser()
    assert sign_in(browser, alice.email).status_code == 429
    assert not is_signed_in(browser)


def test_an_unknown_address_is_limited_without_a_hash_too(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(10):
        sign_in(Browser(), "nobody@example.com", OTHER)

    def never(*args: Any) -> None:
        raise AssertionError("a hash was spent above the limit")

    monkeypatch.setattr("accounts.signin.services.first_factor.spend_a_hash", never)
    assert sign_in(Browser(), "nobody@example.com", OTHER).status_code == 429


def test_a_stranger_elsewhere_does_not_use_up_ones_own_network(alice: User) -> None:
    for _ in range(11):
        sign_in(from_address("198.51.100.1"), alice.email, OTHER)
    assert sign_in(from_address("192.0.2.1"), alice.email).status_code == 302


def test_guesses_from_everywhere_are_counted_together(alice: User, without_templates: None) -> None:
    answers = [
        sign_in(from_address(f"198.51.100.{n}"), alice.email, OTHER).status_code
        for n in range(limits.SIGN_IN_ACCOUNT_ANYWHERE.count + 1)
    ]
    assert answers == [400] * limits.SIGN_IN_ACCOUNT_ANYWHERE.count + [429]


def test_addresses_of_one_household_are_one_network(alice: User) -> None:
    answers = [
        sign_in(from_address(f"2001:db8::{n}"), alice.email, OTHER).status_code
        for n in range(1, 12)
    ]
    assert answers == [400] * 10 + [429]


def test_a_header_makes_no_new_network(alice: User) -> None:
    answers = [
        Browser()
        .post(
            "/accounts/login/",
            {"login": alice.email, "password": OTHER},
            headers={"X-Forwarded-For": f"1.1.1.{n}"},
        )
        .status_code
        for n in range(11)
    ]
    assert answers == [400] * 10 + [429]


def test_honest_sign_ins_use_nothing_up(alice: User) -> None:
    for _ in range(limits.SIGN_IN_ACCOUNT.count + 5):
        assert sign_in(Browser(), alice.email).status_code == 302


def test_an_honest_sign_in_gives_back_its_own_attempt_and_nobody_elses(alice: User) -> None:
    """Clearing the limit would let a stranger with an account of their own guess for ever (allauth 65.8.1)."""
    for _ in range(9):
        sign_in(Browser(), alice.email, OTHER)
    assert sign_in(Browser(), alice.email).status_code == 302
    assert sign_in(Browser(), alice.email, OTHER).status_code == 400
    assert sign_in(Browser(), alice.email, OTHER).status_code == 429


def test_an_attempt_that_one_limit_stops_is_not_counted_by_the_others(
    alice: User, bob: User
) -> None:
    for _ in range(30):
        sign_in(Browser(), alice.email, OTHER)
    left = use_up(limits.SIGN_IN_NETWORK, "127.0.0.1")
    assert left == limits.SIGN_IN_NETWORK.count - 10


def test_a_limit_that_is_reached_is_told(alice: User, events: Callable[..., list[Any]]) -> None:
    for _ in range(11):
        sign_in(Browser(), alice.email, OTHER)
    (event,) = events("signin:session:limited")
    assert (event.outcome, event.detail["limit"]) == ("refused", "sign-in:account")


@pytest.mark.parametrize(
    ("limit", "path", "fields"),
    [
        (
            limits.SIGN_UP_NETWORK,
            "/accounts/signup/",
            {"email": "new@example.com", "password1": OTHER},
        ),
        (
            limits.NEW_PASSWORD_NETWORK,
            "/accounts/signup/",
            {"email": "new@example.com", "password1": OTHER},
        ),
        (limits.RESET_NETWORK, "/accounts/password/reset/", {"email": "alice@example.com"}),
        (
            limits.SIGN_IN_NETWORK,
            "/accounts/login/",
            {"login": "alice@example.com", "password": PASSWORD},
        ),
        (limits.LINK_NETWORK, "/accounts/confirm-email/x/", {}),
    ],
)
def test_every_door_is_limited_by_network(
    alice: User, mails: Callable[..., list[Any]], limit: Any, path: str, fields: dict[str, str]
) -> None:
    use_up(limit, "127.0.0.1")
    answer = Browser().post(path, fields)
    assert answer.status_code == 429
    assert int(answer["Retry-After"]) > 0
    assert not mails()
    assert from_address("192.0.2.9").post(path, fields).status_code != 429


@pytest.mark.parametrize(
    ("limit", "path", "body"),
    [
        (limits.SIGN_UP_NETWORK, "signup", {"email": "new@example.com", "password": OTHER}),
        (limits.RESET_NETWORK, "password/reset", {"email": "alice@example.com"}),
        (limits.SIGN_IN_NETWORK, "login", {"email": "alice@example.com", "password": PASSWORD}),
        (limits.LINK_NETWORK, "confirm-email", {"key": "x"}),
        (limits.LINK_NETWORK, "password/confirm", {"key": "x", "password": OTHER}),
    ],
)
def test_programs_find_the_same_limits(
    app: App, alice: User, limit: Any, path: str, body: dict[str, str]
) -> None:
    use_up(limit, "127.0.0.1")
    answer = app.post(f"auth/{path}", body)
    assert (answer.status_code, answer.json()["code"]) == (429, "rate_limited")


def test_a_limiter_that_breaks_lets_nobody_in(alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*args: Any, **kwargs: Any) -> float:
        raise RuntimeError("the table of limits is gone")

    monkeypatch.setattr("mago.core.ratelimit.Limit._key", broken)
    browser = Browser(raise_request_exception=False)
    assert sign_in(browser, alice.email).status_code == 500
    assert sign_up(browser, "new@example.com").status_code == 500
    assert not is_signed_in(browser)


def test_spellings_of_one_mailbox_share_its_mails(
    app: App, mails: Callable[..., list[Any]]
) -> None:
    spellings = ["alice@example.com", "alice@ex\uff41mple.com", "alice@exam\u00adple.com"]
    for spelling in spellings * 2:
        app.post("auth/signup", {"email": spelling, "password": PASSWORD})
    assert {mail.recipient for mail in mails()} == {"alice@example.com"}
    assert len(mails()) == limits.MAIL_ADDRESS.count


def test_two_spellings_of_a_domain_are_one(app: App) -> None:
    assert normalize_email("a@xn--bcher-kva.example") == normalize_email("a@B\u00dccher.example")


def test_an_address_with_controls_in_quotes_is_refused(app: App) -> None:
    answer = app.post("auth/password/reset", {"email": '"\x01"@example.com'})
    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["email"])


@pytest.mark.parametrize(
    ("path", "template"),
    [
        ("/accounts/password/reset/", "signin/reset_password"),
        ("/accounts/login/code/", "signin/code"),
    ],
)
def test_who_uses_up_the_mails_to_somebody_does_not_lock_them_out_of_their_own_browser(
    alice: User, mails: Callable[..., list[Any]], path: str, template: str
) -> None:
    desk = Browser()
    sign_in(desk, alice.email)
    desk.post("/accounts/logout/")
    for _ in range(7):
        Browser().post(path, {"email": alice.email})
    assert len(mails(template)) == limits.MAIL_ADDRESS.count
    desk.post(path, {"email": alice.email})
    assert len(mails(template)) == limits.MAIL_ADDRESS.count + 1
