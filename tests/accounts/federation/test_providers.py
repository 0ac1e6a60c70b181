"""What Google, Microsoft and Apple each do in their own way."""

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import jwt
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from django.core.cache import cache

from accounts.federation.models import ExternalIdentity
from accounts.models import User
from tests.conftest import Browser

from .conftest import AT, come_back, is_in, leave, use
from .provider import CLIENT, FakeProvider, signing_key

pytestmark = [pytest.mark.one_database, pytest.mark.django_db]

TENANT = "11111111-2222-3333-4444-555555555555"
OTHER = "99999999-2222-3333-4444-555555555555"
CONSUMERS = "9188040d-6c67-4c5b-b112-36a304b66dad"
ENTRA = "https://login.microsoftonline.com"


def private_key() -> str:
    """As the .p8 file that Apple gives out."""
    key = signing_key("ES256", 1)
    text: bytes = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return text.decode()


@pytest.fixture
def apple(settings: Any, monkeypatch: pytest.MonkeyPatch, db: None) -> FakeProvider:
    found = FakeProvider("https://appleid.apple.com", "RS256")
    found.described = {"userinfo_endpoint": None}
    use(settings, monkeypatch, apple=found)
    settings.SIGN_IN_PROVIDERS["apple"] = {
        "client_id": "mago",
        "secret": private_key(),
        "team_id": "TEAM123456",
        "key_id": "KEY1234567",
    }
    found.knows = lambda fields, headers: is_apples(fields)  # type: ignore[method-assign]
    return found


def is_apples(fields: dict[str, str]) -> bool:
    """The secret as Apple checks it: a token that the team's key has signed, for this client, not for long."""
    secret = fields["client_secret"]
    assert jwt.get_unverified_header(secret) == {"alg": "ES256", "typ": "JWT", "kid": "KEY1234567"}
    claims = jwt.decode(
        secret,
        signing_key("ES256", 1).public_key(),
        ["ES256"],
        audience="https://appleid.apple.com",
        options={"require": ["exp", "iat"]},
    )
    assert (claims["iss"], claims["sub"]) == ("TEAM123456", "mago")
    assert 0 < claims["exp"] - claims["iat"] <= 300
    return True


def by_form(browser: Browser, answer: dict[str, str]) -> Any:
    """As the browser brings it from Apple: without the cookies of our session, then sent here once more."""
    session = browser.cookies.pop("session", None)
    sent = browser.post(f"{AT}apple/callback/", answer)
    if session is not None:
        browser.cookies["session"] = session.value
    return sent


NAMED = {"user": json.dumps({"name": {"firstName": "Ada", "lastName": "Lovelace"}})}


def test_apple_answers_by_a_form_and_tells_the_name_once(
    apple: FakeProvider, browser: Browser
) -> None:
    url = leave(browser, "apple")
    asked = dict(parse_qsl(urlsplit(url).query))
    assert (asked["scope"], asked["response_mode"]) == ("openid email name", "form_post")
    relay = {"email": "x7y@privaterelay.appleid.com", "email_verified": "true"}
    answer = apple.approve(url, **relay, is_private_email="true")
    sent = by_form(browser, answer | NAMED)
    assert (sent.status_code, answer["code"] in sent["Location"]) == (303, False)
    assert not is_in(browser)
    assert browser.get(sent["Location"]).status_code == 302
    user = User.objects.get()
    assert (user.name, user.email) == ("Ada Lovelace", "x7y@privaterelay.appleid.com")
    # The next time there is no name and no address; what we know stays.
    again = Browser()
    answer = apple.approve(leave(again, "apple"), email=None, email_verified=None)
    again.get(by_form(again, answer)["Location"])
    assert is_in(again)
    user.refresh_from_db()
    assert user.name == "Ada Lovelace"
    assert user.external_identities.get().email == "x7y@privaterelay.appleid.com"


def test_a_form_from_elsewhere_needs_no_csrf_token_but_the_browser_that_left(
    apple: FakeProvider,
) -> None:
    browser = Browser(enforce_csrf_checks=True)
    token = browser.get("/accounts/login/").context["csrf_token"]
    page = browser.post(f"{AT}apple/begin/", {"csrfmiddlewaretoken": str(token)})
    answer = apple.approve(page.context["url"])
    assert by_form(Browser(enforce_csrf_checks=True), answer).status_code == 400
    sent = by_form(browser, answer)
    assert sent.status_code == 303
    # The first answer counts, also where somebody sends another one after it.
    assert by_form(browser, answer | {"code": "other"}).status_code == 400
    assert browser.get(sent["Location"]).status_code == 302
    assert browser.post(f"{AT}apple/begin/").status_code == 403


def test_apple_is_not_answered_for_in_the_address(apple: FakeProvider, browser: Browser) -> None:
    answer = apple.approve(leave(browser, "apple"))
    assert come_back(browser, answer, "apple").status_code == 400
    assert apple.posted == []


@pytest.mark.parametrize("user", ["", "no JSON", "[]", "7", '{"name": "x"}', '{"name": {"firstName": 7}}', "[" * 5000])  # fmt: skip
def test_a_name_that_is_none_does_no_harm(apple: FakeProvider, browser: Browser, user: str) -> None:
    answer = apple.approve(leave(browser, "apple")) | {"user": user}
    browser.get(by_form(browser, answer)["Location"])
    assert User.objects.get().name == ""


