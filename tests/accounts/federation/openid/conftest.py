"""Acme's own OpenID provider, which answers, and browsers that go there and come back."""

import html
import re
from collections.abc import Callable
from typing import Any

import pytest

from accounts.federation import fetching
from accounts.federation.enterprise.kinds import kind_of
from accounts.federation.openid import services
from tests.accounts.federation.enterprise.conftest import (
    acme,
    onprem,
    other,
    provider_in,
)
from tests.accounts.federation.provider import CLIENT, FakeProvider
from tests.conftest import Browser

__all__ = ["acme", "onprem", "other"]

AT = "/accounts/openid/acme/entra"


@pytest.fixture
def peer(monkeypatch: pytest.MonkeyPatch) -> FakeProvider:
    found = FakeProvider()
    monkeypatch.setattr(fetching, "fetch", found.fetch)
    return found


def openid_in(organization: Any, actor: Any, peer: FakeProvider, **values: Any) -> Any:
    provider = provider_in(organization, actor, kind="oidc")
    services.configure(
        provider=provider,
        actor=actor,
        secret=CLIENT["secret"],
        **{"issuer": peer.issuer, "client_id": CLIENT["client_id"]} | values,
    )
    provider.refresh_from_db()
    return provider


@pytest.fixture
def provider(acme: Any, alice: Any, peer: FakeProvider) -> Any:
    return openid_in(acme, alice, peer)


@pytest.fixture
def leave(rf: Any) -> Callable[..., str]:
    """The address at the provider to which the browser is sent, with its cookies kept."""

    def go(browser: Browser, provider: Any, **how: Any) -> str:
        request = rf.get("/")
        request.COOKIES = {name: cookie.value for name, cookie in browser.cookies.items()}
        kind = kind_of("oidc")
        page: Any
        if trial := how.get("trial"):
            page = kind.begin_test(request, provider, trial)
        else:
            asked = {"email": "", "next_url": ""} | how
            page = kind.begin_sign_in(request, provider, **asked)
        for name, cookie in page.cookies.items():
            browser.cookies[name] = cookie.value
        found = re.search(r'http-equiv="refresh" content="0;url=([^"]+)"', page.text)
        assert found
        return html.unescape(found[1])

    return go


@pytest.fixture
def sign_in(leave: Any, peer: FakeProvider, provider: Any) -> Callable[..., Any]:
    """All the way to Acme's provider and back, as somebody of these claims."""

    def go(browser: Browser, *, next_url: str = "", **claims: Any) -> Any:
        url = leave(browser, provider, next_url=next_url)
        told = {"email": "ada@acme.example", "name": "Ada"} | claims
        return browser.get(f"{AT}/callback/", peer.approve(url, **told))

    return go
