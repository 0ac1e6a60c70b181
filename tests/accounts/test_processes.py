"""Many processes show one secret at one moment: one wins, and nobody sees an error of ours."""

import base64
import json
from collections import Counter
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import RequestFactory

from accounts.mfa import services
from accounts.models import User
from accounts.provider.models import RefreshToken, TokenFamily
from accounts.signin import tokens
from tests.accounts.mfa.conftest import code_of, email_of, sent_code, signing_in, sms_of, totp_of
from tests.accounts.provider.conftest import CODE, VERIFIER, Party, wiki
from tests.conftest import PASSWORD, App, Browser
from tests.races import PROCESSES, _answer, in_processes, post_json, real_database

__all__ = ["email_of", "real_database", "sms_of", "totp_of", "wiki"]
pytestmark = [
    pytest.mark.slow,
    pytest.mark.turns("file"),
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("real_database"),
]


@pytest.fixture(autouse=True)
def _all_are_let_try(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who is held back by a limit proves nothing about the secret."""
    monkeypatch.setattr("accounts.mfa.services.guesses._wanted", lambda *args: [])
    monkeypatch.setattr("accounts.mfa.challenges.TRIES", 2 * PROCESSES)


def redeemed(party: Party, fields: dict[str, str]) -> list[int]:
    """The answers of the token endpoint."""
    pair = base64.b64encode(f"{party.id}:{party.secret}".encode()).decode()
    request = RequestFactory().post(
        "/oauth/token",
        urlencode(fields),
        content_type="application/x-www-form-urlencoded",
        headers={"Authorization": f"Basic {pair}"},
    )
    return in_processes(lambda number: _answer(request).status_code)


def test_one_authorization_code(wiki: Party, alice: User) -> None:
    """Whoever came first has tokens, until the second comes: two hold the code."""
    code = wiki.code_for(Browser().as_person(alice))
    fields = {
        "grant_type": CODE,
        "code": code,
        "redirect_uri": wiki.back,
        "code_verifier": VERIFIER,
    }
    assert Counter(redeemed(wiki, fields)) == {200: 1, 400: PROCESSES - 1}
    assert TokenFamily.objects.get().revoked_at is not None


@pytest.mark.parametrize("grace", [timedelta(days=-1), timedelta(seconds=15)], ids=["none", "15 s"])
def test_one_refresh_token(wiki: Party, alice: User, settings: Any, grace: timedelta) -> None:
    """One rotates it. For a few seconds the others count as who has lost the answer; without that they are thieves."""
    settings.REFRESH_TOKEN_GRACE = grace
    token = wiki.sign_in(Browser().as_person(alice))["refresh_token"]
    answers = Counter(redeemed(wiki, {"grant_type": "refresh_token", "refresh_token": token}))
    has_grace = grace > timedelta(0)
    assert answers == ({200: PROCESSES} if has_grace else {200: 1, 400: PROCESSES - 1})
    assert RefreshToken.objects.exclude(rotated_at=None).count() == 1
    assert (TokenFamily.objects.get().revoked_at is None) == has_grace


def statuses_of(path: str, body: dict[str, Any]) -> Counter[int]:
    return Counter(in_processes(lambda number: post_json(path, body).status_code))


def test_one_mailed_code(alice: User) -> None:
    app = App()
    transaction = app.post("auth/code", {"email": alice.email}).json()["transaction"]
    body = {"transaction": transaction, "email": alice.email, "code": sent_code()}
    assert statuses_of("/api/v1/auth/code/verify", body) == {200: 1, 401: PROCESSES - 1}
    assert TokenFamily.objects.count() == 1


def test_one_recovery_code(alice: User, totp_of: Any) -> None:
    totp_of(alice)
    code = services.new_recovery_codes(user=alice, flow=signing_in(alice))[0]
    words = {"email": alice.email, "password": PASSWORD}
    asked = [json.loads(post_json("/api/v1/auth/login", words).content) for _ in range(PROCESSES)]

    def show(number: int) -> int:
        body = {"transaction": asked[number]["transaction"], "method": "recovery", "code": code}
        return post_json("/api/v1/auth/mfa/verify", body).status_code

    assert Counter(in_processes(show)) == {200: 1, 401: PROCESSES - 1}
    assert TokenFamily.objects.count() == 1


def test_one_code_of_an_app(alice: User, totp_of: Any) -> None:
    device = totp_of(alice)
    words = {"email": alice.email, "password": PASSWORD}
    asked = [json.loads(post_json("/api/v1/auth/login", words).content) for _ in range(PROCESSES)]
    code = code_of(device)

    def show(number: int) -> int:
        body = {"transaction": asked[number]["transaction"], "method": "totp", "code": code}
        return post_json("/api/v1/auth/mfa/verify", body).status_code

    assert Counter(in_processes(show)) == {200: 1, 401: PROCESSES - 1}
    assert TokenFamily.objects.count() == 1


@pytest.mark.parametrize("method", ["sms", "email"])
def test_one_code_that_was_sent(
    alice: User, sms_of: Any, email_of: Any, totp_of: Any, method: str
) -> None:
    if method == "sms":  # It is offered beside a stronger one only.
        totp_of(alice)
    {"sms": sms_of, "email": email_of}[method](alice)
    words = {"email": alice.email, "password": PASSWORD}
    transaction = json.loads(post_json("/api/v1/auth/login", words).content)["transaction"]
    post_json("/api/v1/auth/mfa/challenge", {"transaction": transaction, "method": method})
    body = {"transaction": transaction, "method": method, "code": sent_code()}
    assert statuses_of("/api/v1/auth/mfa/verify", body) == {200: 1, 401: PROCESSES - 1}
    assert TokenFamily.objects.count() == 1


def test_one_link_to_a_new_password(alice: User) -> None:
    purpose, hour = tokens.Purpose.RESET_PASSWORD, timedelta(hours=1)
    key = tokens.issue(purpose, lifetime=hour, user=alice, email=alice.email)
    passwords = [f"seven geese cross meadow number {number}" for number in range(PROCESSES)]

    def show(number: int) -> int:
        body = {"key": key, "password": passwords[number]}
        return post_json("/api/v1/auth/password/confirm", body).status_code

    answers = in_processes(show)
    assert Counter(answers) == {204: 1, 400: PROCESSES - 1}
    alice.refresh_from_db()
    assert alice.check_password(passwords[answers.index(204)])


def test_one_transaction(alice: User, totp_of: Any) -> None:
    """With two different right codes, of which each would do."""
    totp_of(alice)
    codes = services.new_recovery_codes(user=alice, flow=signing_in(alice))
    words = {"email": alice.email, "password": PASSWORD}
    transaction = json.loads(post_json("/api/v1/auth/login", words).content)["transaction"]

    def show(number: int) -> int:
        body = {"transaction": transaction, "method": "recovery", "code": codes[number]}
        return post_json("/api/v1/auth/mfa/verify", body).status_code

    assert Counter(in_processes(show)) == {200: 1, 401: PROCESSES - 1}
    assert TokenFamily.objects.count() == 1
