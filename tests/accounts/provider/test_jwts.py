"""JWTs that come to us: what is not exactly right is refused (ASVS 9.1, 9.2; RFC 7523, RFC 8725)."""

import base64
import hmac
import json
import time
from typing import Any
from uuid import uuid4

import pytest
from joserfc import jws, jwt
from joserfc.jwk import ECKey, OKPKey

from accounts.provider.models import Application
from accounts.provider.services import create_application, rotate_signing_keys
from accounts.provider.services.keys import signer_for
from mago.core.errors import Refused
from tests.conftest import Browser

from .conftest import BACK, Party

pytestmark = pytest.mark.one_database

KEY = ECKey.generate_key("P-256", {"kid": "mine", "use": "sig", "alg": "ES256"})
OTHER = ECKey.generate_key("P-256", {"kid": "mine"})
ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
US = "http://127.0.0.1:8000"


@pytest.fixture
def keyed(db: None) -> Party:
    """Proves itself by a key of its own."""
    row, secret = create_application(
        name="Keyed",
        type="confidential",
        auth_method="private_key_jwt",
        jwks={"keys": [KEY.as_dict(private=False)]},
        redirect_uris=[BACK],
        actor=None,
    )
    assert secret == ""
    return Party(row)


def claims_for(application: Application, **changes: Any) -> dict[str, Any]:
    now = int(time.time())
    claims = {
        "iss": application.client_id,
        "sub": application.client_id,
        "aud": US,
        "iat": now,
        "exp": now + 60,
        "jti": uuid4().hex,
    } | changes
    return {name: value for name, value in claims.items() if value is not None}


def shown(party: Party, assertion: str, **fields: str) -> Any:
    """The answer to somebody who shows the assertion; a good one gets as far as the token being unknown."""
    return party.post(
        "revoke",
        auth=False,
        token="nothing",
        client_assertion_type=ASSERTION,
        client_assertion=assertion,
        **fields,
    )


