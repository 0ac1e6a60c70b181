"""Wiki is an application of the platform's own, on a server; Mobile is a public one, on people's devices."""

import base64
import hashlib
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from django.test import Client
from joserfc import jwt
from joserfc.jwk import KeySet

from accounts.provider.models import Application
from accounts.provider.services import create_application
from tests.conftest import Browser

BACK = "https://wiki.example/back"
VERIFIER = "v" * 50
CHALLENGE = (
    base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
)
CODE, DEVICE = "authorization_code", "urn:ietf:params:oauth:grant-type:device_code"


class Party:
    """An application as it behaves outside: what it sends, and what comes back."""

    def __init__(self, application: Application, secret: str = "", back: str = BACK) -> None:
        self.application, self.secret, self.back = application, secret, back

    @property
    def id(self) -> str:
        return self.application.client_id

    def url(self, **changes: Any) -> str:
        """Where it sends a browser; a parameter that is None is left out."""
        params = {
            "response_type": "code",
            "client_id": self.id,
            "redirect_uri": self.back,
            "scope": "openid email offline_access",
            "state": "a state",
            "nonce": "a nonce",
            "code_challenge": CHALLENGE,
            "code_challenge_method": "S256",
        } | changes
        return "/oauth/authorize?" + urlencode({k: v for k, v in params.items() if v is not None})

    def code_for(self, browser: Browser, **changes: Any) -> str:
        """The code that it gets once the person has allowed what it asks."""
        page = browser.get(self.url(**changes))
        if page.status_code == 200:
            page = browser.post("/oauth/consent", {"query": page.context["query"], "allow": "1"})
        return answered(page)["code"]

    def post(self, path: str, auth: Any = True, **fields: Any) -> Any:
        headers = {}
        if self.secret and auth:
            pair = base64.b64encode(f"{self.id}:{self.secret}".encode()).decode()
            headers = {"Authorization": f"Basic {pair}"}
        elif auth and not self.secret:
            fields = {"client_id": self.id} | fields
        body = urlencode({k: v for k, v in fields.items() if v is not None})
        return Client().post(
            f"/oauth/{path}",
            body,
            content_type="application/x-www-form-urlencoded",
            headers=headers,
        )

    def redeem(self, code: str, /, **changes: Any) -> Any:
        fields = {
            "grant_type": CODE,
            "code": code,
            "redirect_uri": self.back,
            "code_verifier": VERIFIER,
        }
        return self.post("token", **(fields | changes))

    def refresh(self, token: str, **fields: Any) -> Any:
        return self.post("token", grant_type="refresh_token", refresh_token=token, **fields)

    def sign_in(self, browser: Browser, **changes: Any) -> dict[str, Any]:
        answer = self.redeem(self.code_for(browser, **changes))
        assert answer.status_code == 200, answer.content
        pair: dict[str, Any] = answer.json()
        return pair


def answered(response: Any) -> dict[str, str]:
    """What the browser takes to the application."""
    assert response.status_code in (302, 303), response.content
    return dict(parse_qsl(urlsplit(response["Location"]).query))


def claims_of(token: str, *algorithms: str) -> dict[str, Any]:
    """As an application checks it: with the keys that we publish."""
    keys = KeySet.import_key_set(Client().get("/oauth/jwks").json())
    return jwt.decode(token, keys, algorithms=list(algorithms or ("ES256",))).claims


@pytest.fixture
def wiki(db: None) -> Party:
    row, secret = create_application(
        name="Wiki",
        type="confidential",
        redirect_uris=[BACK],
        logout_uris=["https://wiki.example/bye"],
        grants=[CODE, "refresh_token", DEVICE],
        scopes=["openid", "profile", "email", "offline_access", "api:read"],
        actor=None,
    )
    return Party(row, secret)


@pytest.fixture
def mobile(db: None) -> Party:
    back = "http://127.0.0.1/back"
    row, _ = create_application(name="Mobile", type="public", redirect_uris=[back], actor=None)
    return Party(row, back="http://127.0.0.1:51234/back")


@pytest.fixture
def her(alice: Any) -> Browser:
    """The browser in which alice is signed in."""
    return Browser().as_person(alice)
