"""What is linked to one's own account."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.federation.enterprise.models import EnterpriseIdentity
from accounts.federation.models import ExternalIdentity
from accounts.mfa.models import Passkey
from accounts.mfa.selectors import has_way_in
from accounts.models import User
from accounts.organizations.services import create_organization, set_policy
from accounts.sessions.models import Session
from mago.audit.tags import Tag
from tests.accounts.federation.enterprise.conftest import organization_with, provider_in
from tests.conftest import PASSWORD, Browser

from .conftest import AT, come_back, is_in, leave
from .provider import FakeProvider

pytestmark = pytest.mark.django_db


@pytest.fixture
def identity(alice: Any, provider: FakeProvider) -> ExternalIdentity:
    return ExternalIdentity.objects.create(
        user=alice, kind="oidc", issuer=provider.issuer, subject="ada", email="ada@example.com"
    )


def without_password(user: User) -> None:
    user.set_unusable_password()
    user.save()


def grown_old(user: User) -> None:
    """They proved who they are some time ago."""
    Session.objects.filter(user=user).update(proved_at=timezone.now() - timedelta(minutes=11))


def link(browser: Browser, provider: FakeProvider, **claims: Any) -> Any:
    return come_back(browser, provider.approve(leave(browser, action="link"), **claims))


def test_one_links_what_one_has_and_signs_in_with_it(
    alice: Any, provider: FakeProvider, mails: Any, events: Any
) -> None:
    browser = Browser().as_person(alice)
    # The address there is of no matter: it was linked on purpose.
    assert link(browser, provider, email="other@example.com")["Location"] == AT
    page = browser.get(AT).text
    assert "other@example.com" in page
    assert "never used" in page
    assert mails("federation/linked", alice.email)
    assert events(Tag.IDENTITY_LINKED)[0].told_detail["subject"] == "ada"
    again = Browser()
    come_back(again, provider.approve(leave(again)))
    assert again.get(AT).context["user"] == alice


def test_where_nothing_can_be_linked_the_page_says_so(alice: Any, settings: Any) -> None:
    settings.SIGN_IN_PROVIDERS = {}
    page = Browser().as_person(alice).get(AT).text
    assert "No provider is set up here" in page
    assert "Link an account that you have anyway" not in page


def test_what_organizations_know_one_by_is_shown_and_not_ones_own_to_take_away(
    alice: Any, bob: Any, settings: Any
) -> None:
    settings.MAGO_DEPLOYMENT = "onprem"
    acme = organization_with("Acme", bob, "acme.example")
    entra = provider_in(acme, bob, name="Entra of Acme")
    known = {"provider": entra, "issuer": "i", "user": alice}
    for subject, ended_at in (("ada", None), ("left", timezone.now())):
        EnterpriseIdentity.objects.create(
            **known, subject=subject, email=f"{subject}@acme.example", ended_at=ended_at
        )
    page = Browser().as_person(alice).get(AT).text
    for words in ("Entra of Acme", "Acme", "ada@acme.example", "Your organization looks after"):
        assert words in page
    assert "left@acme.example" not in page
    assert f"{AT}{EnterpriseIdentity.objects.get(subject='ada').pk}" not in page
    assert "acme.example" not in Browser().as_person(bob).get(AT).text


def test_what_opens_one_account_opens_no_other(
    bob: Any, alice: Any, identity: ExternalIdentity, provider: FakeProvider
) -> None:
    response = link(Browser().as_person(bob), provider)
    assert (response.status_code, "linked to another account" in response.text) == (409, True)
    response = link(Browser().as_person(alice), provider)
    assert "linked to your account already" in response.text
    assert ExternalIdentity.objects.get().user == alice


def test_nobody_is_slipped_somebody_elses_identity(
    alice: Any, bob: Any, provider: FakeProvider
) -> None:
    """Who came back is not who left: signed in as another meanwhile, or not at all."""
    browser = Browser().as_person(alice)
    answer = provider.approve(leave(browser, action="link"))
    browser.as_person(bob)
    assert come_back(browser, answer).status_code == 400
    answer = provider.approve(leave(browser, action="link"))
    browser.post("/accounts/logout/")
    assert come_back(browser, answer).status_code == 400
    assert not ExternalIdentity.objects.exists()
    # Nor does an answer to a sign-in link anything to who is signed in by then.
    browser = Browser()
    answer = provider.approve(leave(browser), email=alice.email)
    browser.as_person(bob)
    come_back(browser, answer)
    assert not ExternalIdentity.objects.exists()


def test_linking_and_unlinking_ask_again_who_is_there(
    alice: Any, identity: ExternalIdentity, provider: FakeProvider
) -> None:
    browser = Browser().as_person(alice)
    grown_old(alice)
    for path in (f"{AT}oidc/link/", f"{AT}{identity.pk}/unlink/"):
        assert browser.post(path)["Location"].startswith("/accounts/reauthenticate/")
    asked = browser.get(f"{AT}{identity.pk}/unlink/")["Location"]
    assert asked.endswith("unlink%2F")
    assert ExternalIdentity.objects.exists()


def test_one_unlinks_and_is_told_by_mail(
    alice: Any, identity: ExternalIdentity, mails: Any, events: Any, provider: FakeProvider
) -> None:
    browser = Browser().as_person(alice)
    assert "ada@example.com" in browser.get(f"{AT}{identity.pk}/unlink/").text
    assert ExternalIdentity.objects.exists()
    browser.post(f"{AT}{identity.pk}/unlink/")
    assert not ExternalIdentity.objects.exists()
    assert mails("federation/unlinked", alice.email)
    assert events(Tag.IDENTITY_UNLINKED)
    again = Browser()
    come_back(again, provider.approve(leave(again), email=alice.email))
    assert not is_in(again)


def test_what_is_somebody_elses_is_not_there(bob: Any, identity: ExternalIdentity) -> None:
    browser = Browser().as_person(bob)
    path = f"{AT}{identity.pk}/unlink/"
    assert (browser.get(path).status_code, browser.post(path).status_code) == (404, 404)
    assert "ada@example.com" not in browser.get(AT).text


def unlinks(user: Any, identity: ExternalIdentity) -> bool:
    Browser().as_person(user).post(f"{AT}{identity.pk}/unlink/")
    return not ExternalIdentity.objects.filter(pk=identity.pk).exists()


def test_the_last_way_in_stays(alice: Any, identity: ExternalIdentity, settings: Any) -> None:
    without_password(alice)
    assert not unlinks(alice, identity)
    # One of a provider that is off opens nothing.
    other = ExternalIdentity.objects.create(user=alice, kind="google", issuer="g", subject="s")
    assert not unlinks(alice, identity)
    settings.SIGN_IN_PROVIDERS["google"] = {"client_id": "x", "secret": "y"}
    assert unlinks(alice, identity)
    assert not unlinks(alice, other)


def test_a_passkey_that_opens_by_itself_is_a_way_in(alice: Any, identity: ExternalIdentity) -> None:
    without_password(alice)
    passkey = {"user": alice, "name": "Key", "confirmed": True, "is_discoverable": True}
    Passkey.objects.create(**passkey, credential_id=b"x", public_key=b"y")
    assert unlinks(alice, identity)


def test_a_way_that_a_policy_shuts_is_none(alice: Any, identity: ExternalIdentity) -> None:
    acme = create_organization(name="Acme", owner=alice, actor=alice)
    policy = set_policy(organization=acme, methods=["oidc"], actor=alice)
    assert not unlinks(alice, identity)
    policy.delete()
    assert unlinks(alice, identity)


def test_the_last_factor_may_go_where_a_provider_still_lets_one_in(
    alice: Any, identity: ExternalIdentity
) -> None:
    without_password(alice)
    assert has_way_in(alice, [])
    identity.delete()
    assert not has_way_in(alice, [])


def prove(browser: Browser, provider: FakeProvider, **claims: Any) -> Any:
    answer = provider.approve(leave(browser, action="prove", next=AT), **claims)
    return come_back(browser, answer)


def test_whoever_has_nothing_else_proves_again_by_the_provider(
    alice: Any, identity: ExternalIdentity, provider: FakeProvider
) -> None:
    without_password(alice)
    browser = Browser().as_person(alice, "federated")
    grown_old(alice)
    assert "Confirm with OIDC" in browser.get("/accounts/reauthenticate/").text
    now = int(timezone.now().timestamp())
    # Without being asked again there, by somebody else's account, or without a word of when.
    for claims in ({"auth_time": now - 3600}, {"sub": "eve", "auth_time": now}, {}):
        assert prove(browser, provider, **claims).status_code == 400
        assert browser.post(f"{AT}oidc/link/").status_code == 302
    assert prove(browser, provider, auth_time=now)["Location"] == AT
    assert browser.post(f"{AT}oidc/link/").status_code == 200


def test_whoever_has_better_proves_by_that(
    alice: Any, identity: ExternalIdentity, provider: FakeProvider
) -> None:
    browser = Browser().as_person(alice)
    assert browser.post(f"{AT}oidc/prove/").status_code == 404
    assert "Confirm with" not in browser.get("/accounts/reauthenticate/").text


def test_the_list_costs_as_much_for_ten_as_for_one(alice: Any, provider: FakeProvider) -> None:
    browser, counts = Browser().as_person(alice), []
    for start in (0, 1):
        ExternalIdentity.objects.bulk_create(
            ExternalIdentity(user=alice, kind="oidc", issuer="i", subject=str(n))
            for n in range(start, start + 9 * start + 1)
        )
        with CaptureQueriesContext(connection) as queries:
            browser.get(AT)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_one_signs_in_with_the_password_as_before(alice: Any, identity: ExternalIdentity) -> None:
    browser = Browser()
    browser.post("/accounts/login/", {"login": alice.email, "password": PASSWORD})
    assert is_in(browser)
