"""Apps on people's devices: the system's browser, PKCE, and a way back that only the app listens to (RFC 8252)."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from accounts.provider.models import TokenFamily
from accounts.provider.services import create_application
from accounts.signin import transactions
from tests.accounts.federation.conftest import come_back, leave, provider, use
from tests.accounts.federation.provider import CLIENT, FakeProvider
from tests.accounts.federation.test_providers import apple, by_form
from tests.accounts.mfa.conftest import code_of, totp_of
from tests.conftest import PASSWORD, App, Browser

from .conftest import Party, answered, claims_of

__all__ = ["apple", "provider", "totp_of"]
TENANT = "11111111-2222-3333-4444-555555555555"


def by_apple(settings: Any, monkeypatch: pytest.MonkeyPatch, browser: Browser, back: str) -> Any:
    url = leave(browser, "apple", next=back)
    sent = by_form(browser, settings.apple.approve(url))
    return browser.get(sent["Location"])


def by_others(kind: str, issuer: str, **claims: str) -> Any:
    def go(settings: Any, monkeypatch: pytest.MonkeyPatch, browser: Browser, back: str) -> Any:
        other = FakeProvider(issuer, "RS256")
        use(settings, monkeypatch, **{kind: other})
        if kind == "microsoft":
            settings.SIGN_IN_PROVIDERS[kind] = {**CLIENT, "tenant": TENANT}
        answer = other.approve(leave(browser, kind, next=back), **claims)
        return come_back(browser, answer, kind)

    return go


WAYS = {
    "google": by_others("google", "https://accounts.google.com"),
    "microsoft": by_others(
        "microsoft", f"https://login.microsoftonline.com/{TENANT}/v2.0", tid=TENANT, xms_edov="1"
    ),
    "apple": by_apple,
    "oidc": by_others("oidc", "https://id.example.com"),
}


@pytest.mark.parametrize("kind", WAYS)
def test_an_app_s_person_comes_by_another_provider_in_the_system_s_browser(
    mobile: Party, apple: FakeProvider, settings: Any, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    """The app needs nothing of that provider's: no secret, no library, no address registered there."""
    settings.apple = apple
    browser = Browser()
    asked = browser.get(mobile.url())
    assert asked["Location"].startswith("/accounts/login/?next=%2Foauth%2Fauthorize")
    response = WAYS[kind](settings, monkeypatch, browser, mobile.url())
    assert response["Location"] == mobile.url()
    page = browser.get(response["Location"])
    got = answered(browser.post("/oauth/consent", {"query": page.context["query"], "allow": "1"}))
    pair = mobile.redeem(got["code"]).json()
    claims = claims_of(pair["id_token"])
    assert (claims["amr"], claims["acr"]) == (["fed"], "aal1")
    assert TokenFamily.objects.get().method == kind
    assert mobile.refresh(pair["refresh_token"]).status_code == 200


BACKS = {
    "a claimed https address": "https://app.example/signed-in",
    "its own scheme": "com.example.app:/signed-in",
    "loopback": "http://127.0.0.1/signed-in",
    "loopback, IPv6": "http://[::1]/signed-in",
}


@pytest.mark.parametrize("name", BACKS)
def test_an_app_is_answered_where_it_listens(her: Browser, name: str) -> None:
    back = BACKS[name]
    row, _ = create_application(name=name, type="public", redirect_uris=[back], actor=None)
    party = Party(row, back=back)
    if back.startswith("http://"):
        party.back = back.replace("/signed-in", ":49152/signed-in")
    assert claims_of(party.sign_in(her)["id_token"])["aud"] == party.id
    for wrong in (back + "/other", back.replace("signed", "Signed"), "http://localhost/signed-in"):
        assert her.get(party.url(redirect_uri=wrong)).status_code == 400


def test_a_code_that_another_app_has_caught_is_worth_nothing_to_it(
    mobile: Party, her: Browser
) -> None:
    """RFC 7636: it does not have the verifier."""
    code = mobile.code_for(her)
    caught = mobile.redeem(code, code_verifier="w" * 43)
    assert caught.json()["error"] == "invalid_grant"
    assert mobile.redeem(code).status_code == 200


def test_a_transaction_is_for_one_sign_in_and_ten_minutes(
    app: App, alice: Any, totp_of: Any
) -> None:
    device = totp_of(alice)
    words = {"email": alice.email, "password": PASSWORD}
    now = timezone.now()
    with time_machine.travel(now, tick=False) as clock:
        transaction = app.post("auth/login", words).json()["transaction"]
        clock.shift(transactions.LIFETIME + timedelta(seconds=1))
        answer = {"transaction": transaction, "method": "totp", "code": code_of(device)}
        late = app.post("auth/mfa/verify", answer)
        assert (late.status_code, late.json()["code"]) == (401, "sign_in_expired")
        answer["transaction"] = app.post("auth/login", words).json()["transaction"]
        assert app.post("auth/mfa/verify", answer).status_code == 200
        again = app.post("auth/mfa/verify", answer)
        assert (again.status_code, again.json()["code"]) == (401, "sign_in_expired")
    assert TokenFamily.objects.count() == 1
