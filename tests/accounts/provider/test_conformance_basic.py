"""The OpenID Foundation's conformance tests of a provider, profiles Basic and Config: each test of ours has the
name under which the suite publishes its own, and asks what that one asks.

Three options are not offered, which the suite then has refused or skips: `client_secret_post`, a token in the body
sent to userinfo, and request objects.
"""

import re
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import time_machine
from django.test import Client
from django.utils import timezone
from joserfc import jws
from joserfc.jwk import KeySet

from accounts.provider.services import create_application
from accounts.sessions.models import Session
from tests.conftest import PASSWORD, Browser

from .conftest import BACK, VERIFIER, Party, answered, claims_of

ISSUER = "http://127.0.0.1:8000"
DISCOVERY = "/.well-known/openid-configuration"


def userinfo(token: str, **headers: str) -> Any:
    return Client().get("/oauth/userinfo", headers={"Authorization": f"Bearer {token}"} | headers)


def told(token: str) -> dict[str, Any]:
    answer = userinfo(token)
    assert answer["Content-Type"] == "application/json"
    claims: dict[str, Any] = answer.json()
    return claims


def hour_old(user: Any) -> None:
    """Who they are was proved an hour ago."""
    past = timezone.now() - timedelta(hours=1)
    Session.objects.filter(user=user).update(proved_at=past)


def prove_again(browser: Browser, asked: Any) -> Any:
    """The person is asked for a proof, gives it, and is back at the provider."""
    assert asked["Location"].startswith("/accounts/reauthenticate/?"), asked
    (back,) = parse_qs(urlsplit(asked["Location"]).query)["next"]
    browser.post("/accounts/reauthenticate/", {"password": PASSWORD, "next": back})
    return browser.get(back)


# Config


def test_oidcc_discovery_endpoint_verification(wiki: Party) -> None:
    answer = Client().get(DISCOVERY)
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/json")
    said = answer.json()
    assert said["issuer"] == ISSUER
    assert said["response_types_supported"] == ["code"]
    assert said["subject_types_supported"] == ["public"]
    assert "RS256" in said["id_token_signing_alg_values_supported"]
    assert "openid" in said["scopes_supported"]
    assert {"sub", "iss", "aud", "exp", "iat"} <= set(said["claims_supported"])
    assert "authorization_code" in said["grant_types_supported"]
    assert not {"implicit", "password"} & set(said["grant_types_supported"])
    assert said["code_challenge_methods_supported"] == ["S256"]
    assert said["authorization_response_iss_parameter_supported"] is True
    assert "registration_endpoint" not in said
    for name in ("request", "request_uri", "claims"):
        assert said[f"{name}_parameter_supported"] is False
    for name, url in said.items():
        if name.endswith(("_endpoint", "_uri")):
            assert url.startswith(f"{ISSUER}/oauth/")
            assert Client().get(urlsplit(url).path).status_code in (200, 302, 400, 401, 405), name
    keys = Client().get("/oauth/jwks").json()["keys"]
    assert keys
    assert len({key["kid"] for key in keys}) == len(keys)
    for key in keys:
        assert not {"d", "p", "q", "k", "dp", "dq", "qi"} & set(key)
        assert (key["use"], bool(key["alg"])) == ("sig", True)
    oauth = Client().get("/.well-known/oauth-authorization-server").json()
    assert oauth.items() <= said.items()


# Basic


def test_oidcc_server(wiki: Party, her: Browser, alice: Any) -> None:
    code = wiki.code_for(her)
    answer = wiki.redeem(code)
    assert (answer["Cache-Control"], answer["Content-Type"]) == ("no-store", "application/json")
    pair = answer.json()
    assert pair["token_type"].lower() == "bearer"
    assert pair["expires_in"] == 600
    assert len(pair["access_token"]) >= 8 + 43
    claims = claims_of(pair["id_token"])
    now = timezone.now().timestamp()
    assert (claims["iss"], claims["aud"], claims["nonce"]) == (ISSUER, wiki.id, "a nonce")
    assert now - 5 <= claims["iat"] <= now < claims["exp"] <= now + 600
    assert 0 < len(claims["sub"]) <= 255
    assert claims["sub"].isascii()
    assert {"acr", "amr", "auth_time", "at_hash", "sid"} <= set(claims)


def test_oidcc_response_type_missing(wiki: Party, her: Browser) -> None:
    got = answered(her.get(wiki.url(response_type=None)))
    assert got["error"] in ("invalid_request", "unsupported_response_type")
    assert got["state"] == "a state"


