"""Acme with pysaml2 as its provider, and browsers that go there and come back."""

import base64
import zlib
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from lxml import etree

from accounts.federation.saml.models import OwnKey, SamlProvider, Source
from accounts.federation.saml.protocol import own_metadata
from accounts.federation.saml.protocol.messages import Signer
from accounts.federation.saml.protocol.names import REDIRECT
from tests.accounts.federation.enterprise.conftest import (
    acme,
    is_in,
    onprem,
    organization_with,
    provider_in,
)
from tests.conftest import Browser

from .idp import ISSUER, SLO, SSO, Idp, encode, key_pair

__all__ = ["acme", "is_in", "onprem", "organization_with", "provider_in"]

AT = "/accounts/saml/acme/"
BASE = f"http://127.0.0.1:8000{AT}"
SP, ACS, LOGOUT = f"{BASE}metadata/", f"{BASE}acs/", f"{BASE}logout/"


@pytest.fixture(scope="session")
def idp(tmp_path_factory: pytest.TempPathFactory) -> Idp:
    key, certificate = key_pair("sp")
    metadata = own_metadata.write(
        Signer(SP, key, certificate),
        document_id="id-1",
        now=datetime.now(UTC),
        acs_url=ACS,
        logout_url=LOGOUT,
        signing=[certificate],
        encryption=[certificate],
        name="Mago",
    )
    return Idp(metadata.decode(), tmp_path_factory.mktemp("idp"))


def set_up(organization: Any, provider: Any, **values: Any) -> SamlProvider:
    """What `configure` would keep, and our key, without the time that making one takes."""
    key, certificate = key_pair("sp")
    OwnKey.objects.of(organization).get_or_create(
        organization=organization,
        state="current",
        defaults={
            "private_key": key,
            "certificate": certificate,
            "expires_at": datetime(2099, 1, 1, tzinfo=UTC),
        },
    )
    known = {
        "source": Source.FIELDS,
        "entity_id": ISSUER,
        "sign_on_url": SSO,
        "sign_on_binding": REDIRECT,
        "logout_url": SLO,
        "logout_binding": REDIRECT,
        "certificates": [key_pair()[1]],
    }
    found: SamlProvider = SamlProvider.objects.create(
        provider=provider, organization=organization, **(known | values)
    )
    return found


@pytest.fixture
def provider(acme: Any, alice: Any) -> Any:
    found = provider_in(acme, alice)
    set_up(acme, found)
    return found


def query_of(url: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}


def message_of(url: str, name: str = "SAMLRequest") -> Any:
    """The message that a URL of the redirect binding carries."""
    return etree.fromstring(zlib.decompress(base64.b64decode(query_of(url)[name]), -15))


class Way:
    """A browser on its way: what it was sent with, and what it comes back with."""

    def __init__(self, browser: Browser, at: str = AT, **fields: str) -> None:
        self.browser, self.at = browser, at
        answer = browser.get(f"{at}login/", fields)
        assert answer.status_code == 302, answer.content
        self.url = answer["Location"]
        self.relay_state = query_of(self.url)["RelayState"]
        self.request = message_of(self.url)

    def about(self, **more: Any) -> dict[str, Any]:
        return {"to": self.request.get("ID"), "acs": ACS, "sp": SP} | more

    def post(self, raw: bytes, browser: Browser | None = None, **fields: str) -> Any:
        """The form that the provider has the browser send."""
        sent = {"SAMLResponse": encode(raw), "RelayState": self.relay_state} | fields
        return (browser or self.browser).post(f"{self.at}acs/", sent)

    def back(self, raw: bytes, browser: Browser | None = None, **fields: str) -> Any:
        """… and where it leads."""
        posted = self.post(raw, browser, **fields)
        if posted.status_code != 303:
            return posted
        return (browser or self.browser).get(posted["Location"])


@pytest.fixture
def sign_in(provider: Any, idp: Idp) -> Callable[..., Any]:
    """All the way to the provider and back, as bob of Acme."""

    def go(browser: Browser, **more: Any) -> Any:
        way = Way(browser)
        return way.back(idp.response(**way.about(**(BOB | more))))

    return go


BOB: dict[str, Any] = {"attributes": {"mail": ["bob@acme.example"], "givenName": ["Bob"]}}
