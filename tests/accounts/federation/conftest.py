"""A provider that answers, and browsers that go there and come back."""

import html
import re
from collections.abc import Callable
from typing import Any

import pytest

from accounts.federation import fetching
from tests.accounts.mfa.conftest import totp_of
from tests.conftest import Browser

from .provider import CLIENT, FakeProvider

__all__ = ["totp_of"]

AT = "/accounts/identities/"


def use(settings: Any, monkeypatch: pytest.MonkeyPatch, **providers: FakeProvider) -> None:
    """These providers, by kind, are configured and answer; nobody else does."""
    by_host = {provider.discovery_url.split("/")[2]: provider for provider in providers.values()}
    settings.SIGN_IN_PROVIDERS = {
        kind: {"name": kind.upper(), "issuer": provider.issuer, **CLIENT}
        for kind, provider in providers.items()
    }
    monkeypatch.setattr(
        fetching, "fetch", lambda url, **more: by_host[url.split("/")[2]].fetch(url, **more)
    )


@pytest.fixture
def provider(settings: Any, monkeypatch: pytest.MonkeyPatch, db: None) -> FakeProvider:
    found = FakeProvider()
    use(settings, monkeypatch, oidc=found)
    return found


def leave(browser: Browser, kind: str = "oidc", action: str = "begin", **fields: Any) -> str:
    """The address at the provider to which the browser is sent."""
    page = browser.post(f"{AT}{kind}/{action}/", fields)
    assert page.status_code == 200, (page.status_code, page.get("Location"))
    found = re.search(r'http-equiv="refresh" content="0;url=([^"]+)"', page.content.decode())
    assert found
    return html.unescape(found[1])


def come_back(browser: Browser, answer: dict[str, str], kind: str = "oidc") -> Any:
    return browser.get(f"{AT}{kind}/callback/", answer)


@pytest.fixture
def sign_in(provider: FakeProvider) -> Callable[..., Any]:
    """All the way to the provider and back, as somebody of these claims."""

    def go(browser: Browser, *, next: str = "", **claims: Any) -> Any:
        url = leave(browser, **({"next": next} if next else {}))
        return come_back(browser, provider.approve(url, **claims))

    return go


def is_in(browser: Browser) -> bool:
    return bool(browser.get("/accounts/").status_code == 200)
