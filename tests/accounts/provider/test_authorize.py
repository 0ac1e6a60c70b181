"""An application sends a person here, and gets a code where the person lets it, at its own address."""

from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from accounts.access.models import Membership
from accounts.access.services import remove_member
from accounts.organizations.services import create_organization
from accounts.provider.models import AuthorizationCode, Consent, SigningKey, TokenFamily
from accounts.provider.services import create_application, purge, set_application_active
from accounts.sessions.models import Session
from tests.conftest import PASSWORD, Browser

from .conftest import BACK, VERIFIER, Party, answered, claims_of
from .test_tokens import asked

pytestmark = pytest.mark.one_database


def test_a_person_is_signed_in_to_an_application(wiki: Party, her: Browser, alice: Any) -> None:
    page = her.get(wiki.url())
    assert "Wiki" in page.text
    assert "alice@example.com" in page.text
    assert "wiki.example" in page.text
    answer = her.post("/oauth/consent", {"query": page.context["query"], "allow": "1"})
    got = answered(answer)
    assert answer["Location"].startswith(BACK + "?")
    assert (got["state"], got["iss"]) == ("a state", "http://127.0.0.1:8000")
    pair = wiki.redeem(got["code"]).json()
    assert pair["token_type"] == "Bearer"
    assert pair["scope"] == "openid email offline_access"
    claims = claims_of(pair["id_token"])
    session = Session.objects.get(user=alice)
    assert claims["sub"] == str(alice.pk)
    assert (claims["aud"], claims["nonce"]) == (wiki.id, "a nonce")
    assert (claims["acr"], claims["amr"], claims["sid"]) == ("aal1", ["pwd"], str(session.id))
    assert claims["auth_time"] == int(session.proved_at.timestamp())


def test_secrets_and_codes_are_kept_as_digests_and_keys_are_sealed(
    wiki: Party, her: Browser
) -> None:
    wiki.sign_in(her)
    code = wiki.code_for(her)
    rows = [*AuthorizationCode.objects.values(), *wiki.application.secrets.values()]
    assert len(rows) == 3
    assert code not in str(rows)
    assert wiki.secret not in str(rows)
    private = SigningKey.objects.values_list("private", flat=True)[0]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT private FROM {SigningKey._meta.db_table}")
        kept = str(cursor.fetchall())
    assert '"d"' in private
    assert '"d"' not in kept


def test_who_is_not_signed_in_does_so_first_and_comes_back(wiki: Party, alice: Any) -> None:
    browser = Browser()
    asked = browser.get(wiki.url(login_hint=alice.email, prompt="login", max_age="0"))
    assert asked["Location"].startswith("/accounts/login/?")
    assert alice.email in browser.get(asked["Location"]).text
    (back,) = parse_qs(urlsplit(asked["Location"]).query)["next"]
    fields = {"login": alice.email, "password": PASSWORD, "next": back}
    answer = browser.post("/accounts/login/", fields)
    assert answer["Location"] == back
    # They have just proved who they are, and are not asked for it twice.
    assert browser.get(back).status_code == 200


def test_what_is_allowed_once_is_not_asked_again_but_more_is(wiki: Party, her: Browser) -> None:
    wiki.sign_in(her)
    assert "code" in answered(her.get(wiki.url()))
    assert her.get(wiki.url(scope="openid email profile")).status_code == 200
    assert her.get(wiki.url(prompt="consent")).status_code == 200


def test_an_app_that_anybody_may_pretend_to_be_asks_each_time(mobile: Party, her: Browser) -> None:
    """RFC 8252, section 8.6; ASVS 10.7.1."""
    mobile.sign_in(her)
    assert her.get(mobile.url()).status_code == 200
    assert answered(her.get(mobile.url(prompt="none")))["error"] == "consent_required"


def test_who_does_not_allow_it_gives_nothing(wiki: Party, her: Browser) -> None:
    query = her.get(wiki.url()).context["query"]
    got = answered(her.post("/oauth/consent", {"query": query}))
    assert got == {"error": "access_denied", "state": "a state", "iss": "http://127.0.0.1:8000"}
    assert not AuthorizationCode.objects.exists()
    assert not Consent.objects.exists()


def test_the_consent_of_one_application_is_none_for_another(wiki: Party, her: Browser) -> None:
    wiki.sign_in(her)
    row, secret = create_application(
        name="Shop", type="confidential", redirect_uris=[BACK], actor=None
    )
    got = answered(her.get(Party(row, secret).url(prompt="none")))
    assert got["error"] == "consent_required"