@pytest.mark.parametrize(
    "algorithm", ["ES256", "EdDSA", pytest.param("RS256", marks=pytest.mark.slow)]
)
def test_oidcc_idtoken_signature(her: Browser, algorithm: str) -> None:
    row, secret = create_application(
        name=algorithm,
        type="confidential",
        redirect_uris=[BACK],
        id_token_algorithm=algorithm,
        actor=None,
    )
    token = Party(row, secret).sign_in(her)["id_token"]
    header = jws.extract_compact(token.encode()).headers()
    assert header["alg"] == algorithm
    keys = KeySet.import_key_set(Client().get("/oauth/jwks").json())
    assert header["kid"] in {key.kid for key in keys.keys}
    assert claims_of(token, algorithm)["sub"]


def test_oidcc_idtoken_unsigned() -> None:
    """Not offered: nobody can have an ID token without a signature."""
    assert "none" not in Client().get(DISCOVERY).json()["id_token_signing_alg_values_supported"]


def test_oidcc_userinfo_get(wiki: Party, her: Browser, alice: Any) -> None:
    pair = wiki.sign_in(her)
    assert told(pair["access_token"])["sub"] == claims_of(pair["id_token"])["sub"] == str(alice.pk)


def test_oidcc_userinfo_post_header(wiki: Party, her: Browser, alice: Any) -> None:
    token = wiki.sign_in(her)["access_token"]
    answer = Client().post("/oauth/userinfo", headers={"Authorization": f"Bearer {token}"})
    assert answer.json()["sub"] == str(alice.pk)


def test_oidcc_userinfo_post_body(wiki: Party, her: Browser) -> None:
    """Not offered, as bodies are kept where headers are not (RFC 6750, section 2.2: should not be used)."""
    token = wiki.sign_in(her)["access_token"]
    assert Client().post("/oauth/userinfo", {"access_token": token}).status_code == 401


def test_oidcc_ensure_request_without_nonce_succeeds_for_code_flow(
    wiki: Party, her: Browser
) -> None:
    assert "nonce" not in claims_of(wiki.sign_in(her, nonce=None)["id_token"])


def test_oidcc_scope_profile(wiki: Party, her: Browser) -> None:
    assert told(wiki.sign_in(her, scope="openid profile")["access_token"])["name"] == "Alice"


def test_oidcc_scope_email(wiki: Party, her: Browser, alice: Any) -> None:
    claims = told(wiki.sign_in(her, scope="openid email")["access_token"])
    assert (claims["email"], claims["email_verified"]) == (alice.email, True)


@pytest.mark.parametrize("scope", ["address", "phone"])
def test_oidcc_scope_address_and_oidcc_scope_phone(wiki: Party, her: Browser, scope: str) -> None:
    """We know neither: it is left out, and the answer says what was given."""
    pair = wiki.sign_in(her, scope=f"openid {scope}")
    assert pair["scope"] == "openid"
    assert scope not in told(pair["access_token"])


def test_oidcc_scope_all(wiki: Party, her: Browser) -> None:
    pair = wiki.sign_in(her, scope="openid profile email address phone")
    assert set(pair["scope"].split()) == {"openid", "profile", "email"}
    assert {"sub", "name", "email"} <= set(told(pair["access_token"]))


def test_oidcc_ensure_other_scope_order_succeeds(wiki: Party, her: Browser) -> None:
    assert claims_of(wiki.sign_in(her, scope="email openid")["id_token"])["sub"]


@pytest.mark.parametrize("display", ["page", "popup"])
def test_oidcc_display_page_and_oidcc_display_popup(
    wiki: Party, her: Browser, display: str
) -> None:
    assert wiki.sign_in(her, display=display)["id_token"]


def test_oidcc_prompt_login(wiki: Party, her: Browser, alice: Any) -> None:
    first = claims_of(wiki.sign_in(her)["id_token"])
    hour_old(alice)
    asked = her.get(wiki.url(prompt="login"))
    # To come back is not enough: only who has proved it is not asked again.
    (back,) = parse_qs(urlsplit(asked["Location"]).query)["next"]
    assert her.get(back)["Location"].startswith("/accounts/reauthenticate/?")
    code = answered(prove_again(her, asked))["code"]
    second = claims_of(wiki.redeem(code).json()["id_token"])
    assert second["sub"] == first["sub"]
    assert second["auth_time"] >= first["auth_time"]
    assert timezone.now().timestamp() - second["auth_time"] < 5