def b64(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def signed(claims: dict[str, Any], key: Any = KEY, alg: str = "ES256", **header: Any) -> str:
    """Signed whatever the header says."""
    registry = jws.JWSRegistry(algorithms=[alg], strict_check_header=False)
    protected = {"alg": alg, "kid": "mine"} | header
    return jws.serialize_compact(protected, json.dumps(claims), key, registry=registry)


def test_an_application_proves_itself_by_its_key_once(keyed: Party) -> None:
    assertion = signed(claims_for(keyed.application))
    assert shown(keyed, assertion).status_code == 200
    again = shown(keyed, assertion)
    assert (again.status_code, again.json()["error"]) == (401, "invalid_client")


def test_an_ed25519_key_does_as_well(db: None) -> None:
    key = OKPKey.generate_key("Ed25519", {"kid": "mine"})
    row, _ = create_application(
        name="Edwards",
        type="confidential",
        auth_method="private_key_jwt",
        jwks={"keys": [key.as_dict(private=False)]},
        redirect_uris=[BACK],
        actor=None,
    )
    assert shown(Party(row), signed(claims_for(row), key, "EdDSA")).status_code == 200


NOW = int(time.time())
WRONG_CLAIMS: dict[str, dict[str, Any]] = {
    "no issuer": {"iss": None},
    "another issuer": {"iss": "somebody"},
    "another subject": {"sub": str(uuid4())},
    "a subject that is no text": {"sub": ["x"]},
    "no audience": {"aud": None},
    "another audience": {"aud": "https://evil.example"},
    "one of many audiences": {"aud": [US, "https://evil.example"]},
    "no end": {"exp": None},
    "over": {"exp": NOW - 61},
    "a year": {"exp": NOW + 31_536_000},
    "an end that is no number": {"exp": "tomorrow"},
    "an endless end": {"exp": 1e300},
    "a true end": {"exp": True},
    "not yet": {"nbf": NOW + 3600},
    "made later": {"iat": NOW + 3600},
    "no name": {"jti": None},
    "a name that is no text": {"jti": 5},
}


@pytest.mark.parametrize("case", WRONG_CLAIMS)
def test_wrong_claims_prove_nothing(keyed: Party, case: str) -> None:
    answer = shown(keyed, signed(claims_for(keyed.application, **WRONG_CLAIMS[case])))
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


def forgeries(claims: dict[str, Any]) -> dict[str, str]:
    head, body, tag = signed(claims).split(".")
    by_mac = f"{b64({'alg': 'HS256', 'kid': 'mine'})}.{body}"
    mac = hmac.digest(KEY.as_pem(private=False), by_mac.encode(), "sha256")
    critical = {"alg": "ES256", "kid": "mine", "crit": ["bork"], "bork": 1}
    evil = "https://evil.example/"
    return {
        "none": f"{b64({'alg': 'none'})}.{body}.",
        "None": f"{b64({'alg': 'None'})}.{body}.{tag}",
        "the public key as a secret": f"{by_mac}.{base64.urlsafe_b64encode(mac).decode()[:43]}",
        "another key": signed(claims, OTHER),
        "a key in the header": signed(claims, OTHER, jwk=OTHER.as_dict(private=False)),
        "the address of a key": signed(claims, OTHER, jku=evil, x5u=evil),
        "an unknown key": signed(claims, KEY, kid="../../../../dev/null"),
        "an unknown critical header": f"{b64(critical)}.{body}.{tag}",
        "another algorithm": f"{b64({'alg': 'RS256', 'kid': 'mine'})}.{body}.{tag}",
        "another type": signed(claims, typ="logout+jwt"),
        "changed claims": f"{head}.{b64(claims | {'jti': 'x'})}.{tag}",
        "no signature": f"{head}.{body}.",
        "half a signature": f"{head}.{body}.{tag[:40]}",
        "JSON": json.dumps({"payload": body, "protected": head, "signature": tag}),
        "a list": f"{head}.{b64([1])}.{tag}",
        "garbage": "a.b.c",
        "deep": f"{head}.{base64.urlsafe_b64encode(b'[' * 5001).decode()}.{tag}",
        "nothing": "",
    }


FORGERIES = list(forgeries({"sub": "x"}))


@pytest.mark.parametrize("case", FORGERIES)
def test_a_forged_assertion_proves_nothing(keyed: Party, case: str) -> None:
    answer = shown(keyed, forgeries(claims_for(keyed.application))[case])
    assert answer.status_code in (400, 401)
    assert answer.json()["error"] in ("invalid_client", "invalid_request")


def test_an_assertion_is_no_second_way_for_who_has_a_secret(wiki: Party) -> None:
    answer = shown(wiki, signed(claims_for(wiki.application)))
    assert answer.json()["error"] == "invalid_client"


def test_who_has_a_key_does_not_get_in_by_name(keyed: Party) -> None:
    assert keyed.post("revoke", token="x").json()["error"] == "invalid_client"


@pytest.mark.parametrize("jwks", [{}, {"keys": []}, [], {"keys": ["x"]}, {"keys": [{"kty": "oct", "k": "AA"}]}, {"keys": [KEY.as_dict(private=True)]}])  # fmt: skip
def test_only_public_keys_are_registered(db: None, jwks: Any) -> None:
    with pytest.raises(Refused):
        create_application(
            name="Bad",
            type="confidential",
            auth_method="private_key_jwt",
            jwks=jwks,
            redirect_uris=[BACK],
            actor=None,
        )


@pytest.mark.parametrize(
    "case", ["another key", "none", "access token", "logout token", "another issuer"]
)
def test_a_hint_that_is_not_our_id_token_signs_nobody_out(
    wiki: Party, her: Browser, case: str, alice: Any
) -> None:
    claims = jwt.json.loads(jws.extract_compact(wiki.sign_in(her)["id_token"].encode()).payload)
    ours = signer_for("ES256")
    hint = {
        "another key": lambda: signed(claims, OTHER, typ="JWT", kid=ours.kid),
        "none": lambda: f"{b64({'alg': 'none', 'typ': 'JWT'})}.{b64(claims)}.",
        "access token": lambda: ours.sign(claims, typ="at+jwt"),
        "logout token": lambda: ours.sign(claims, typ="logout+jwt"),
        "another issuer": lambda: ours.sign(claims | {"iss": "https://evil.example"}, typ="JWT"),
    }[case]()
    answer = her.get("/oauth/end-session", {"id_token_hint": hint})
    assert answer.status_code == 200
    assert "Sign out?" in answer.text
    assert her.get("/accounts/").status_code == 200


def test_a_key_that_was_thrown_away_proves_nothing(wiki: Party, her: Browser) -> None:
    hint = wiki.sign_in(her)["id_token"]
    rotate_signing_keys(at_once=True)
    assert her.get("/oauth/end-session", {"id_token_hint": hint}).status_code == 200
