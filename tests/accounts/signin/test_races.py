"""What is one-time is so for many at one moment."""

from collections import Counter
from datetime import timedelta

import pytest
from django.contrib.auth.hashers import make_password

from accounts.access.selectors.in_charge import administrators
from accounts.models import User
from accounts.sessions.models import Session
from accounts.signin import tokens
from accounts.signin.limits import SIGN_IN_ACCOUNT
from accounts.signin.setup import setup_link
from accounts.signin.tokens import Purpose
from tests.accounts.conftest import OTHER
from tests.conftest import PASSWORD, Browser
from tests.races import THREADS, at_once, post

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("real_database"),
    pytest.mark.slow,
]
HOUR = timedelta(hours=1)


def cookie_of(user: User) -> str:
    return f"session={Browser().as_person(user).cookies['session'].value}"


def test_one_of_many_confirms_a_sign_up() -> None:
    payload = {"password": make_password(None), "name": "", "language": "en"}
    link = tokens.issue(Purpose.SIGN_UP, lifetime=HOUR, email="alice@example.com", payload=payload)
    answers = at_once(lambda n: post(f"/accounts/confirm-email/{link}/", {}).status_code)
    assert Counter(answers) == {302: 1, 400: THREADS - 1}
    assert User.objects.count() == 1


def test_one_of_many_links_makes_the_account() -> None:
    def issue(number: int) -> str:
        payload = {"password": make_password(None), "name": str(number), "language": "en"}
        return tokens.issue(
            Purpose.SIGN_UP, lifetime=HOUR, email="alice@example.com", payload=payload
        )

    links = [issue(number) for number in range(THREADS)]
    answers = at_once(lambda n: post(f"/accounts/confirm-email/{links[n]}/", {}).status_code)
    assert Counter(answers) == {302: 1, 400: THREADS - 1}
    assert User.objects.get().name == str(answers.index(302))


def test_one_of_many_resets_the_password(alice: User) -> None:
    link = tokens.issue(Purpose.RESET_PASSWORD, lifetime=HOUR, user=alice, email=alice.email)
    browsers = [Browser() for _ in range(THREADS)]
    for browser in browsers:
        browser.get(f"/accounts/password/reset/{link}/")
    cookies = [f"session={browser.cookies['session'].value}" for browser in browsers]

    def reset(number: int) -> int:
        fields = {"password1": f"{OTHER} {number}"}
        return post(
            "/accounts/password/reset/set/", fields, HTTP_COOKIE=cookies[number]
        ).status_code

    answers = at_once(reset)
    assert Counter(answers) == {302: 1, 400: THREADS - 1}
    alice.refresh_from_db()
    assert alice.check_password(f"{OTHER} {answers.index(302)}")


def test_one_of_many_changes_the_address(alice: User) -> None:
    link = tokens.issue(Purpose.CHANGE_EMAIL, lifetime=HOUR, user=alice, email="new@example.com")
    cookie = cookie_of(alice)
    answers = at_once(
        lambda n: post(f"/accounts/email/{link}/", {}, HTTP_COOKIE=cookie).status_code
    )
    assert Counter(answers) == {302: 1, 400: THREADS - 1}


def test_one_of_many_people_gets_an_address(alice: User, bob: User) -> None:
    links = [
        tokens.issue(Purpose.CHANGE_EMAIL, lifetime=HOUR, user=user, email="new@example.com")
        for user in (alice, bob)
    ]
    cookies = [cookie_of(user) for user in (alice, bob)]
    answers = at_once(
        lambda n: post(f"/accounts/email/{links[n]}/", {}, HTTP_COOKIE=cookies[n]).status_code, 2
    )
    assert Counter(answers) == {302: 1, 409: 1}


def test_one_of_many_becomes_the_first_owner() -> None:
    path = "/" + str(setup_link()).split("/", 3)[3]

    def set_up(number: int) -> int:
        return post(
            path, {"email": f"owner{number}@example.com", "password1": PASSWORD}
        ).status_code

    answers = Counter(at_once(set_up))
    assert answers[302] == 1
    assert set(answers) <= {302, 400, 404}
    assert administrators().count() == User.objects.count() == 1


def test_parallel_guesses_do_not_pass_the_limit(alice: User) -> None:
    def guess(number: int) -> list[int]:
        fields = {"login": alice.email, "password": OTHER}
        return [post("/accounts/login/", fields).status_code for _ in range(4)]

    answers = Counter(status for statuses in at_once(guess) for status in statuses)
    assert answers == {400: SIGN_IN_ACCOUNT.count, 429: THREADS * 4 - SIGN_IN_ACCOUNT.count}


def test_many_right_passwords_at_once_all_get_in(alice: User) -> None:
    fields = {"login": alice.email, "password": PASSWORD}
    answers = at_once(lambda n: post("/accounts/login/", fields).status_code)
    assert answers == [302] * THREADS
    assert Session.objects.filter(user=alice).count() == THREADS


def test_a_reset_and_a_change_of_address_at_once_wait_for_one_another(alice: User) -> None:
    reset = tokens.issue(Purpose.RESET_PASSWORD, lifetime=HOUR, user=alice, email=alice.email)
    change = tokens.issue(Purpose.CHANGE_EMAIL, lifetime=HOUR, user=alice, email="new@example.com")
    browser = Browser()
    browser.get(f"/accounts/password/reset/{reset}/")
    cookie, own = f"session={browser.cookies['session'].value}", cookie_of(alice)

    def act(number: int) -> int:
        if number:
            return post(f"/accounts/email/{change}/", {}, HTTP_COOKIE=own).status_code
        return post(
            "/accounts/password/reset/set/", {"password1": OTHER}, HTTP_COOKIE=cookie
        ).status_code

    at_once(act, 2)
    alice.refresh_from_db()
    assert alice.check_password(OTHER) != (alice.email == "new@example.com")
