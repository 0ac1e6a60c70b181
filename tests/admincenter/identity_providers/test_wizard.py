"""alice sets Acme's provider up, tests it and puts it to work; a customer's administrator does so by a link."""

import html
import re
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.access.models import Membership, RoleBinding
from accounts.access.services import create_custom_role, grant_role
from accounts.federation.enterprise.models import (
    EnterpriseIdentity,
    IdentityProvider,
    SetupLink,
)
from accounts.federation.enterprise.services import set_state
from accounts.federation.enterprise.services.setup_links import create_link
from accounts.organizations.models import Domain
from admincenter.selectors import identity_providers
from mago.audit.tags import Tag
from mago.core import keyset
from tests.accounts.federation.enterprise.conftest import provider_in
from tests.accounts.federation.provider import CLIENT, FakeProvider
from tests.conftest import Browser

pytestmark = pytest.mark.django_db

AT = "/admincenter/identity-providers/acme/"
VALUES = {"client_id": CLIENT["client_id"], "secret": CLIENT["secret"], "scopes": "openid email"}


@pytest.fixture
def owner(alice: Any) -> Browser:
    return Browser().as_person(alice)


def draft(owner: Browser) -> str:
    """The address of a new provider's page."""
    page = owner.post(f"{AT}create/", {"kind": "oidc", "name": "Keycloak"})
    assert page.status_code == 302
    return str(page["Location"]).removesuffix("steps/values/")


def round_trip(browser: Browser, way: Any, peer: FakeProvider, **claims: Any) -> Any:
    """From the page that leads to the provider, to it and back; the page of results."""
    url = re.search(r'content="0;url=([^"]+)"', way.text)
    assert url
    told = {"email": "ada@acme.example", "name": "Ada", "groups": ["Ops"]} | claims
    back = browser.get(
        "/accounts/openid/acme/keycloak/callback/", peer.approve(html.unescape(url[1]), **told)
    )
    return browser.get(back["Location"])


def test_a_provider_is_set_up_step_by_step_tested_and_put_to_work(
    owner: Browser, acme: Any, peer: FakeProvider
) -> None:
    at = draft(owner)
    assert "/accounts/openid/acme/keycloak/callback/" in owner.get(f"{at}steps/values/").text
    wrong = owner.post(f"{at}steps/settings/", VALUES | {"issuer": "no address"})
    assert wrong.status_code == 400
    assert owner.post(f"{at}test/").status_code == 302
    assert not IdentityProvider.objects.of(acme).get().trials.exists()
    done = owner.post(f"{at}steps/settings/", VALUES | {"issuer": peer.issuer})
    assert done["Location"] == f"{at}steps/mapping/"
    # Nobody comes in by what was not tested.
    owner.post(f"{at}state/", {"state": "trial"})
    provider = IdentityProvider.objects.of(acme).get()
    assert provider.state == "draft"
    results = round_trip(owner, owner.post(f"{at}test/"), peer)
    assert "Everything is as it should be." in results.text
    # The mapping shows what it would make of what came, before it is saved.
    looked = owner.post(f"{at}steps/mapping/", {"groups": "groups", "name": "sub", "preview": "1"})
    assert "<bdi>Ops</bdi>" in looked.text
    provider.refresh_from_db()
    assert provider.attribute_mapping == {}
    owner.post(f"{at}steps/mapping/", {"groups": "groups", "provisions": "on"})
    provider.refresh_from_db()
    assert (provider.attribute_mapping, provider.provisions) == ({"groups": "groups"}, True)
    # What was changed is tested anew.
    owner.post(f"{at}state/", {"state": "trial"})
    provider.refresh_from_db()
    assert provider.state == "draft"
    round_trip(owner, owner.post(f"{at}test/"), peer)
    for state in ("trial", "live"):
        owner.post(f"{at}state/", {"state": state})
        provider.refresh_from_db()
        assert provider.state == state


def test_a_test_that_fails_says_what_and_the_provider_stays_a_draft(
    owner: Browser, acme: Any, peer: FakeProvider
) -> None:
    at = draft(owner)
    owner.post(f"{at}steps/settings/", VALUES | {"issuer": peer.issuer, "secret": "wrong"})
    results = owner.get(owner.post(f"{at}test/")["Location"])
    assert "Something is not as it should be." in results.text
    assert "It accepts the secret" in results.text
    owner.post(f"{at}steps/settings/", VALUES | {"issuer": peer.issuer})
    results = round_trip(owner, owner.post(f"{at}test/"), peer, email="ada@evil.example")
    assert "is not proved by this organization" in results.text
    owner.post(f"{at}state/", {"state": "trial"})
    assert IdentityProvider.objects.of(acme).get().state == "draft"


def test_no_page_shows_the_secret(owner: Browser, acme: Any, peer: FakeProvider) -> None:
    at = draft(owner)
    owner.post(f"{at}steps/settings/", VALUES | {"issuer": peer.issuer})
    for path in ("", "steps/values/", "steps/settings/", "steps/mapping/", "steps/test/"):
        page = owner.get(f"{at}{path}")
        assert page.status_code == 200
        assert CLIENT["secret"] not in page.text


