"""Eight who show the same right code at one moment: exactly one is in (SECURITY, property 4)."""

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from accounts.mfa import services
from accounts.mfa.models import RecoveryDevice
from accounts.models import User
from accounts.sessions.models import Session
from tests.conftest import PASSWORD, Browser
from tests.races import THREADS, at_once, post, post_json

from .authenticator import Authenticator
from .conftest import code_of, second_step, sent_code, signing_in

pytestmark = [
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("real_database"),
]


@pytest.fixture(autouse=True)
def _all_are_let_try(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who is held back by a limit proves nothing about the code."""
    monkeypatch.setattr("accounts.mfa.services.guesses._wanted", lambda *args: [])
    monkeypatch.setattr("accounts.mfa.challenges.TRIES", 2 * THREADS)


def one_is_in(
    user: User, browsers: list[Browser], paths: list[str], answer: dict[str, str]
) -> None:
    cookies = [f"session={browser.cookies['session'].value}" for browser in browsers]
    statuses = at_once(lambda n: post(paths[n], answer, HTTP_COOKIE=cookies[n]).status_code)
    assert Counter(statuses) == {302: 1, 400: THREADS - 1}
    assert Session.objects.filter(user=user).count() == 1


def waiting(user: User) -> tuple[list[Browser], list[str]]:
    """Eight browsers that have given the password, and the paths at which they are asked."""
    browsers = [Browser() for _ in range(THREADS)]
    return browsers, [second_step(browser, user) for browser in browsers]


def test_the_code_of_an_app(alice: User, totp_of: Any) -> None:
    device = totp_of(alice)
    one_is_in(alice, *waiting(alice), {"code": code_of(device)})


def test_a_recovery_code(alice: User, totp_of: Any) -> None:
    totp_of(alice)
    codes = services.new_recovery_codes(user=alice, flow=signing_in(alice))
    browsers, _paths = waiting(alice)
    one_is_in(alice, browsers, ["/accounts/mfa/verify/recovery/0/"] * THREADS, {"code": codes[0]})


@pytest.mark.parametrize("kind", ["email", "sms"])
def test_a_code_that_was_sent_shown_eight_times_by_one_browser(
    alice: User, kind: str, email_of: Any, sms_of: Any
) -> None:
    device = (email_of if kind == "email" else sms_of)(alice)
    browser = Browser()
    path = second_step(browser, alice)
    browser.post(f"{path}send/")
    # Each thread has the sign-in as it was before any of them answered.
    cookie = f"session={browser.cookies['session'].value}"
    answer = {"code": sent_code()}
    statuses = at_once(lambda n: post(path, answer, HTTP_COOKIE=cookie).status_code)
    assert set(statuses) <= {302, 400}
    assert Session.objects.filter(user=alice).count() == 1
    assert device.kind == kind


@pytest.mark.parametrize("kind", ["totp", "email", "sms", "recovery", "passkey"])
def test_the_service_says_yes_once(alice: User, kind: str, request: pytest.FixtureRequest) -> None:
    flow = signing_in(alice)
    factor, answer = _right(kind, alice, request)

    def show(_number: int) -> bool:
        try:
            return bool(services.verify(flow, factor, answer))
        except services.WrongCode:
            return False

    assert Counter(at_once(show)) == {True: 1, False: THREADS - 1}


def _right(kind: str, user: User, request: pytest.FixtureRequest) -> tuple[Any, str]:
    if kind == "passkey":
        passkey, authenticator = request.getfixturevalue("passkey_of")(user)
        assert isinstance(authenticator, Authenticator)
        options = services.begin(signing_in(user), passkey)["options"]
        return passkey, authenticator.get(options)
    enrol: Callable[..., Any] = request.getfixturevalue(
        "totp_of" if kind == "recovery" else f"{kind}_of"
    )
    device = enrol(user)
    if kind == "totp":
        return device, code_of(device)
    if kind == "recovery":
        codes = services.new_recovery_codes(user=user, flow=signing_in(user))
        return RecoveryDevice(user=user), codes[0]
    services.begin(signing_in(user), device)
    return device, sent_code()


def test_the_code_of_an_app_shown_by_programs(alice: User, totp_of: Any) -> None:
    device = totp_of(alice)
    body = {"email": alice.email, "password": PASSWORD}
    asked = [post_json("/api/v1/auth/login", body) for _ in range(THREADS)]
    import json

    transactions = [json.loads(one.content)["transaction"] for one in asked]
    code = code_of(device)

    def show(number: int) -> int:
        body = {"transaction": transactions[number], "method": "totp", "code": code}
        return post_json("/api/v1/auth/mfa/verify", body).status_code

    assert Counter(at_once(show)) == {200: 1, 401: THREADS - 1}


def test_one_question_is_answered_by_five_tries_in_parallel(
    alice: User, email_of: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from accounts.mfa import challenges

    monkeypatch.setattr("accounts.mfa.challenges.TRIES", 5)
    device = email_of(alice)
    services.begin(signing_in(alice), device)
    challenge = challenges.newest(signing_in(alice), device.kind, device.pk)
    assert challenge is not None
    assert Counter(at_once(lambda n: challenges.count_try(challenge))) == {
        True: 5,
        False: THREADS - 5,
    }


def test_of_two_factors_that_are_removed_at_once_one_stays_where_a_policy_demands_it(
    alice: User, totp_of: Any, demand: Any
) -> None:
    from mago.core.errors import Conflict

    devices = [totp_of(alice), totp_of(alice)]
    demand(2)

    def remove(number: int) -> bool:
        try:
            services.remove_factor(factor=devices[number], actor=alice)
        except Conflict:
            return False
        return True

    assert sorted(at_once(remove, 2)) == [False, True]


def test_caps_of_sms_hold_for_many_at_once(settings: Any) -> None:
    from accounts.mfa import sms_caps

    settings.SMS_PER_DAY = 3
    caps = at_once(lambda n: sms_caps.count(f"+39347{n:03d}4567"))
    assert Counter(cap.name if cap else "" for cap in caps) == {"": 3, "sms:day": THREADS - 3}
