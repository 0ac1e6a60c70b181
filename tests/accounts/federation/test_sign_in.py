"""Who comes by a provider: known, new, or to be proved first."""

from typing import Any

import pytest

from accounts.access.models import Membership
from accounts.federation.models import ExternalIdentity, SocialProvider
from accounts.models import User
from accounts.organizations.services import create_organization, set_policy
from mago.audit.tags import Tag
from tests.conftest import PASSWORD, Browser

from .conftest import AT, come_back, is_in, leave, use
from .provider import CLIENT, FakeProvider

pytestmark = pytest.mark.django_db


def linked(user: Any, provider: FakeProvider, subject: str = "ada") -> ExternalIdentity:
    return ExternalIdentity.objects.create(
        user=user, kind="oidc", issuer=provider.issuer, subject=subject
    )


def test_a_new_person_with_a_proved_address_has_an_account_without_a_password(
    sign_in: Any, browser: Browser, events: Any
) -> None:
    response = sign_in(browser, name="Ada", next="/accounts/sessions/")
    assert (response.status_code, response["Location"]) == (302, "/accounts/sessions/")
    user = User.objects.get(email="ada@example.com")
    assert (user.name, user.is_confirmed, user.has_usable_password()) == ("Ada", True, False)
    session = user.sessions.get()
    assert (session.method, session.proofs, session.strength) == ("oidc", "federated", 1)
    assert user.external_identities.get().subject == "ada"
    assert [event.detail["provider"] for event in events(Tag.IDENTITY_LINKED)] == ["oidc"]


def test_whoever_comes_again_is_known_by_subject_whatever_their_address_says(
    sign_in: Any, browser: Browser, alice: Any, bob: Any, provider: FakeProvider
) -> None:
    linked(alice, provider)
    sign_in(browser, email=bob.email)
    assert browser.get("/accounts/").context["user"] == alice
    identity = alice.external_identities.get()
    assert identity.last_used_at is not None
    assert identity.email == bob.email
    alice.refresh_from_db()
    assert alice.email == "alice@example.com"


def test_subjects_differ_by_case(sign_in: Any, alice: Any, provider: FakeProvider) -> None:
    linked(alice, provider, "abc")
    browser = Browser()
    sign_in(browser, sub="ABC", email="other@example.com")
    assert browser.get("/accounts/").context["user"].email == "other@example.com"


def test_the_same_subject_of_another_issuer_is_somebody_else(
    settings: Any, monkeypatch: pytest.MonkeyPatch, alice: Any
) -> None:
    mine, other = FakeProvider(), FakeProvider("https://accounts.example.org")
    use(settings, monkeypatch, oidc=other)
    linked(alice, mine)
    browser = Browser()
    come_back(browser, other.approve(leave(browser), email="ada@example.org"))
    assert browser.get("/accounts/").context["user"] != alice


def test_an_existing_account_is_signed_in_to_before_it_is_linked(
    sign_in: Any, browser: Browser, alice: Any, mails: Any, events: Any
) -> None:
    to_login = sign_in(browser, email="Alice@Example.com")
    assert to_login["Location"] == "/accounts/login/?next=%2Faccounts%2Fidentities%2Fconfirm%2F"
    assert not is_in(browser)
    assert not ExternalIdentity.objects.exists()
    fields = {"login": alice.email, "password": PASSWORD, "next": f"{AT}confirm/"}
    assert browser.post("/accounts/login/", fields)["Location"] == f"{AT}confirm/"
    # Looking at the question links nothing.
    assert "Link OpenID Connect?" in browser.get(f"{AT}confirm/").text
    assert not ExternalIdentity.objects.exists()
    browser.post(f"{AT}confirm/")
    assert alice.external_identities.get().subject == "ada"
    assert mails("federation/linked", alice.email)
    assert events(Tag.IDENTITY_LINKED)[0].actor_id == alice.pk
    again = Browser()
    sign_in(again, email="alice@example.com")
    assert is_in(again)


def test_another_person_who_signs_in_there_is_not_asked_to_link(
    sign_in: Any, browser: Browser, alice: Any, bob: Any
) -> None:
    sign_in(browser, email=alice.email)
    browser.post("/accounts/login/", {"login": bob.email, "password": PASSWORD})
    assert browser.post(f"{AT}confirm/")["Location"] == AT
    assert not ExternalIdentity.objects.exists()


