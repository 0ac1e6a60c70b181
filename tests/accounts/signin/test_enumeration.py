"""No page, status, text or work tells whether an address is known (ASVS 6.3.8)."""

from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from django.contrib.auth.hashers import MD5PasswordHasher
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from accounts.signin.even import SECONDS
from tests.accounts.conftest import OTHER, UNKNOWN, seen, sign_in, sign_up
from tests.conftest import PASSWORD, App, Browser

pytestmark = [pytest.mark.one_database, pytest.mark.slow]
Door = Callable[[str], Any]
ADDRESS = "someone@example.com"


def page_sign_up(email: str) -> Any:
    return sign_up(Browser(), email, OTHER)


def page_sign_in(email: str) -> Any:
    return sign_in(Browser(), email, OTHER)


def page_reset(email: str) -> Any:
    return Browser().post("/accounts/password/reset/", {"email": email})


def page_code(email: str) -> Any:
    return Browser().post("/accounts/login/code/", {"email": email})


def page_wrong_code(email: str) -> Any:
    browser = Browser()
    browser.post("/accounts/login/code/", {"email": email})
    return browser.post("/accounts/login/code/verify/", {"code": "000000"})


def page_sign_up_then_sign_in(email: str) -> Any:
    page_sign_up(email)
    return page_sign_in(email)


def api_sign_up(email: str) -> Any:
    return App().post("auth/signup", {"email": email, "password": OTHER})


def api_sign_in(email: str) -> Any:
    return App().post("auth/login", {"email": email, "password": OTHER})


def api_reset(email: str) -> Any:
    return App().post("auth/password/reset", {"email": email})


def api_wrong_code(email: str) -> Any:
    app = App()
    asked = app.post("auth/code", {"email": email})
    given = {"transaction": asked.json()["transaction"], "email": email, "code": "000000"}
    return app.post("auth/code/verify", given)


def api_sign_up_then_sign_in(email: str) -> Any:
    api_sign_up(email)
    return api_sign_in(email)


def sign_up_too_often(email: str) -> Any:
    return [page_sign_up(email) for _ in range(6)][-1]


def reset_too_often(email: str) -> Any:
    return [page_reset(email) for _ in range(6)][-1]


def sign_in_too_often(email: str) -> Any:
    return [page_sign_in(email) for _ in range(11)][-1]


DOORS = [
    page_sign_up,
    page_sign_in,
    page_reset,
    page_code,
    page_sign_up_then_sign_in,
    api_sign_up,
    api_sign_in,
    api_reset,
    api_sign_up_then_sign_in,
    page_wrong_code,
    api_wrong_code,
    sign_up_too_often,
    reset_too_often,
    sign_in_too_often,
]

one_request = pytest.mark.parametrize("door", DOORS[:9], ids=lambda door: door.__name__)
every_door = pytest.mark.parametrize("door", DOORS, ids=lambda door: door.__name__)