def test_oidcc_prompt_none_not_logged_in(wiki: Party) -> None:
    got = answered(Browser().get(wiki.url(prompt="none")))
    assert got["error"] in ("login_required", "interaction_required")
    assert (got["state"], got["iss"]) == ("a state", ISSUER)


def test_oidcc_prompt_none_logged_in(wiki: Party, her: Browser) -> None:
    first = claims_of(wiki.sign_in(her)["id_token"])
    second = claims_of(wiki.redeem(answered(her.get(wiki.url(prompt="none")))["code"]).json()["id_token"])  # fmt: skip
    assert (second["sub"], second["auth_time"]) == (first["sub"], first["auth_time"])


def test_oidcc_max_age_1(wiki: Party, her: Browser, alice: Any) -> None:
    first = claims_of(wiki.sign_in(her)["id_token"])
    with time_machine.travel(timezone.now() + timedelta(seconds=2)):
        code = answered(prove_again(her, her.get(wiki.url(max_age="1"))))["code"]
        second = claims_of(wiki.redeem(code).json()["id_token"])
    assert second["auth_time"] > first["auth_time"]
    assert second["iat"] - second["auth_time"] <= 1


def test_oidcc_max_age_10000(wiki: Party, her: Browser) -> None:
    first = claims_of(wiki.sign_in(her)["id_token"])
    code = answered(her.get(wiki.url(prompt="none", max_age="10000")))["code"]
    assert claims_of(wiki.redeem(code).json()["id_token"])["auth_time"] == first["auth_time"]


def test_oidcc_ensure_request_with_unknown_parameter_succeeds(wiki: Party, her: Browser) -> None:
    assert wiki.sign_in(her, extra="foobar")["id_token"]


def test_oidcc_id_token_hint(wiki: Party, mobile: Party, her: Browser, bob: Any) -> None:
    """And of another person, or of nobody that we know: no answer about whoever else is there."""
    hint = wiki.sign_in(her)["id_token"]
    with time_machine.travel(timezone.now() + timedelta(minutes=20)):
        code = answered(her.get(wiki.url(prompt="none", id_token_hint=hint)))["code"]
        assert claims_of(wiki.redeem(code).json()["id_token"])["sub"] == claims_of(hint)["sub"]
    his = Browser().as_person(bob)
    for prompt in ("none", None):
        got = answered(his.get(wiki.url(prompt=prompt, id_token_hint=hint)))
        assert got["error"] == "login_required"
    for url in (mobile.url(id_token_hint=hint), wiki.url(id_token_hint="a.b.c")):
        assert answered(her.get(url))["error"] == "invalid_request"


def test_oidcc_login_hint(wiki: Party, alice: Any) -> None:
    asked = Browser().get(wiki.url(login_hint=alice.email))
    assert alice.email in Browser().get(asked["Location"]).text


@pytest.mark.parametrize("name", ["ui_locales", "claims_locales"])
def test_oidcc_ui_locales_and_oidcc_claims_locales(wiki: Party, her: Browser, name: str) -> None:
    assert wiki.sign_in(her, **{name: "se"})["id_token"]


def test_oidcc_ensure_request_with_acr_values_succeeds(wiki: Party, alice: Any) -> None:
    hers = Browser().as_person(alice, "password", "totp")
    assert claims_of(wiki.sign_in(hers, acr_values="aal2 unheard-of")["id_token"])["acr"] == "aal2"
    assert claims_of(wiki.sign_in(hers, acr_values="unheard-of")["id_token"])["acr"] == "aal2"


@pytest.mark.parametrize("seconds", [0, 30], ids=["oidcc-codereuse", "oidcc-codereuse-30seconds"])
def test_oidcc_codereuse(wiki: Party, her: Browser, seconds: int) -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        code = wiki.code_for(her)
        pair = wiki.redeem(code).json()
        assert userinfo(pair["access_token"]).status_code == 200
        clock.shift(seconds)
        again = wiki.redeem(code)
        assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")
        assert userinfo(pair["access_token"]).status_code == 401


@pytest.mark.parametrize("uri", [f"{BACK}/other", f"{BACK}?x=1", None])
def test_oidcc_ensure_registered_redirect_uri(wiki: Party, her: Browser, uri: str | None) -> None:
    """Also oidcc-redirect-uri-query-added and oidcc-ensure-redirect-uri-in-authorization-request."""
    page = her.get(wiki.url(redirect_uri=uri))
    assert (page.status_code, "Location" in page) == (400, False)