def test_an_address_that_nobody_vouches_for_is_answered_alike_and_proved_by_mail(
    sign_in: Any, alice: Any, mails: Any, link_in: Any
) -> None:
    known, unknown, elsewhere = Browser(), Browser(), Browser()
    answers = [
        sign_in(known, sub="eve", email=alice.email, email_verified=False),
        sign_in(unknown, sub="ada", email_verified=None),
    ]
    assert [(a.status_code, a["Location"]) for a in answers] == [(302, f"{AT}check-mail/")] * 2
    assert [m.template for m in mails()] == [
        "federation/account_exists",
        "federation/confirm_email",
    ]
    assert not ExternalIdentity.objects.exists()
    link = link_in("federation/confirm_email")
    # Whoever only has the mail is not who began: theirs is not the identity that would open the account.
    assert (elsewhere.get(link).status_code, elsewhere.post(link).status_code) == (400, 400)
    assert unknown.get(link).status_code == 200
    assert unknown.post(link)["Location"] == "/accounts/"
    assert is_in(unknown)
    assert User.objects.get(email="ada@example.com").is_confirmed
    assert Browser().post(link).status_code == unknown.post(link).status_code == 400
    assert not alice.external_identities.exists()


@pytest.mark.parametrize("email", [None, "", "no address", "a\r\nb@example.com", "x" * 300])
def test_without_an_address_there_is_no_account(
    sign_in: Any, browser: Browser, email: Any, provider: FakeProvider
) -> None:
    provider.told = {"sub": "ada"}
    response = sign_in(browser, email=email)
    assert response.status_code == 400
    assert "did not tell us an e-mail address" in response.text
    assert not User.objects.exists()


def test_a_second_factor_is_asked_for_here_too(
    sign_in: Any, browser: Browser, alice: Any, totp_of: Any, provider: FakeProvider
) -> None:
    linked(alice, provider)
    totp_of(alice)
    assert sign_in(browser)["Location"] == "/accounts/mfa/verify/"
    assert not is_in(browser)


def test_a_policy_that_does_not_name_it_keeps_it_shut(
    sign_in: Any, browser: Browser, alice: Any, bob: Any, provider: FakeProvider
) -> None:
    acme = create_organization(name="Acme", owner=alice, actor=alice)
    Membership.objects.create(organization=acme, user=bob)
    set_policy(organization=acme, methods=["password"], actor=alice)
    linked(bob, provider)
    assert sign_in(browser).status_code == 403
    assert not is_in(browser)


def test_a_disabled_account_stays_shut(
    sign_in: Any, browser: Browser, person: Any, provider: FakeProvider
) -> None:
    linked(person("eve", is_active=False), provider)
    assert sign_in(browser).status_code == 403
    assert not is_in(browser)


def test_a_disabled_provider_lets_nobody_in_also_who_is_on_the_way(
    browser: Browser, alice: Any, provider: FakeProvider, settings: Any, link_in: Any
) -> None:
    settings.SIGN_IN_PROVIDERS = {}
    row = {**CLIENT, "name": "Ours", "issuer": provider.issuer, "is_enabled": True}
    SocialProvider.objects.create(kind="oidc", **row)
    linked(alice, provider)
    by_mail = Browser()
    come_back(by_mail, provider.approve(leave(by_mail), sub="eve", email_verified=False))
    link = link_in("federation/confirm_email")
    answer = provider.approve(leave(browser))
    SocialProvider.objects.update(is_enabled=False)
    assert browser.post(f"{AT}oidc/begin/").status_code == 403
    assert come_back(browser, answer).status_code == 403
    assert by_mail.post(link).status_code == 403
    assert not is_in(browser)
    assert provider.posted == provider.posted[:1]
    assert "Ours" not in Browser().get("/accounts/login/").text


def test_the_entrance_offers_what_is_enabled_and_nothing_else(
    provider: FakeProvider, settings: Any
) -> None:
    for page in ("/accounts/login/", "/accounts/signup/"):
        assert "Continue with OIDC" in Browser().get(page).text
    settings.SIGN_IN_PROVIDERS = {}
    assert "Continue with" not in Browser().get("/accounts/login/").text
    assert Browser().post(f"{AT}oidc/begin/").status_code == 404
    assert Browser().post(f"{AT}pigeon/begin/").status_code == 404


def test_a_provider_that_is_down_is_told_and_left_alone(
    provider: FakeProvider, browser: Browser, events: Any
) -> None:
    provider.is_up = False
    for _ in range(3):
        assert browser.post(f"{AT}oidc/begin/").status_code == 503
    assert len(provider.asked) == 1
    assert events(Tag.FEDERATED_SIGN_IN_FAILED)[0].detail["step"] == "discovery"


def test_whoever_says_no_there_is_told_so_kindly(browser: Browser, provider: FakeProvider) -> None:
    state = provider.approve(leave(browser))["state"]
    response = come_back(browser, {"state": state, "error": "access_denied"})
    assert (response.status_code, "did not go on" in response.text) == (400, True)
