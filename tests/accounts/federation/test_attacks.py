"""What proves nothing opens nothing: each answer that is not quite right is refused, and the audit says why."""

import base64
import hashlib
import hmac
import json
import time
from collections import Counter
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import jwt
import pytest
import time_machine
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.core.cache import cache
from django.utils import timezone

from accounts.federation import services
from accounts.federation.models import Attempt, ExternalIdentity
from accounts.models import User
from mago.audit.tags import Tag
from mago.core.errors import Refused
from tests.accounts.conftest import real_database
from tests.conftest import Browser
from tests.races import THREADS, at_once

from .conftest import AT, come_back, is_in, leave, use
from .provider import CLIENT, FakeProvider, published, signing_key

__all__ = ["real_database"]

pytestmark = [pytest.mark.one_database, pytest.mark.django_db]


def refused(browser: Browser, answer: dict[str, str], kind: str = "oidc") -> bool:
    """Nobody came in, and nothing came to be."""
    response = come_back(browser, answer, kind)
    return response.status_code == 400 and not is_in(browser) and not User.objects.exists()


def test_what_is_asked_is_little_and_tied_to_this_sign_in(
    browser: Browser, provider: FakeProvider
) -> None:
    asked = {name: values[0] for name, values in parse_qs(urlsplit(leave(browser)).query).items()}
    assert asked["scope"] == "openid email profile"
    assert asked["response_type"] == "code"
    assert asked["code_challenge_method"] == "S256"
    assert asked["redirect_uri"].endswith("/accounts/identities/oidc/callback/")
    again = dict(parse_qsl(urlsplit(leave(browser)).query))
    for name in ("state", "nonce", "code_challenge"):
        assert len(asked[name]) == 43
        assert asked[name] != again[name]


def test_only_the_browser_that_left_comes_back_and_once(
    browser: Browser, provider: FakeProvider
) -> None:
    answer = provider.approve(leave(browser))
    for state in ("", "x", answer["state"] + "x", "\x00", "ÿ"):
        assert refused(browser, answer | {"state": state})
    other = Browser()
    leave(other)
    # Another browser, also one that is on its way itself, neither comes in nor spends it.
    assert refused(other, answer)
    assert refused(Browser(), answer)
    assert come_back(browser, answer).status_code == 302
    browser.post("/accounts/logout/")
    assert come_back(browser, answer).status_code == 400
    assert len(provider.posted) == 1


def test_nobody_comes_back_after_ten_minutes(browser: Browser, provider: FakeProvider) -> None:
    answer = provider.approve(leave(browser))
    with time_machine.travel(timezone.now() + timedelta(minutes=10, seconds=1)):
        assert refused(browser, answer)


def test_the_answer_of_one_provider_is_none_of_another(
    settings: Any, monkeypatch: pytest.MonkeyPatch, browser: Browser, events: Any
) -> None:
    """Mix-up (RFC 9700, section 4.4): B's answer at A's address, and the other way round; no code is sent anywhere."""
    honest, evil = FakeProvider("https://accounts.google.com", "RS256"), FakeProvider()
    use(settings, monkeypatch, google=honest, oidc=evil)
    settings.SIGN_IN_PROVIDERS["google"] = dict(CLIENT)
    answer = evil.approve(leave(browser, "oidc"))
    assert refused(browser, answer, "google")
    answer = honest.approve(leave(browser, "google"))
    assert refused(browser, answer, "oidc")
    assert honest.posted == evil.posted == []
    told = [event.detail["reason"] for event in events(Tag.FEDERATED_SIGN_IN_FAILED)]
    assert told == [f"the answer is to a question put to {kind}" for kind in ("oidc", "google")]


def test_an_answer_that_names_its_issuer_names_the_right_one(
    browser: Browser, provider: FakeProvider
) -> None:
    """RFC 9207."""
    answer = provider.approve(leave(browser))
    assert refused(browser, answer | {"iss": "https://evil.example.com"})
    provider.described = {"authorization_response_iss_parameter_supported": True}
    cache.clear()
    assert refused(browser, provider.approve(leave(browser)))
    assert provider.posted == []
    answer = provider.approve(leave(browser)) | {"iss": provider.issuer}
    assert come_back(browser, answer).status_code == 302