def test_oidcc_redirect_uri_query_ok_and_mismatch(her: Browser) -> None:
    uri = f"{BACK}?foo=bar"
    fields: dict[str, Any] = {"type": "confidential", "redirect_uris": [uri], "actor": None}
    party = Party(*create_application(name="Query", **fields), back=uri)
    got = her.get(party.url(prompt="none"))["Location"]
    assert got.startswith(f"{uri}&error=consent_required")
    assert party.sign_in(her)["id_token"]
    for other in (f"{BACK}?foo=baz", BACK, f"{uri}&x=1"):
        assert her.get(party.url(redirect_uri=other)).status_code == 400


def test_oidcc_ensure_post_request_succeeds(wiki: Party, her: Browser) -> None:
    sent = {name: one for name, (one,) in parse_qs(urlsplit(wiki.url()).query).items()}
    page = her.post("/oauth/authorize", sent, follow=True)
    assert "Wiki" in page.text
    got = answered(her.post("/oauth/consent", {"query": page.context["query"], "allow": "1"}))
    assert wiki.redeem(got["code"]).status_code == 200


def test_oidcc_server_client_secret_post(wiki: Party, her: Browser) -> None:
    """Not offered, as bodies are kept where headers are not (RFC 6749, section 2.3.1: not recommended)."""
    offered = Client().get(DISCOVERY).json()["token_endpoint_auth_methods_supported"]
    assert "client_secret_post" not in offered
    fields = {"client_id": wiki.id, "client_secret": wiki.secret}
    answer = wiki.post("token", auth=False, grant_type="authorization_code", code="x", **fields)
    assert answer.json()["error"] in ("invalid_client", "invalid_request")


@pytest.mark.parametrize("name", ["request", "request_uri"])
def test_oidcc_request_objects_supported_correctly_or_rejected_as_unsupported(
    wiki: Party, her: Browser, name: str
) -> None:
    """oidcc-unsigned-request-object-…, oidcc-request-uri-unsigned-… and
    oidcc-ensure-request-object-with-redirect-uri: refused, before anything in one is read."""
    sent = {"request": "eyJhbGciOiJub25lIn0.e30.", "request_uri": "https://wiki.example/r"}[name]
    got = answered(her.get(wiki.url(**{name: sent})))
    assert got["error"] == f"{name}_not_supported"


def test_oidcc_claims_essential(wiki: Party, her: Browser) -> None:
    """The parameter is not supported and therefore ignored (OpenID Connect Core 1.0, section 5.5)."""
    wanted = '{"userinfo":{"name":{"essential":true}}}'
    assert wiki.sign_in(her, claims=wanted)["id_token"]


def test_oidcc_refresh_token(wiki: Party, mobile: Party, her: Browser) -> None:
    pair = wiki.sign_in(her)
    first = claims_of(pair["id_token"])
    newer = wiki.refresh(pair["refresh_token"]).json()
    second = claims_of(newer["id_token"])
    for name in ("iss", "sub", "aud", "auth_time"):
        assert second[name] == first[name]
    assert second["iat"] >= first["iat"]
    assert mobile.refresh(newer["refresh_token"]).json()["error"] == "invalid_grant"
    assert wiki.post("introspect", token=pair["refresh_token"]).json() == {"active": False}
    assert wiki.post("introspect", token=newer["refresh_token"]).json()["active"] is True


def test_oidcc_ensure_request_with_valid_pkce_succeeds(wiki: Party, her: Browser) -> None:
    code = wiki.code_for(her)
    wrong = wiki.redeem(code, code_verifier=VERIFIER[::-1] + "x")
    assert wrong.json()["error"] == "invalid_grant"
    assert wiki.redeem(code).status_code == 200


def test_what_the_page_holds_for_the_answer_is_what_was_asked(wiki: Party, her: Browser) -> None:
    """OP-Response: a parameter with a quote in it comes back as it was, and never as markup."""
    state = '"><script>alert(1)</script>'
    page = her.get(wiki.url(state=state))
    assert not re.search(r"<script>alert", page.text)
    got = answered(her.post("/oauth/consent", {"query": page.context["query"], "allow": "1"}))
    assert got["state"] == state
    assert urlencode({"state": state}) in her.get(wiki.url(state=state, prompt="none"))["Location"]