def test_whoever_maps_groups_gives_no_more_than_they_hold(
    owner: Browser, acme: Any, alice: Any, bob: Any, provider: Any
) -> None:
    at = f"{AT}{provider.pk}/roles/"
    sent = {"group_0": "Ops", "role_0": "operator", "default_role": "guest"}
    assert owner.post(at, sent).status_code == 302
    assert list(provider.group_roles.values_list("group", "role")) == [("Ops", "operator")]
    assert 'value="Ops"' in owner.get(at).text
    # bob may edit providers, and bind what he holds; an owner he is not.
    helper = create_custom_role(
        organization=acme,
        name="Helper",
        permissions=[
            "identity_providers:edit",
            "identity_providers:read",
            "organizations:read",
            "roles:bind",
        ],
        actor=alice,
    )
    Membership.objects.create(organization=acme, user=bob)
    grant_role(user=bob, role=helper, actor=alice, scope=acme.access_scope)
    browser = Browser().as_person(bob)
    refused = browser.post(at, sent | {"group_1": "Chiefs", "role_1": "organization-owner"})
    assert refused.status_code == 403
    assert "You cannot grant or take" in refused.text
    # Nor may he take away what he could not give.
    assert browser.post(at, {"default_role": ""}).status_code == 403
    assert provider.group_roles.count() == 1


def test_a_customers_administrator_sets_it_up_by_a_link_without_an_account(
    owner: Browser, acme: Any, peer: FakeProvider, events: Any
) -> None:
    at = draft(owner)
    page = owner.post(f"{at}links/new/")
    assert "no-store" in page["Cache-Control"]
    link = re.search(r"http://[^\"]+(/accounts/enterprise/set-up/open/[\w-]+/)", page.text)
    assert link
    assert link[1] not in owner.get(at).text
    customer, thief = Browser(), Browser()
    assert "Begin here" in customer.get(link[1]).text
    assert customer.post(link[1])["Location"] == "/accounts/enterprise/set-up/steps/values/"
    # Opened: in this browser, and in no other.
    assert thief.get(link[1]).status_code == 400
    assert thief.post(link[1]).status_code == 400
    assert thief.get("/accounts/enterprise/set-up/steps/values/").status_code == 400
    steps = "/accounts/enterprise/set-up/steps/"
    assert "/keycloak/callback/" in customer.get(f"{steps}values/").text
    saved = customer.post(f"{steps}settings/", VALUES | {"issuer": peer.issuer})
    assert saved["Location"] == f"{steps}mapping/"
    results = round_trip(customer, customer.post("/accounts/enterprise/set-up/test/"), peer)
    assert "Everything is as it should be." in results.text
    assert customer.get(f"{steps}test/").status_code == 200
    # Of this provider only, and nothing beside it.
    for path in (at, f"{at}roles/", "/admincenter/", "/accounts/"):
        assert customer.get(path).status_code == 302
    assert len(events(Tag.SETUP_LINK_OPENED)) == 1
    # Taken back, it is over at once.
    pk = SetupLink.objects.get().pk
    assert owner.post(f"{at}links/{pk}/revoke/").status_code == 302
    assert customer.get(f"{steps}settings/").status_code == 400


def test_a_link_ends_with_its_week_with_its_maker_and_when_the_provider_is_put_to_work(
    owner: Browser, acme: Any, alice: Any, provider: Any, time_machine: Any
) -> None:
    def opened() -> Browser:
        set_state(provider=provider, state="trial", actor=None)
        provider.refresh_from_db()
        _link, address = create_link(provider=provider, actor=alice)
        browser = Browser()
        browser.post(address.removeprefix("http://127.0.0.1:8000"))
        assert works(browser)
        return browser

    def works(browser: Browser) -> bool:
        page = browser.get("/accounts/enterprise/set-up/steps/settings/")
        return bool(page.status_code == 200)

    browser = opened()
    set_state(provider=provider, state="live", actor=None)
    assert not works(browser)
    provider.refresh_from_db()
    assert owner.post(f"{AT}{provider.pk}/links/new/").status_code == 302
    browser = opened()
    type(alice).objects.filter(pk=alice.pk).update(is_active=False)
    assert not works(browser)
    type(alice).objects.filter(pk=alice.pk).update(is_active=True)
    assert works(browser)
    # Who may no longer change it has left no way behind to do so.
    held = RoleBinding.objects.filter(user=alice)
    held.update(expires_at=timezone.now())
    assert not works(browser)
    held.update(expires_at=None)
    time_machine.move_to(timezone.now() + timedelta(days=7, seconds=1))
    assert not works(browser)


