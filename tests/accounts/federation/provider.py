"""An OpenID provider without a socket: it answers where `fetching.fetch` would have asked the network."""

import base64
import http.client
import json
import secrets
import time
from collections.abc import Callable
from functools import cache
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from accounts.federation.fetching import Answer
from accounts.federation.protocol import challenge
from mago.core.outbound import Unreachable

CLIENT = {"client_id": "mago", "secret": "hush-hush-hush"}


@cache
def signing_key(algorithm: str, which: int) -> Any:
    if algorithm == "RS256":
        return rsa.generate_private_key(65537, 2048)
    return ec.generate_private_key(ec.SECP256R1())


def published(algorithm: str, kid: str, which: int = 0) -> dict[str, Any]:
    kind = jwt.algorithms.get_default_algorithms()[algorithm]
    key: dict[str, Any] = json.loads(kind.to_jwk(signing_key(algorithm, which).public_key()))
    return key | {"kid": kid, "use": "sig", "alg": algorithm}


class FakeProvider:
    """Honest unless a test makes it otherwise: `claims`, `header` and `described` are put over what it would say."""

    def __init__(self, issuer: str = "https://id.example.com", algorithm: str = "ES256") -> None:
        self.issuer, self.algorithm = issuer, algorithm
        self.client_id, self.secret = CLIENT["client_id"], CLIENT["secret"]
        self.discovery_url = f"{issuer}/.well-known/openid-configuration"
        self.claims: dict[str, Any] = {}
        self.header: dict[str, Any] = {}
        self.described: dict[str, Any] = {}
        self.keys = [published(algorithm, "one")]
        self.told: dict[str, Any] | None = None
        self.sign: Callable[[dict[str, Any]], str] = self.mint
        self.codes: dict[str, dict[str, str]] = {}
        self.asked: list[str] = []
        self.posted: list[dict[str, str]] = []
        self.is_up = True
        self.stranger = "invalid_client"

    # What it says of itself.

    def description(self) -> dict[str, Any]:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "userinfo_endpoint": f"{self.issuer}/me",
        } | self.described

    # The person at its pages.

    def approve(self, url: str, **claims: Any) -> dict[str, str]:
        """The person signs in there; what the browser brings back."""
        asked = dict(parse_qsl(urlsplit(url).query))
        assert url.startswith(f"{self.issuer}/authorize?") or self.described
        code = secrets.token_urlsafe()
        self.codes[code] = asked
        self.claims = {"sub": "ada", "email": "ada@example.com", "email_verified": True} | claims
        return {"code": code, "state": asked["state"]}

    # What our server asks of it.

    def fetch(
        self,
        url: str,
        *,
        fields: dict[str, str] | None = None,
        headers: dict[str, str] | None = None,
    ) -> Answer:
        self.asked.append(url)
        if not self.is_up:
            raise Unreachable("connect", "refused")
        if url == self.discovery_url:
            return said(self.description())
        if url == self.description()["jwks_uri"]:
            return said({"keys": self.keys})
        if url == self.description()["userinfo_endpoint"]:
            assert (headers or {})["Authorization"] == "Bearer an-access-token"
            return said(self.told or {})
        if url.startswith(f"{self.issuer}/authorize?"):
            known = dict(parse_qsl(urlsplit(url).query))["client_id"] == self.client_id
            return said({}, 200 if known else 400)
        assert url == self.description()["token_endpoint"], url
        return self._token(fields or {}, headers or {})

    def _token(self, fields: dict[str, str], headers: dict[str, str]) -> Answer:
        self.posted.append(fields)
        if not self.knows(fields, headers):
            return said({"error": self.stranger}, 401)
        asked = self.codes.pop(fields["code"], None)
        if (
            asked is None
            or fields["redirect_uri"] != asked["redirect_uri"]
            or challenge(fields["code_verifier"]) != asked["code_challenge"]
            or asked["code_challenge_method"] != "S256"
        ):
            return said({"error": "invalid_grant"}, 400)
        now = int(time.time())
        honest = {
            "iss": self.issuer,
            "aud": self.client_id,
            "iat": now,
            "exp": now + 300,
            "nonce": asked["nonce"],
        }
        claims = {k: v for k, v in (honest | self.claims).items() if v is not None}
        return said({"access_token": "an-access-token", "id_token": self.sign(claims)})

    def knows(self, fields: dict[str, str], headers: dict[str, str]) -> bool:
        if basic := headers.get("Authorization", ""):
            pair = base64.b64decode(basic.removeprefix("Basic ")).decode()
            return pair == f"{self.client_id}:{self.secret}"
        return (fields.get("client_id"), fields.get("client_secret")) == (
            self.client_id,
            self.secret,
        )

    def mint(self, claims: dict[str, Any], key: Any = None) -> str:
        header = {"kid": "one"} | self.header
        return jwt.encode(
            claims, key or signing_key(self.algorithm, 0), self.algorithm, headers=header
        )


def said(members: dict[str, Any], status: int = 200) -> Answer:
    return Answer(status, http.client.HTTPMessage(), json.dumps(members).encode())
