"""Credentials that are absent, forged or somebody else's are refused wherever tokens are taken, and nothing else is
tried in their place (ASVS 9.1, 9.2, 10.3.1; RFC 8725)."""

import base64
import hmac
import json
import time
from typing import Any
from uuid import uuid4

import pytest
from django.db import OperationalError, connection
from django.test import Client
from joserfc import jws
from joserfc.jwk import ECKey

from accounts.provider.models import RefreshToken, TokenFamily
from accounts.provider.protocol.hints import claims_of_hint
from accounts.provider.services.keys import Signer, signer_for
from tests.conftest import App, Browser

from .conftest import Party

FORM = "application/x-www-form-urlencoded"
US, EVIL = "http://127.0.0.1:8000", "https://evil.example/"
OTHER = ECKey.generate_key("P-256")


def b64(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def signed(claims: Any, key: Any, **header: Any) -> str:
    """Signed whatever the header says."""
    registry = jws.JWSRegistry(algorithms=["ES256"], strict_check_header=False)
    return jws.serialize_compact(
        {"alg": "ES256"} | header, json.dumps(claims), key, registry=registry
    )


def forgeries(ours: Signer, claims: dict[str, Any], typ: str) -> dict[str, str]:
    """What is not quite a token of ours, by what is wrong with it; the last ones have our own signature."""
    good = {"kid": ours.kid, "typ": typ}
    head, body, tag = signed(claims, ours.key, **good).split(".")
    by_mac = f"{b64({'alg': 'HS256', **good})}.{body}"
    mac = hmac.digest(ours.key.as_pem(private=False), by_mac.encode(), "sha256")
    critical = b64({"alg": "ES256", **good, "crit": ["bork"], "bork": 1})
    now = int(time.time())
    return {
        "alg none": f"{b64({'alg': 'none', 'typ': typ})}.{body}.",
        "alg nOnE": f"{b64({'alg': 'nOnE', **good})}.{body}.{tag}",
        "HS256 by the public key": f"{by_mac}.{base64.urlsafe_b64encode(mac).decode()[:43]}",
        "RS256 by name": f"{b64({'alg': 'RS256', **good})}.{body}.{tag}",
        "crit": f"{critical}.{body}.{tag}",
        "kid traversal": signed(claims, OTHER, kid="../../../../dev/null", typ=typ),
        "kid of SQL": signed(claims, OTHER, kid="x' OR '1'='1", typ=typ),
        "jku": signed(claims, OTHER, **good, jku=EVIL, x5u=EVIL),
        "jwk": signed(claims, OTHER, **good, jwk=OTHER.as_dict(private=False)),
        "another key": signed(claims, OTHER, **good),
        "changed claims": f"{head}.{b64(claims | {'sub': str(uuid4())})}.{tag}",
        "no signature": f"{head}.{body}.",
        "wrong typ": signed(claims, ours.key, kid=ours.kid, typ="bork+jwt"),
        "wrong iss": signed(claims | {"iss": EVIL}, ours.key, **good),
        "wrong aud": signed(claims | {"aud": EVIL}, ours.key, **good),
        "expired": signed(claims | {"exp": now - 120}, ours.key, **good),
        "not yet valid": signed(claims | {"nbf": now + 3600}, ours.key, **good),
    }


# An ID token that has expired is still a good hint (RP-Initiated Logout 1.0, section 2).
_GOOD_HINTS = {"expired", "not yet valid"}


def claims_in(token: str) -> dict[str, Any]:
    claims: dict[str, Any] = json.loads(jws.extract_compact(token.encode()).payload)
    return claims


def test_no_jwt_opens_our_api_however_it_is_signed(wiki: Party, her: Browser, alice: Any) -> None:
    """Ours are opaque, so that nothing which a JWT says is believed: not even our own signature on it."""
    claims = claims_in(wiki.sign_in(her)["id_token"])
    claims |= {"aud": US, "scope": "openid api", "client_id": wiki.id, "jti": "1"}
    ours = signer_for("ES256")
    tokens = forgeries(ours, claims, "at+jwt")
    tokens["a good one"] = ours.sign(claims, typ="at+jwt")
    taken = {
        name: status
        for name, token in tokens.items()
        for path in ("/api/v1/me", "/oauth/userinfo")
        # The browser is signed in: a token that is not good is not made good by a cookie.
        if (status := her.get(path, headers={"Authorization": f"Bearer {token}"}).status_code)
        != 401
    }
    assert taken == {}
    answer = wiki.post("introspect", token=tokens["a good one"])
    assert answer.json() == {"active": False}


def test_no_forged_hint_is_believed(wiki: Party, her: Browser, alice: Any) -> None:
    claims = claims_in(wiki.sign_in(her)["id_token"])
    for name, hint in forgeries(signer_for("ES256"), claims, "JWT").items():
        if name in _GOOD_HINTS:
            continue
        assert claims_of_hint(hint).get("aud") != wiki.id, name
        refused = her.get(wiki.url(prompt="none", id_token_hint=hint))
        assert "error=invalid_request" in refused["Location"], name


def test_an_id_token_is_no_access_token_and_no_token_is_another(
    wiki: Party, her: Browser, app: App, alice: Any
) -> None:
    pair, native = wiki.sign_in(her, scope="openid api:read offline_access"), app.sign_in(alice)
    wrong = {
        "an ID token": pair["id_token"],
        "a refresh token": pair["refresh_token"],
        "a native app's refresh token": native["refresh_token"],
        "a client secret": wiki.secret,
        "a session's key": her.session.session_key or "",
    }
    for name, token in wrong.items():
        for path in ("/api/v1/me", "/oauth/userinfo", "/api/v1/hubs/me"):
            answer = Client().get(path, headers={"Authorization": f"Bearer {token}"})
            assert answer.status_code in (401, 403), (name, path)
    for token in (pair["access_token"], pair["id_token"], native["refresh_token"], wiki.secret):
        assert wiki.refresh(token).json()["error"] == "invalid_grant"
    for token in (pair["access_token"], pair["refresh_token"], pair["id_token"]):
        answer = App().post("auth/refresh", {"refresh_token": token})
        assert answer.status_code in (400, 401)
    assert wiki.refresh(pair["refresh_token"]).status_code == 200


HEADERS = {
    "absent": "",
    "a scheme alone": "Bearer",
    "blank": "Bearer  ",
    "another scheme": "Basic YTpi",
    "unknown scheme": "Negotiate abc",
    "oversized": "Bearer " + "a" * 60_000,
    "NUL": "Bearer mago_at_\x00",
    "not ASCII": "Bearer mago_at_\xe8",
    "two": "Bearer mago_at_a, Bearer mago_at_b",
    "a quote": "Bearer ' OR 1=1 --",
}


def test_garbled_credentials_are_a_refusal_and_never_a_fallback(her: Browser, wiki: Party) -> None:
    for name, header in HEADERS.items():
        for path in ("/api/v1/me", "/oauth/userinfo"):
            answer = her.get(path, headers={"Authorization": header} if header else {})
            assert answer.status_code == 401, (name, path)
        body = f"grant_type=client_credentials&client_id={wiki.id}&client_secret={wiki.secret}"
        sent = {"Authorization": header} if header else {}
        answer = Client().post("/oauth/token", body, content_type=FORM, headers=sent)
        assert answer.status_code in (400, 401), name
        assert answer.json()["error"] in ("invalid_client", "invalid_request"), name


class _Broken:
    """The database fails at the statement of this number, and is well again after it."""

    def __init__(self, number: int) -> None:
        self.left = number

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if not sql.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK")):
            self.left -= 1
            if self.left == -1:
                raise OperationalError("the database is gone")
        return execute(sql, params, many, context)


def test_a_database_error_in_a_rotation_leaves_the_old_token_working(
    wiki: Party, her: Browser
) -> None:
    """Whichever statement it hits: nothing half done stays, and the program may try again."""
    token = wiki.sign_in(her)["refresh_token"]
    failed = 0
    for number in range(40):
        before = RefreshToken.objects.count()
        with connection.execute_wrapper(_Broken(number)):
            try:
                answer = wiki.refresh(token)
            except OperationalError:
                failed += 1
                assert RefreshToken.objects.count() == before
                assert RefreshToken.objects.filter(rotated_at=None).exists()
                continue
        assert answer.status_code == 200
        break
    # On PostgreSQL all that is written is one statement.
    assert failed >= 3
    assert TokenFamily.objects.get().revoked_at is None
    assert wiki.refresh(answer.json()["refresh_token"]).status_code == 200


def test_a_database_error_while_a_code_is_redeemed_leaves_the_code_working(
    wiki: Party, her: Browser
) -> None:
    code, failed = wiki.code_for(her), 0
    for number in range(40):
        with connection.execute_wrapper(_Broken(number)):
            try:
                answer = wiki.redeem(code)
            except OperationalError:
                failed += 1
                assert not TokenFamily.objects.exists()
                continue
        break
    assert failed >= 5
    assert answer.status_code == 200


@pytest.mark.parametrize("grant", ["implicit", "password", "urn:ietf:params:oauth:grant-type:token-exchange"])  # fmt: skip
def test_there_is_no_grant_but_ours(wiki: Party, grant: str) -> None:
    fields = {"username": "alice@example.com", "password": "x", "subject_token": "x"}
    answer = wiki.post("token", grant_type=grant, **fields)
    assert (answer.status_code, answer.json()["error"]) == (400, "unsupported_grant_type")