def test_domains_are_led_tried_and_enforced_and_emergency_accounts_named(
    owner: Browser, acme: Any, alice: Any, provider: Any
) -> None:
    domain = Domain.objects.of(acme).get()
    at = f"{AT}domains/{domain.pk}/route/"

    def lead(step: str) -> str:
        page = owner.post(at, {"provider": str(provider.pk), "enforcement": step}, follow=True)
        return str(page.text)

    assert "It counts from the next sign-in on." in lead("off")
    assert "Let it be on trial first" in lead("enforced")
    lead("trial")
    assert "Name an owner first" in lead("enforced")
    owner.post(f"{AT}emergency/name/", {"user": str(alice.pk)})
    page = lead("enforced")
    assert "Entra · Enforced" in page
    assert (
        "Name another one first"
        in owner.post(f"{AT}emergency/{alice.pk}/remove/", follow=True).text
    )
    owner.post(at, {"provider": "", "enforcement": "off"})
    assert "Entra · " not in owner.get(AT).text


def test_an_identity_is_removed_so_that_an_address_can_have_a_new_owner(
    owner: Browser, alice: Any, provider: Any, bob: Any, events: Any
) -> None:
    identity = EnterpriseIdentity.objects.create(
        provider=provider, issuer="i", subject="bob", user=bob, email=bob.email
    )
    at = f"{AT}{provider.pk}/"
    assert bob.email in owner.get(at).text
    owner.post(f"{at}identities/{identity.pk}/remove/")
    assert not EnterpriseIdentity.objects.exists()
    assert len(events(Tag.ENTERPRISE_IDENTITY_REMOVED)) == 1


def test_the_list_shows_what_one_may_see_and_nothing_of_others(
    owner: Browser, provider: Any, other: Any, charlie: Any, dora: Any
) -> None:
    theirs = provider_in(other, charlie, kind="oidc")
    type(theirs).objects.of(other).update(name="Okta of Other")
    path = "/admincenter/identity-providers/"
    assert "Okta of Other" not in owner.get(path).text
    assert "Entra" in owner.get(path).text
    everything = Browser().as_person(dora).get(path).text
    assert "Okta of Other" in everything
    assert "Entra" in everything
    assert owner.get(f"{path}other/").status_code == 404
    assert owner.get(f"{path}acme/{theirs.pk}/").status_code == 404
    assert owner.post(f"{path}acme/{theirs.pk}/remove/").status_code == 404


def test_the_list_is_paged_and_counts_those_whom_a_provider_still_knows(
    provider: Any, other: Any, charlie: Any, dora: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    theirs, now = provider_in(other, charlie, kind="oidc"), timezone.now()
    for person, ended in ((dora, None), (charlie, now)):
        one = {"provider": theirs, "issuer": "x", "subject": person.email, "user": person}
        EnterpriseIdentity.objects.create(**one, last_seen_at=now, ended_at=ended)
    monkeypatch.setattr(keyset.KeysetPage.__init__, "__defaults__", ("", 1))
    monkeypatch.setattr(identity_providers, "FEW", 1)
    browser, path = Browser().as_person(dora), "/admincenter/identity-providers/"
    first = browser.get(path)
    [row] = first.context["rows"].rows
    assert (row, row.people, row.last_used_at, row.endings) == (theirs, 1, now, [])
    # More organizations than a list is for.
    assert "Find an organization" in first.text
    second = browser.get(path + first.context["next_url"])
    [row] = second.context["rows"].rows
    assert (row, row.people, row.last_used_at) == (provider, 0, None)
    assert second.context["next_url"] == ""


def test_in_the_cloud_only_the_platform_allows_it(
    owner: Browser, acme: Any, dora: Any, settings: Any
) -> None:
    settings.MAGO_DEPLOYMENT = "cloud"
    sent = {"kind": "oidc", "name": "Keycloak"}
    assert owner.post(f"{AT}create/", sent).status_code == 403
    assert owner.post(f"{AT}allow/").status_code == 403
    platform = Browser().as_person(dora)
    assert platform.post(f"{AT}allow/").status_code == 302
    assert owner.post(f"{AT}create/", sent).status_code == 302
    assert platform.post(f"{AT}disallow/").status_code == 302
    assert owner.post(f"{AT}create/", sent).status_code == 403


def test_garbage_is_refused_and_never_an_error(owner: Browser, provider: Any) -> None:
    at = f"{AT}{provider.pk}/"
    for path, sent in (
        (f"{AT}create/", {"kind": "kerberos", "name": ""}),
        (f"{at}state/", {"state": "draft"}),
        (f"{at}state/", {}),
        (f"{at}steps/nothing/", {}),
        (f"{at}steps/settings/", {"issuer": "\x00"}),
        (f"{at}steps/mapping/", {"groups": "x" * 300}),
        (f"{at}roles/", {"group_0": "Ops"}),
        (f"{at}roles/", {"group_0": "Ops", "role_0": "platform-administrator"}),
        (f"{AT}emergency/name/", {"user": "nobody"}),
        (f"{AT}domains/{provider.pk}/route/", {}),
    ):
        assert owner.post(path, sent).status_code in (400, 404), path
