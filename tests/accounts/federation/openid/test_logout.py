"""The provider signs somebody out behind their back (OpenID Connect Back-Channel Logout 1.0)."""

import time
from collections.abc import Callable
from typing import Any

import pytest

from accounts.federation.protocol import LOGOUT
from tests.accounts.federation.enterprise.conftest import is_in
from tests.accounts.federation.provider import FakeProvider, signing_key
from tests.conftest import Browser

from .conftest import AT, openid_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def tell(peer: FakeProvider) -> Callable[..., int]:
    """The status of our answer to a logout token of these claims."""

    def go(at: str = AT, key: Any = None, **claims: Any) -> int:
        now = int(time.time())
        token = {
            "iss": peer.issuer,
            "aud": peer.client_id,
            "iat": now,
            "exp": now + 120,
            "jti": f"{time.monotonic_ns()}",
            "events": {LOGOUT: {}},
        } | claims
        peer.header = {"typ": "logout+jwt"}
        signed = peer.mint({k: v for k, v in token.items() if v is not None}, key)
        peer.header = {}
        told = Browser(enforce_csrf_checks=True).post(
            f"{at}/backchannel-logout/", {"logout_token": signed}
        )
        assert "no-store" in told["Cache-Control"]
        return int(told.status_code)

    return go


def test_one_session_or_all_of_a_person_end(sign_in: Any, tell: Any) -> None:
    first, second, third = Browser(), Browser(), Browser()
    for browser, sid in ((first, "one"), (second, "two"), (third, "three")):
        sign_in(browser, sid=sid)
    assert tell(sid="one") == 200
    assert [is_in(one) for one in (first, second, third)] == [False, True, True]
    assert tell(sub="ada", sid="two") == 200
    assert [is_in(one) for one in (second, third)] == [False, True]
    assert tell(sub="ada") == 200
    assert not is_in(third)


@pytest.mark.turns
@pytest.mark.parametrize(
    "claims",
    [
        {"events": None},
        {"events": {"other": {}}},
        {"events": [LOGOUT]},
        {"nonce": "n"},
        {"jti": None},
        {"aud": "somebody-else"},
        {"iss": "https://evil.example"},
        {"iat": 1},
        {"exp": 1},
        {"sub": None},
        {"sub": ["ada"]},
        {"sub": "ada\x00"},
        {"key": "another"},
    ],
)
def test_nothing_ends_by_a_token_that_is_none(
    sign_in: Any, tell: Any, browser: Browser, claims: Any
) -> None:
    sign_in(browser)
    key = signing_key("ES256", 1) if claims.pop("key", None) else None
    assert tell(key=key, **{"sub": "ada"} | claims) == 400
    assert is_in(browser)


def test_a_token_is_obeyed_once(sign_in: Any, tell: Any, browser: Browser) -> None:
    assert tell(sub="ada", jti="again") == 200
    sign_in(browser)
    assert tell(sub="ada", jti="again") == 400
    assert is_in(browser)


def test_the_provider_of_another_organization_ends_nothing_here(
    sign_in: Any, tell: Any, peer: FakeProvider, other: Any, charlie: Any
) -> None:
    openid_in(other, charlie, peer)
    browser = Browser()
    sign_in(browser, sid="one")
    assert tell("/accounts/openid/other/entra", sub="ada", sid="one") == 200
    assert tell("/accounts/openid/other/entra", sub="ada") == 200
    assert is_in(browser)
