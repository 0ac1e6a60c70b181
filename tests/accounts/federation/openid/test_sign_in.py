"""People of Acme come by its own OpenID provider; and nobody by an answer that proves nothing."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from accounts.federation.enterprise.models import EnterpriseIdentity
from accounts.federation.enterprise.services import (
    begin_trial,
    has_passed,
    set_state,
)
from accounts.federation.openid import services
from accounts.models import User
from mago.audit.models import AuditEvent
from mago.audit.tags import Tag
from mago.core import errors
from tests.accounts.federation.enterprise.conftest import is_in, session_row
from tests.accounts.federation.provider import FakeProvider
from tests.conftest import Browser

from .conftest import AT, openid_in

pytestmark = pytest.mark.django_db


def why() -> str:
    refused = AuditEvent.objects.filter(tag=Tag.ENTERPRISE_SIGN_IN_REFUSED).latest("id")
    return str(refused.detail["why"])


def test_somebody_comes_by_the_provider_of_the_organization(sign_in: Any, browser: Browser) -> None:
    answer = sign_in(browser, next_url="/accounts/sessions/", amr=["pwd"], sid="one")
    assert (answer.status_code, answer["Location"]) == (302, "/accounts/sessions/")
    assert browser.get("/accounts/").context["user"].email == "ada@acme.example"
    assert session_row(browser).method == "oidc"


def test_the_provider_is_asked_with_pkce_a_nonce_and_what_is_demanded(
    leave: Any, acme: Any, alice: Any, peer: FakeProvider, browser: Browser
) -> None:
    provider = openid_in(
        acme, alice, peer, scopes="openid email groups", acr_values="urn:acme:mfa phr"
    )
    asked = parse_qs(urlsplit(leave(browser, provider, email="ada@acme.example")).query)
    assert asked["scope"] == ["openid email groups"]
    assert asked["acr_values"] == ["urn:acme:mfa phr"]
    assert asked["login_hint"] == ["ada@acme.example"]
    assert asked["code_challenge_method"] == ["S256"]
    assert len(asked["nonce"][0]) > 40
    assert asked["redirect_uri"] == [f"http://127.0.0.1:8000{AT}/callback/"]


def test_who_did_not_prove_themselves_as_demanded_is_refused(
    sign_in: Any, provider: Any, alice: Any, browser: Browser
) -> None:
    services.configure(provider=provider, actor=alice, acr_values="phr phrh")
    provider.refresh_from_db()
    assert sign_in(browser, acr="pwd").status_code == 403
    assert "acr is 'pwd'" in why()
    assert sign_in(Browser()).status_code == 403
    assert sign_in(browser, acr="phrh").status_code == 302


def test_groups_and_names_come_by_the_mapping_from_the_token_or_beside_it(
    sign_in: Any, provider: Any, peer: FakeProvider, browser: Browser
) -> None:
    provider.attribute_mapping = {"groups": "roles", "name": "nickname", "email": "upn"}
    provider.save()
    peer.told = {
        "sub": "ada",
        "roles": ["Ops", 7],
        "nickname": "The Countess",
        "upn": "x@evil.example",
    }
    sign_in(browser, upn="ada@acme.example", name=None)
    identity = EnterpriseIdentity.objects.get()
    assert (identity.user.name, identity.email) == ("The Countess", "ada@acme.example")


@pytest.mark.parametrize(
    ("claims", "reason"),
    [
        ({"nonce": "another"}, "of another sign-in"),
        ({"iss": "https://evil.example"}, "of another issuer"),
        ({"aud": "somebody-else"}, "InvalidAudienceError"),
        ({"aud": ["mago", "else"]}, "for others, too"),
        ({"exp": 1}, "ExpiredSignatureError"),
        ({"iat": 1}, "the token is old"),
        ({"sub": ""}, "subject cannot be used"),
    ],
)
def test_a_token_that_proves_nothing_opens_nothing(
    sign_in: Any, browser: Browser, claims: Any, reason: str
) -> None:
    page = sign_in(browser, **claims)
    assert page.status_code == 403
    assert reason in why()
    assert reason not in page.text
    assert not is_in(browser)
    assert not EnterpriseIdentity.objects.exists()


def test_an_answer_counts_once_and_in_its_browser_only(
    leave: Any, provider: Any, peer: FakeProvider, browser: Browser
) -> None:
    answer = peer.approve(leave(browser, provider), email="ada@acme.example")
    assert Browser().get(f"{AT}/callback/", answer).status_code == 400
    assert browser.get(f"{AT}/callback/", answer).status_code == 302
    browser.logout()
    assert browser.get(f"{AT}/callback/", answer).status_code == 400
    assert not is_in(browser)


def test_an_answer_of_one_organizations_provider_is_none_of_anothers(
    leave: Any, provider: Any, other: Any, charlie: Any, peer: FakeProvider
) -> None:
    """The mix-up: the browser was sent to Other's, and brings what it got to Acme's return address."""
    browser, theirs = Browser(), openid_in(other, charlie, peer)
    answer = peer.approve(leave(browser, theirs), email="ada@acme.example")
    assert browser.get(f"{AT}/callback/", answer).status_code == 400
    # And what their provider says of Acme's people opens nothing at home either.
    assert browser.get("/accounts/openid/other/entra/callback/", answer).status_code == 403
    assert not is_in(browser)


def test_the_provider_says_no(leave: Any, provider: Any, browser: Browser) -> None:
    state = parse_qs(urlsplit(leave(browser, provider)).query)["state"][0]
    said = {"state": state, "error": "access_denied", "error_description": "not assigned"}
    page = browser.get(f"{AT}/callback/", said)
    assert page.status_code == 403
    assert "access_denied: not assigned" in why()


def test_whoever_is_on_the_way_when_the_provider_is_closed_or_changed_stays_out(
    leave: Any, provider: Any, peer: FakeProvider, alice: Any
) -> None:
    first, second = Browser(), Browser()
    changed = peer.approve(leave(first, provider), email="ada@acme.example")
    closed = dict(changed)
    services.configure(provider=provider, actor=alice, scopes="openid email")
    assert first.get(f"{AT}/callback/", changed).status_code == 403
    assert "changed meanwhile" in why()
    provider.refresh_from_db()
    closed = peer.approve(leave(second, provider), email="ada@acme.example")
    set_state(provider=provider, state="disabled", actor=alice)
    assert second.get(f"{AT}/callback/", closed).status_code == 403
    assert not is_in(second)


def test_the_secret_is_sent_to_nobody_it_was_not_given_for(provider: Any, alice: Any) -> None:
    for changed in ({"issuer": "https://evil.example"}, {"client_id": "other"}):
        with pytest.raises(errors.Refused) as refusal:
            services.configure(provider=provider, actor=alice, **changed)
        assert list(refusal.value.fields) == ["secret"]
    with pytest.raises(errors.Refused) as refusal:
        services.configure(provider=provider, actor=alice, issuer="ldap://x", secret="new")
    assert list(refusal.value.fields) == ["issuer"]


def test_a_provider_that_does_not_answer_is_a_page_and_not_an_error(
    provider: Any, peer: FakeProvider, browser: Browser
) -> None:
    peer.is_up = False
    with pytest.raises(errors.Refused) as refusal:
        services.begin(provider=provider, browser="b")
    assert (refusal.value.code, refusal.value.status) == ("openid_discovery", 403)


def test_a_test_goes_all_the_way_shows_what_came_and_lets_nobody_in(
    leave: Any, acme: Any, alice: Any, peer: FakeProvider
) -> None:
    provider = openid_in(acme, alice, peer, acr_values="phr")
    set_state(provider=provider, state="draft", actor=alice)
    path = f"/accounts/openid/acme/{provider.slug}/callback/"
    browser, outcomes = Browser().as_person(alice), []
    for told in ({"acr": "pwd"}, {"acr": "phr"}, {"acr": "phr", "email": "ada@evil.example"}):
        trial = begin_trial(provider, actor=alice)
        answer = peer.approve(
            leave(browser, provider, trial=trial), **{"email": "ada@acme.example"} | told
        )
        back = browser.get(path, answer)
        assert back["Location"] == f"/accounts/enterprise/trials/{trial.pk}/"
        trial.refresh_from_db()
        failed = [check["name"] for check in trial.checks if check["passed"] is False]
        outcomes.append((has_passed(trial), failed))
        page = browser.get(back["Location"])
        assert page.status_code == 200
    assert outcomes == [
        (False, ["The token says who it is, and is genuine"]),
        (True, []),
        (False, ["The e-mail address is of a proved domain"]),
    ]
    assert trial.asserted["email"] == "ada@evil.example"
    assert not User.objects.filter(email__startswith="ada@").exists()
    # Nobody else sees what came.
    assert (
        Browser()
        .as_person(User.objects.create_user("eve@x.example"))
        .get(back["Location"])
        .status_code
        == 404
    )