@pytest.fixture
def hashes(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Each password that was hashed or compared with a hash."""
    spent: list[str] = []
    encode, verify = MD5PasswordHasher.encode, MD5PasswordHasher.verify
    inside: list[bool] = []

    def counted(method: Any, name: str) -> Any:
        def work(*args: Any, **kwargs: Any) -> Any:
            if not inside:  # `verify` encodes by itself
                spent.append(name)
            inside.append(True)
            try:
                return method(*args, **kwargs)
            finally:
                inside.pop()

        return work

    monkeypatch.setattr(MD5PasswordHasher, "encode", counted(encode, "encode"))
    monkeypatch.setattr(MD5PasswordHasher, "verify", counted(verify, "verify"))
    return spent


def kinds() -> list[str]:
    """Addresses of each kind there is: one that is known, one that is not."""
    return ["alice@example.com", UNKNOWN]


@pytest.mark.turns
@every_door
def test_the_answer_is_the_same(alice: User, door: Door) -> None:
    # The clock stands still, as an answer may say how long to wait.
    with time_machine.travel(timezone.now(), tick=False):
        answers = [(email, *seen(door(email))) for email in kinds()]
    for _email, _status, headers, _cookies, _text in answers:
        headers.pop("Content-Length", None)  # the page repeats the address
    known, unknown = (
        (status, headers, cookies, text.replace(email, ADDRESS))
        for email, status, headers, cookies, text in answers
    )
    assert known == unknown


@pytest.mark.turns
@every_door
def test_the_same_number_of_hashes_is_spent(alice: User, hashes: list[str], door: Door) -> None:
    counts = []
    for email in kinds():
        hashes.clear()
        door(email)
        counts.append(len(hashes))
    assert counts[0] == counts[1]


@pytest.mark.parametrize("door", [page_sign_up, page_sign_in, api_sign_up, api_sign_in])
def test_a_hash_is_spent_where_a_password_is_sent(hashes: list[str], door: Door, db: None) -> None:
    door(UNKNOWN)
    assert len(hashes) == 1


@one_request
def test_the_same_number_of_queries_is_asked_but_for_two(alice: User, door: Door) -> None:
    counts = []
    for email in kinds():
        with CaptureQueriesContext(connection) as queries:
            door(email)
        counts.append(len(queries))
    assert abs(counts[0] - counts[1]) <= 2


@pytest.mark.parametrize("door", [page_reset, page_code, page_wrong_code, api_reset])
def test_where_a_mail_is_asked_for_the_same_tables_are_written(alice: User, door: Door) -> None:
    """A query more would show in the time: there is no hash to hide it behind."""
    written = []
    for email in kinds():
        with CaptureQueriesContext(connection) as queries:
            door(email)
        written.append([q["sql"].split()[:3] for q in queries if q["sql"][0] in "IU"])
    assert written[0] == written[1]


@pytest.mark.turns
@every_door
def test_a_disabled_person_looks_like_nobody(alice: User, door: Door) -> None:
    User.objects.update(is_active=False)
    known, unknown = (seen(door(email)) for email in kinds())
    assert known[0] == unknown[0]
    assert known[3].replace(kinds()[0], ADDRESS) == unknown[3].replace(UNKNOWN, ADDRESS)


@pytest.mark.parametrize("door", [page_sign_up, page_reset, page_code, api_sign_up, api_reset])
def test_each_address_gets_one_mail(
    alice: User, mails: Callable[..., list[Any]], door: Door
) -> None:
    for email in kinds():
        door(email)
    assert sorted(m.recipient for m in mails()) == kinds()


def test_the_password_of_an_unconfirmed_sign_up_opens_no_difference(
    alice: User, hashes: list[str]
) -> None:
    """Who plants a sign-up and tries its password would learn whether there was an account."""
    answers = {api_sign_up_then_sign_in(email).json()["code"] for email in kinds()}
    assert answers == {"invalid_credentials"}


def test_the_planted_password_tells_nothing_after_the_owner_confirmed(
    link_in: Callable[..., str],
) -> None:
    planted = Browser()
    sign_up(planted, UNKNOWN, OTHER)
    before = seen(sign_in(planted, UNKNOWN, OTHER))
    owner = Browser()
    sign_up(owner, UNKNOWN, PASSWORD)
    owner.post(link_in("confirm_email"))
    after = seen(sign_in(planted, UNKNOWN, OTHER))
    assert (before[0], before[3]) == (after[0], after[3])


@pytest.mark.parametrize("ask", [page_reset, page_code, api_reset])
@pytest.mark.parametrize("work", [0.001, 0.004])
def test_whoever_asks_for_a_mail_waits_as_long_whatever_it_took(
    ask: Door, work: float, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = iter([10.0, 10.0 + work] * 2)
    waited: list[float] = []
    monkeypatch.setattr("accounts.signin.even.monotonic", lambda: next(clock))
    monkeypatch.setattr("accounts.signin.even.sleep", waited.append)

    ask(alice.email)
    ask(ADDRESS)

    assert [round(one + work, 6) for one in waited] == [SECONDS, SECONDS]


def test_work_that_took_longer_is_not_waited_with(
    alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = iter([10.0, 11.0])
    waited: list[float] = []
    monkeypatch.setattr("accounts.signin.even.monotonic", lambda: next(clock))
    monkeypatch.setattr("accounts.signin.even.sleep", waited.append)

    page_reset(alice.email)

    assert waited == [0.0]