def test_a_private_key_that_is_none_is_told_without_it(
    apple: FakeProvider, browser: Browser, settings: Any, events: Any
) -> None:
    settings.SIGN_IN_PROVIDERS["apple"]["secret"] = "not-a-key-but-a-secret"
    sent = by_form(browser, apple.approve(leave(browser, "apple")))
    assert browser.get(sent["Location"]).status_code == 400
    assert "not-a-key" not in str([event.detail for event in events()])


class Microsoft(FakeProvider):
    def __init__(self, tenant: str) -> None:
        super().__init__(f"{ENTRA}/{tenant}", "RS256")
        many = {"common": "{tenantid}", "organizations": "{tenantid}", "consumers": CONSUMERS}
        self.described = {"issuer": f"{ENTRA}/{many.get(tenant, tenant)}/v2.0"}
        self.discovery_url = f"{ENTRA}/{tenant}/v2.0/.well-known/openid-configuration"
        self.keys[0]["issuer"] = f"{ENTRA}/{{tenantid}}/v2.0"


@pytest.fixture
def microsoft(settings: Any, monkeypatch: pytest.MonkeyPatch, db: None) -> Callable[..., Microsoft]:
    def configure(tenant: str, trusts_email: bool = False) -> Microsoft:
        found = Microsoft(tenant)
        use(settings, monkeypatch, microsoft=found)
        more = {"tenant": tenant, "trusts_email": trusts_email}
        settings.SIGN_IN_PROVIDERS["microsoft"] = {**CLIENT, **more}
        return found

    return configure


def comes(provider: Microsoft, tid: Any, iss: str = "", **claims: Any) -> int:
    """How somebody of a tenant is answered: 302 where they are believed."""
    browser = Browser()
    issuer = iss or f"{ENTRA}/{tid}/v2.0"
    answer = provider.approve(leave(browser, "microsoft"), tid=tid, iss=issuer, **claims)
    return int(come_back(browser, answer, "microsoft").status_code)


@pytest.mark.parametrize(
    ("tenant", "believed"),
    [
        ("common", {TENANT, OTHER, CONSUMERS}),
        ("organizations", {TENANT, OTHER}),
        ("consumers", {CONSUMERS}),
        (TENANT, {TENANT}),
    ],
)
def test_a_tenant_lets_in_its_own(microsoft: Any, tenant: str, believed: set[str]) -> None:
    provider = microsoft(tenant)
    tenants = (TENANT, OTHER, CONSUMERS)
    assert {tid for tid in tenants if comes(provider, tid, sub=tid) == 302} == believed


def test_tenant_and_issuer_say_the_same(microsoft: Any) -> None:
    provider = microsoft("common")
    del provider.keys[0]["issuer"]
    for tid, issuer in [
        (TENANT, f"{ENTRA}/{OTHER}/v2.0"),
        (TENANT, f"{ENTRA}/{{tenantid}}/v2.0"),
        (TENANT, f"{ENTRA}/{TENANT}/v2.0/"),
        ("{tenantid}", ""),
        ("../x", ""),
        (None, f"{ENTRA}/{TENANT}/v2.0"),
    ]:
        assert comes(provider, tid, issuer) == 400, (tid, issuer)
    provider.keys[0]["issuer"] = f"{ENTRA}/{OTHER}/v2.0"
    cache.clear()
    assert comes(provider, TENANT) == 400


def test_the_same_subject_in_two_tenants_is_two_people(microsoft: Any) -> None:
    provider = microsoft("common")
    for number, tid in enumerate((TENANT, OTHER)):
        assert comes(provider, tid, sub="s", email=f"a{number}@example.com", xms_edov=True) == 302
    assert ExternalIdentity.objects.count() == User.objects.count() == 2


@pytest.mark.parametrize(
    ("tenant", "trusts", "claims", "proved"),
    [
        # Anybody can have a tenant and write any address into it.
        ("common", False, {"email_verified": True}, False),
        ("common", False, {"xms_edov": False}, False),
        ("common", False, {"xms_edov": "0"}, False),
        ("common", False, {"xms_edov": True}, True),
        ("common", False, {"xms_edov": "1"}, True),
        ("common", True, {}, False),
        (TENANT, False, {}, False),
        (TENANT, True, {}, True),
    ],
)
def test_an_address_from_a_tenant_counts_where_its_domain_is_proved_or_the_tenant_is_ours(
    microsoft: Any, tenant: str, trusts: bool, claims: dict[str, Any], proved: bool
) -> None:
    provider = microsoft(tenant, trusts)
    comes(provider, TENANT, **claims)
    assert User.objects.exists() == proved


def test_google_is_asked_only_for_what_it_knows(
    settings: Any, monkeypatch: pytest.MonkeyPatch, browser: Browser
) -> None:
    google = FakeProvider("https://accounts.google.com", "RS256")
    use(settings, monkeypatch, google=google)
    settings.SIGN_IN_PROVIDERS["google"] = dict(CLIENT)
    url = leave(browser, "google")
    answer = google.approve(url, iss="accounts.google.com")
    assert come_back(browser, answer, "google").status_code == 400
    answer = google.approve(leave(browser, "google"))
    assert come_back(browser, answer, "google").status_code == 302
    assert google.posted[-1]["client_secret"] == CLIENT["secret"]
    assert User.objects.get().sessions.get().method == "google"