WRONG_CLAIMS: dict[str, dict[str, Any]] = {
    "another issuer": {"iss": "https://evil.example.com"},
    "an issuer that only begins alike": {"iss": "https://id.example.com.evil.org"},
    "an issuer with a slash more": {"iss": "https://id.example.com/"},
    "no issuer": {"iss": None},
    "another audience": {"aud": "other"},
    "a further audience": {"aud": ["mago", "other"]},
    "no audience": {"aud": None},
    "another party": {"azp": "other"},
    "expired": {"exp": 1},
    "no end": {"exp": None},
    "an end that is no number": {"exp": "tomorrow"},
    "made long ago": {"iat": int(time.time()) - 3600},
    "made in the future": {"iat": int(time.time()) + 3600},
    "not valid yet": {"nbf": int(time.time()) + 3600},
    "another nonce": {"nonce": "x" * 43},
    "no nonce": {"nonce": None},
    "no subject": {"sub": None},
    "an empty subject": {"sub": ""},
    "a subject that is no text": {"sub": 7},
    "a subject of two lines": {"sub": "a\nb"},
    "a subject without end": {"sub": "x" * 256},
}


@pytest.mark.slow
def test_claims_that_are_not_right_are_refused(
    browser: Browser, provider: FakeProvider, events: Any
) -> None:
    let_in = [
        name
        for name, claims in WRONG_CLAIMS.items()
        if not refused(browser, provider.approve(leave(browser), **claims))
    ]
    assert let_in == []
    told = events(Tag.FEDERATED_SIGN_IN_FAILED)
    assert len(told) == len(WRONG_CLAIMS)
    assert {event.detail["step"] for event in told} == {"identity"}


def part(members: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(members).encode()).rstrip(b"=").decode()


def by_secret(claims: dict[str, Any], secret: bytes, **header: Any) -> str:
    """Signed by HMAC, as the library itself would not with a public key."""
    text = f"{part({'alg': 'HS256', 'kid': 'one'} | header)}.{part(claims)}"
    tag = hmac.digest(secret, text.encode(), hashlib.sha256)
    return f"{text}.{base64.urlsafe_b64encode(tag).rstrip(b'=').decode()}"


@pytest.mark.slow
def test_signatures_that_prove_nothing_are_refused(
    browser: Browser, provider: FakeProvider
) -> None:
    public = signing_key("ES256", 0).public_key()
    pem = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    own = published("ES256", "one", 7)
    header = {"kid": "one"}

    def swapped(claims: dict[str, Any]) -> str:
        head, _body, tag = provider.mint(claims).split(".")
        return f"{head}.{part(claims | {'sub': 'somebody else'})}.{tag}"

    def with_header(**more: Any) -> Any:
        return lambda claims: jwt.encode(
            claims, signing_key("ES256", 0), "ES256", headers=header | more
        )

    def by_own_key(**more: Any) -> Any:
        return lambda claims: jwt.encode(
            claims, signing_key("ES256", 7), "ES256", headers=header | more
        )

    forgeries: dict[str, Any] = {
        "none": lambda claims: f"{part({'alg': 'none'})}.{part(claims)}.",
        "None": lambda claims: f"{part({'alg': 'None'})}.{part(claims)}.",
        "no signature": lambda claims: provider.mint(claims).rpartition(".")[0] + ".",
        "the public key as secret": lambda claims: by_secret(claims, pem),
        "the client's secret": lambda claims: by_secret(claims, CLIENT["secret"].encode()),
        "another key": by_own_key(),
        "a key that it brings along": by_own_key(jwk=own),
        "a key from elsewhere": by_own_key(jku="https://evil.example.com/keys"),
        "a key that nobody has": by_own_key(kid="../../one"),
        "what must be understood": with_header(crit=["b64"], b64=False),
        "an access token": with_header(typ="at+jwt"),
        "a logout token": with_header(typ="logout+jwt"),
        "another payload": swapped,
        "an algorithm that it does not fit": lambda claims: jwt.encode(
            claims, signing_key("RS256", 0), "RS256", headers=header
        ),
        "no token": lambda claims: None,
        "no JWT": lambda claims: "a.b",
        "too much": lambda claims: "a" * 100_000,
        "a list": lambda claims: ["a"],
    }
    let_in = []
    for name, sign in forgeries.items():
        provider.sign = sign
        if not refused(browser, provider.approve(leave(browser))):
            let_in.append(name)
    assert let_in == []
    assert not [url for url in provider.asked if "evil" in url]
    provider.sign = provider.mint
    assert come_back(browser, provider.approve(leave(browser))).status_code == 302