@pytest.mark.parametrize(
    "sent",
    [
        {"client_id": "nobody"},
        {"client_id": "\x00"},
        {"client_id": None},
        {"redirect_uri": None},
        {"redirect_uri": "https://wiki.example/back?x=1"},
        {"redirect_uri": "https://wiki.example/back/"},
        {"redirect_uri": "https://WIKI.example/back"},
        {"redirect_uri": "https://wiki.example:443/back"},
        {"redirect_uri": 'https://evil.example/è"\\'},
        {"redirect_uri": "javascript:alert(1)"},
    ],
)
def test_nothing_is_sent_to_an_address_that_is_not_registered(
    wiki: Party, her: Browser, sent: dict[str, Any]
) -> None:
    answer = her.get(wiki.url(**sent))
    assert answer.status_code == 400
    assert "Location" not in answer
    assert "<h1>" in answer.text


@pytest.mark.parametrize(
    ("sent", "error"),
    [
        ({"code_challenge": None}, "invalid_request"),
        ({"code_challenge_method": None}, "invalid_request"),
        ({"code_challenge": VERIFIER, "code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge": "short"}, "invalid_request"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": "code id_token"}, "unsupported_response_type"),
        ({"response_type": 'a"\\è'}, "invalid_request"),
        ({"response_mode": "fragment"}, "invalid_request"),
        ({"scope": "unheard-of"}, "invalid_scope"),
        ({"scope": None}, "invalid_scope"),
        ({"prompt": "none login"}, "invalid_request"),
        ({"prompt": "dance"}, "invalid_request"),
        ({"max_age": "-1"}, "invalid_request"),
        ({"max_age": "٣"}, "invalid_request"),
        ({"nonce": "n" * 301}, "invalid_request"),
        ({"request": "x"}, "request_not_supported"),
        ({"request_uri": "https://evil.example/"}, "request_uri_not_supported"),
        ({"resource": "https://api.example/"}, "invalid_target"),
        ({"state": "\u202e"}, "invalid_request"),
    ],
)
def test_what_is_wrong_is_told_the_application(
    wiki: Party, her: Browser, sent: dict[str, Any], error: str
) -> None:
    got = answered(her.get(wiki.url(**sent)))
    assert (got["error"], got["iss"]) == (error, "http://127.0.0.1:8000")
    assert not AuthorizationCode.objects.exists()


def test_a_parameter_that_comes_twice_is_refused(wiki: Party, her: Browser) -> None:
    assert answered(her.get(wiki.url() + "&scope=openid"))["error"] == "invalid_request"
    assert her.get(wiki.url() + "&redirect_uri=https://evil.example/").status_code == 400


def test_a_silent_request_never_shows_a_page(wiki: Party, her: Browser, alice: Any) -> None:
    assert answered(Browser().get(wiki.url(prompt="none")))["error"] == "login_required"
    assert answered(her.get(wiki.url(prompt="none")))["error"] == "consent_required"
    wiki.sign_in(her)
    assert "code" in answered(her.get(wiki.url(prompt="none")))
    Session.objects.filter(user=alice).update(proved_at=timezone.now() - timedelta(hours=1))
    assert answered(her.get(wiki.url(prompt="none", max_age="60")))["error"] == "login_required"
    assert (
        answered(her.get(wiki.url(prompt="none", acr_values="aal2")))["error"] == "login_required"
    )


@pytest.mark.parametrize(
    "sent", [{"prompt": "login"}, {"max_age": "60"}, {"acr_values": "aal2 phr"}]
)
def test_who_must_be_surer_asks_for_a_proof(
    wiki: Party, her: Browser, alice: Any, sent: dict[str, str]
) -> None:
    Session.objects.filter(user=alice).update(proved_at=timezone.now() - timedelta(hours=1))
    before = Session.objects.get(user=alice).id
    asked = her.get(wiki.url(**sent))
    assert asked["Location"].startswith("/accounts/reauthenticate/?")
    (back,) = parse_qs(urlsplit(asked["Location"]).query)["next"]
    answer = her.post("/accounts/reauthenticate/", {"password": PASSWORD, "next": back})
    assert answer["Location"] == back
    page = her.get(back)
    got = answered(her.post("/oauth/consent", {"query": page.context["query"], "allow": "1"}))
    claims = claims_of(wiki.redeem(got["code"]).json()["id_token"])
    assert timezone.now().timestamp() - claims["auth_time"] < 60
    # It is the same session to the applications in it.
    assert claims["sid"] == str(before)
    # What she has not proved is not said of her.
    assert claims["acr"] == "aal1"


def test_a_second_factor_shows_in_acr_and_amr(wiki: Party, alice: Any) -> None:
    browser = Browser().as_person(alice, "password", "totp")
    claims = claims_of(wiki.sign_in(browser, acr_values="aal2")["id_token"])
    assert (claims["acr"], claims["amr"]) == ("aal2", ["pwd", "otp", "mfa"])


def test_an_organization_s_application_is_for_its_members(
    alice: Any, bob: Any, charlie: Any
) -> None:
    acme = create_organization(name="Acme", owner=alice, actor=alice)
    row, secret = create_application(
        name="Intranet", type="confidential", redirect_uris=[BACK], organization=acme, actor=alice
    )
    intranet = Party(row, secret)
    membership = Membership.objects.create(organization=acme, user=bob)
    pair = intranet.sign_in(Browser().as_person(bob))
    refused = Browser().as_person(charlie).get(intranet.url())
    assert refused.status_code == 403
    assert "Acme" in refused.text
    token = pair["access_token"]
    assert asked("/oauth/userinfo", token).status_code == 200
    assert intranet.post("introspect", token=token).json()["active"]
    remove_member(membership=membership, actor=alice)
    assert asked("/oauth/userinfo", token).status_code == 401
    assert intranet.post("introspect", token=token).json() == {"active": False}
    assert intranet.refresh(pair["refresh_token"]).json()["error"] == "invalid_grant"


def test_a_disabled_application_gets_nothing(wiki: Party, her: Browser, dora: Any) -> None:
    pair = wiki.sign_in(her)
    set_application_active(application=wiki.application, active=False, actor=dora)
    assert her.get(wiki.url()).status_code == 400
    assert wiki.refresh(pair["refresh_token"]).status_code == 401
    userinfo = her.get(
        "/oauth/userinfo", headers={"Authorization": f"Bearer {pair['access_token']}"}
    )
    assert userinfo.status_code == 401


def test_from_a_page_of_ours_the_browser_goes_on_by_itself(wiki: Party, her: Browser) -> None:
    """The content security policy stops a form of ours from being answered by another site."""
    query = her.get(wiki.url()).context["query"]
    page = her.post(
        "/oauth/consent", {"query": query, "allow": "1"}, headers={"Sec-Fetch-Site": "same-origin"}
    )
    assert page.status_code == 200
    assert page.context["url"].startswith(f"{BACK}?code=")


def test_a_forged_consent_is_refused(wiki: Party, alice: Any) -> None:
    browser = Browser(enforce_csrf_checks=True).as_person(alice)
    answer = browser.post("/oauth/consent", {"query": wiki.url().partition("?")[2], "allow": "1"})
    assert answer.status_code == 403
    assert not AuthorizationCode.objects.exists()


def test_a_request_by_post_is_taken_up_with_the_session(wiki: Party, her: Browser) -> None:
    url = wiki.url()
    answer = her.post(
        "/oauth/authorize", dict(p.split("=") for p in url.partition("?")[2].split("&"))
    )
    assert answer.status_code == 303


def test_a_code_lasts_a_minute(wiki: Party, her: Browser) -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        code = wiki.code_for(her)
        clock.shift(61)
        assert wiki.redeem(code).json()["error"] == "invalid_grant"


def test_a_code_that_comes_back_takes_back_what_it_gave(
    wiki: Party, her: Browser, events: Any
) -> None:
    code = wiki.code_for(her)
    pair = wiki.redeem(code).json()
    assert wiki.redeem(code).json()["error"] == "invalid_grant"
    assert wiki.refresh(pair["refresh_token"]).json()["error"] == "invalid_grant"
    assert TokenFamily.objects.get().revoked_at is not None
    assert events("provider:code:replayed")


def test_a_code_that_comes_back_late_does_so_too(wiki: Party, her: Browser) -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        code = wiki.code_for(her)
        pair = wiki.redeem(code).json()
        clock.shift(3600)
        purge()
        assert wiki.redeem(code).json()["error"] == "invalid_grant"
        assert wiki.refresh(pair["refresh_token"]).json()["error"] == "invalid_grant"


@pytest.mark.parametrize(
    "sent",
    [
        {"code_verifier": "w" * 50},
        {"code_verifier": None},
        {"redirect_uri": "https://wiki.example/other"},
        {"redirect_uri": None},
        {"code": "x" * 43},
        {"code": None},
        {"grant_type": "password"},
        {"grant_type": None},
        {"resource": "https://api.example/"},
        {"grant_type": 'è"\\'},
    ],
)
def test_a_code_alone_is_worth_nothing(wiki: Party, her: Browser, sent: dict[str, Any]) -> None:
    answer = wiki.redeem(wiki.code_for(her), **sent)
    assert answer.status_code == 400
    assert answer.json()["error"] in {
        "invalid_grant", "invalid_request", "unsupported_grant_type", "invalid_target",
    }  # fmt: skip
    assert not TokenFamily.objects.exists()


def test_a_code_is_good_for_the_application_that_it_was_made_for(
    wiki: Party, mobile: Party, her: Browser
) -> None:
    code = wiki.code_for(her)
    assert mobile.redeem(code, redirect_uri=BACK).json()["error"] == "invalid_grant"
    assert wiki.redeem(code).status_code == 200


def test_who_has_signed_out_meanwhile_is_not_signed_in(wiki: Party, her: Browser) -> None:
    code = wiki.code_for(her)
    her.post("/accounts/logout/")
    assert wiki.redeem(code).json()["error"] == "invalid_grant"