def test_keys_are_fetched_anew_for_an_unknown_name_but_not_at_anybodys_pace(
    browser: Browser, provider: FakeProvider
) -> None:
    def fetched() -> int:
        return provider.asked.count(f"{provider.issuer}/keys")

    come_back(browser, provider.approve(leave(browser)))
    browser.post("/accounts/logout/")
    assert fetched() == 1
    provider.keys, provider.header = [published("ES256", "two")], {"kid": "two"}
    assert come_back(browser, provider.approve(leave(browser))).status_code == 302
    assert fetched() == 2
    browser.post("/accounts/logout/")
    for n in range(8):
        provider.header = {"kid": f"invented {n}"}
        assert come_back(browser, provider.approve(leave(browser))).status_code == 400
    assert fetched() == 6


WRONG_DESCRIPTIONS: dict[str, dict[str, Any]] = {
    "another issuer": {"issuer": "https://evil.example.com"},
    "no issuer": {"issuer": None},
    "plain http": {"token_endpoint": "http://id.example.com/token"},
    "a user in the address": {"jwks_uri": "https://a:b@id.example.com/keys"},
    "no address": {"authorization_endpoint": "javascript:alert(1)"},
    "a list": {"authorization_endpoint": ["https://id.example.com"]},
}


def test_a_description_that_is_not_right_leads_nowhere(
    browser: Browser, provider: FakeProvider
) -> None:
    for described in WRONG_DESCRIPTIONS.values():
        cache.clear()
        provider.described = described
        assert browser.post(f"{AT}oidc/begin/").status_code == 503
    assert not Attempt.objects.exists()


def test_what_is_told_beside_the_token_is_about_the_same_person(
    browser: Browser, provider: FakeProvider
) -> None:
    ada = {"email": "ada@example.com", "email_verified": True}
    provider.told = {"sub": "somebody else", **ada}
    assert refused(browser, provider.approve(leave(browser), email=None, email_verified=None))
    provider.told = {"sub": "ada", **ada}
    answer = provider.approve(leave(browser), email=None, email_verified=None)
    assert come_back(browser, answer).status_code == 302
    assert User.objects.get().email == "ada@example.com"


@pytest.mark.turns
@pytest.mark.parametrize("verified", [None, False, "true", "false", 1, "yes"])
def test_only_true_says_that_an_address_is_proved(
    sign_in: Any, browser: Browser, verified: Any
) -> None:
    assert sign_in(browser, email_verified=verified)["Location"] == f"{AT}check-mail/"


def test_a_provider_that_is_changed_while_one_is_there_is_another_one(
    browser: Browser, provider: FakeProvider, settings: Any
) -> None:
    answer = provider.approve(leave(browser))
    settings.SIGN_IN_PROVIDERS["oidc"]["client_id"] = "other"
    assert refused(browser, answer)
    assert provider.posted == []


def test_no_token_or_secret_is_kept(
    sign_in: Any, browser: Browser, provider: FakeProvider, events: Any
) -> None:
    sign_in(browser)
    come_back(browser, provider.approve(leave(Browser())))
    session = User.objects.get().sessions.get()
    kept = json.dumps(session.get_decoded())
    told = json.dumps([event.detail for event in events()])
    rows = str(list(Attempt.objects.values_list("state", "browser", "answer", "next_url")))
    assert (len(provider.codes), Attempt.objects.count()) == (1, 2)
    for secret in ("an-access-token", CLIENT["secret"], "eyJ", *provider.codes):
        assert secret not in kept + told + rows


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("real_database")
def test_one_of_many_comes_back(provider: FakeProvider) -> None:
    """Eight answers at one moment: one goes on, and the others are told to start again."""
    url = services.begin(kind="oidc", browser="b")
    answer = provider.approve(url)
    state = answer["state"]

    def arrive(number: int) -> str:
        try:
            services.come_back(kind="oidc", state=state, browser="b", answer=answer)
        except Refused as refusal:
            return refusal.code
        return "in"

    assert Counter(at_once(arrive)) == {"in": 1, "attempt_spent": THREADS - 1}
    assert not ExternalIdentity.objects.exists()
