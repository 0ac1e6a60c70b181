"""The address comes first and says where to go; what an organization enforces holds, but for its emergency account."""

import re
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.utils import timezone

from accounts.access.models import Membership
from accounts.access.roles import RoleName
from accounts.access.services import grant_role, join
from accounts.federation.enterprise.models import OtherWay
from accounts.federation.enterprise.services import (
    allow,
    create_provider,
    name_break_glass,
    remove_route,
    set_route,
    set_state,
    unname_break_glass,
)
from accounts.models import User
from accounts.organizations.models import Domain
from accounts.organizations.services import grant_on_platform
from mago.audit.tags import Tag
from mago.core.errors import Conflict, Refused
from tests.accounts.federation.enterprise.conftest import is_in
from tests.accounts.federation.provider import FakeProvider
from tests.conftest import PASSWORD, App, Browser

pytestmark = pytest.mark.django_db

LOGIN = "/accounts/login/"


@pytest.fixture
def domain(acme: Any) -> Any:
    return Domain.objects.of(acme).get()


@pytest.fixture
def route(provider: Any, domain: Any, alice: Any) -> Any:
    return set_route(domain=domain, provider=provider, enforcement="off", actor=alice)


@pytest.fixture
def enforced(route: Any, provider: Any, domain: Any, acme: Any, alice: Any) -> Any:
    name_break_glass(organization=acme, user=alice, actor=alice)
    for step in ("trial", "enforced"):
        route = set_route(domain=domain, provider=provider, enforcement=step, actor=alice)
    return route


@pytest.fixture
def bert(acme: Any) -> Any:
    """A member with an address of Acme's domain and a password."""
    user = User.objects.create_user(
        "bert@acme.example", PASSWORD, email_confirmed_at=timezone.now()
    )
    Membership.objects.create(organization=acme, user=user)
    return user


def send(browser: Browser, email: str, **more: str) -> Any:
    return browser.post(LOGIN, {"login": email, **more})


def shape(page: Any) -> str:
    """The page without what is another one each time."""
    return re.sub(
        r'csrf\w+" value="[^"]+"|nonce-[\w=+/-]+|\w+@\w+\.example|[0-9a-f]{32}', "", page.text
    )


def test_the_address_leads_to_the_provider_of_its_domain(
    route: Any, peer: FakeProvider, browser: Browser
) -> None:
    page = browser.get(f"{LOGIN}?next=/accounts/sessions/")
    assert 'type="password"' not in page.text
    assert "way=password" in page.text
    page = send(browser, " Ada@ACME.example", next="/accounts/sessions/")
    assert f"{peer.issuer}/authorize?" in page.text
    assert "login_hint=ada%40acme.example" in page.text


def test_no_answer_tells_whether_an_address_is_known(route: Any, bert: Any, alice: Any) -> None:
    """Known and unknown, of a domain that has a provider and of one that has none."""
    for known, unknown in (
        (bert.email, "nobody@acme.example"),
        (alice.email, "nobody@example.com"),
    ):
        first, second = send(Browser(), known), send(Browser(), unknown)
        assert first.status_code == second.status_code == 200
        strip = r'content="0;url=[^"]+"|href="https?:[^"]+"|value="[^"]*"'
        assert re.sub(strip, "", shape(first)) == re.sub(strip, "", shape(second))


def test_whoever_has_a_password_gets_to_it_in_one_step(route: Any, alice: Any) -> None:
    page = Browser().get(f"{LOGIN}?way=password")
    assert 'type="password"' in page.text
    browser = Browser()
    page = send(browser, alice.email)
    assert 'type="password"' in page.text
    assert f'value="{alice.email}"' in page.text
    assert send(browser, alice.email, password=PASSWORD).status_code == 302
    assert is_in(browser)


def test_without_a_provider_the_page_asks_for_both_as_ever(provider: Any, browser: Browser) -> None:
    assert 'type="password"' in browser.get(LOGIN).text


@pytest.mark.parametrize("ends", ["provider", "domain", "organization", "cloud"])
def test_a_route_that_does_not_count_leads_nowhere(  # noqa: PLR0917
    route: Any, provider: Any, domain: Any, acme: Any, alice: Any, settings: Any, ends: str
) -> None:
    if ends == "provider":
        set_state(provider=provider, state="disabled", actor=alice)
    elif ends == "domain":
        Domain.objects.of(acme).update(proved_at=None)
    elif ends == "organization":
        acme.is_active = False
        acme.save()
    else:
        settings.MAGO_DEPLOYMENT = "cloud"
    page = send(Browser(), "ada@acme.example")
    assert page.status_code == 400
    assert 'type="password"' in page.text


def test_in_the_cloud_the_platform_allows_it_for_one_organization(
    route: Any, acme: Any, alice: Any, dora: Any, settings: Any
) -> None:
    settings.MAGO_DEPLOYMENT = "cloud"
    with pytest.raises(Refused):
        allow(organization=acme, allowed=True, actor=alice)
    allow(organization=acme, allowed=True, actor=dora)
    assert "Entra" in send(Browser(), "ada@acme.example").text
    allow(organization=acme, allowed=False, actor=dora)
    assert "Entra" not in send(Browser(), "ada@acme.example").text


def test_on_trial_both_ways_are_open_and_who_would_be_locked_out_is_known(
    route: Any, provider: Any, alice: Any, bert: Any, sign_in: Any
) -> None:
    set_route(domain=route.domain, provider=provider, enforcement="trial", actor=alice)
    browser = Browser()
    send(browser, bert.email, password=PASSWORD)
    assert is_in(browser)
    sign_in(Browser())
    assert [(way.user, way.method) for way in OtherWay.objects.everywhere(reason="test")] == [
        (bert, "password")
    ]


def test_what_is_enforced_holds_for_every_door(enforced: Any, bert: Any, events: Any) -> None:
    browser, app = Browser(), App()
    page = send(browser, bert.email, password=PASSWORD)
    assert page.status_code == 403
    assert "sign in with Entra" in page.text
    answer = app.post("auth/login", {"email": bert.email, "password": PASSWORD})
    assert (answer.status_code, answer.json()["code"]) == (403, "provider_required")
    assert not is_in(browser)
    assert [event.detail["reason"] for event in events(Tag.SIGN_IN_REFUSED)] == [
        "provider_required"
    ] * 2


def test_by_the_provider_they_come_in(enforced: Any, bert: Any, sign_in: Any) -> None:
    browser = Browser()
    assert sign_in(browser, sub="bert", email=bert.email).status_code == 302
    assert browser.get("/accounts/").context["user"] == bert


def test_the_emergency_account_comes_in_and_everybody_in_charge_hears_of_it(
    enforced: Any, acme: Any, alice: Any, events: Any, mails: Any
) -> None:
    alice.email = "alice@acme.example"
    alice.save()
    erin = User.objects.create_user("erin@example.com", email_confirmed_at=timezone.now())
    join(organization=acme, user=erin, actor=None)
    grant_role(user=erin, role=RoleName.ORGANIZATION_OWNER, actor=None, scope=acme.access_scope)
    browser = Browser()
    assert send(browser, alice.email, password=PASSWORD).status_code == 302
    assert is_in(browser)
    assert [event.actor_id for event in events(Tag.BREAK_GLASS_USED)] == [alice.pk]
    [mail] = mails("break_glass_used")
    assert mail.recipient == erin.email
    at_home = Browser().as_person(erin)
    for name in ("link", "members"):
        assert at_home.get(urlsplit(mail.variables()[name]).path).status_code == 200


def test_whoever_administers_the_platform_is_locked_out_by_nobody(
    enforced: Any, dora: Any, events: Any
) -> None:
    dora.email = "dora@acme.example"
    dora.save()
    browser = Browser()
    send(browser, dora.email, password=PASSWORD)
    assert "/mfa/" in browser.get("/accounts/mfa/verify/").request["PATH_INFO"] or is_in(browser)
    assert not events(Tag.SIGN_IN_REFUSED)


def test_nobody_enforces_what_was_not_tried_or_would_lock_everybody_out(
    route: Any, provider: Any, domain: Any, acme: Any, alice: Any
) -> None:
    def enforce(step: str) -> str:
        try:
            set_route(domain=domain, provider=provider, enforcement=step, actor=alice)
        except Refused as refusal:
            return refusal.code
        return "done"

    assert enforce("enforced") == "no_trial"
    assert enforce("trial") == "done"
    assert enforce("enforced") == "no_break_glass"
    name_break_glass(organization=acme, user=alice, actor=alice)
    set_state(provider=provider, state="trial", actor=alice)
    provider.refresh_from_db()
    assert enforce("enforced") == "provider_closed"
    set_state(provider=provider, state="live", actor=alice)
    provider.refresh_from_db()
    assert enforce("enforced") == "done"
    with pytest.raises(Conflict):
        unname_break_glass(organization=acme, user=alice, actor=alice)


def test_only_an_owner_with_a_way_of_their_own_is_an_emergency_account(
    acme: Any, alice: Any, bert: Any
) -> None:
    for user in (bert, alice):
        if user == alice:
            alice.set_unusable_password()
            alice.save()
        with pytest.raises(Refused):
            name_break_glass(organization=acme, user=user, actor=alice)


def test_the_trail_tells_by_which_provider_people_of_a_domain_came_before(
    domain: Any, provider: Any, acme: Any, alice: Any, events: Any
) -> None:
    second = create_provider(organization=acme, kind="oidc", name="Okta", actor=alice)
    for one in (provider, second):
        route = set_route(domain=domain, provider=one, enforcement="off", actor=alice)
    remove_route(route=route, actor=alice)
    told = [
        (event.detail["before"], event.detail["after"])
        for event in events(Tag.ENTERPRISE_ROUTE_CHANGED)
    ]
    nowhere, entra, okta = (
        {"provider": name, "enforcement": "off" if name else ""} for name in ("", "Entra", "Okta")
    )
    assert told == [(nowhere, entra), (entra, okta), (okta, nowhere)]


def test_a_domain_that_is_not_the_organizations_gets_no_route(
    provider: Any, other: Any, acme: Any, alice: Any
) -> None:
    for domain in (
        Domain.objects.of(other).get(),
        Domain.objects.create(organization=acme, name="other.example"),
    ):
        with pytest.raises(Refused):
            set_route(domain=domain, provider=provider, enforcement="off", actor=alice)


def test_an_account_that_belongs_elsewhere_is_linked_by_its_owner_in_the_same_browser(
    enforced: Any, bert: Any, other: Any, sign_in: Any, browser: Browser
) -> None:
    """Also while the provider is enforced: then it has been asked already."""
    join(organization=other, user=bert, actor=None)
    page = sign_in(browser, sub="bert", email=bert.email)
    assert page.status_code == 403
    assert "way=password&amp;next=/accounts/enterprise/link/" in page.text
    assert send(Browser(), bert.email, password=PASSWORD).status_code == 403
    answer = send(browser, bert.email, password=PASSWORD, next="/accounts/enterprise/link/")
    assert answer["Location"] == "/accounts/enterprise/link/"
    assert "Sign in with Entra" in browser.get(answer["Location"]).text
    assert browser.post(answer["Location"]).status_code == 302
    again = Browser()
    assert sign_in(again, sub="bert", email=bert.email).status_code == 302
    assert again.get("/accounts/").context["user"] == bert
    # Once: what was waiting is gone.
    assert browser.get("/accounts/enterprise/link/").status_code == 302


def test_who_has_come_to_hold_a_role_on_the_platform_links_the_provider_anew(
    enforced: Any, bert: Any, dora: Any, sign_in: Any, events: Any
) -> None:
    """Whoever runs one customer's provider does not come to read all customers."""
    assert sign_in(Browser(), sub="bert", email=bert.email).status_code == 302
    grant_on_platform(person=bert, role=RoleName.REPORTER, reason="audit", actor=dora)
    thief, browser = Browser(), Browser()
    assert sign_in(thief, sub="bert", email=bert.email).status_code == 403
    assert thief.get("/admincenter/people/").status_code == 302
    assert events(Tag.ENTERPRISE_SIGN_IN_REFUSED)[-1].detail["reason"] == "account_elsewhere"
    # An enforced provider that does not let them in does not lock them out either.
    assert send(Browser(), bert.email, password=PASSWORD).status_code == 302
    sign_in(browser, sub="bert", email=bert.email)
    answer = send(browser, bert.email, password=PASSWORD, next="/accounts/enterprise/link/")
    assert answer["Location"] == "/accounts/enterprise/link/"
    browser.post(answer["Location"])
    again = Browser()
    assert sign_in(again, sub="bert", email=bert.email).status_code == 302
    assert again.get("/accounts/").context["user"] == bert
    assert len(events(Tag.IDENTITY_LINKED)) == 2


def test_what_waits_in_a_browser_is_for_whom_it_is_about_only(
    enforced: Any, bert: Any, alice: Any, other: Any, sign_in: Any
) -> None:
    browser = Browser()
    join(organization=other, user=bert, actor=None)
    sign_in(browser, sub="bert", email=bert.email)
    assert send(browser, alice.email, password=PASSWORD).status_code == 302
    assert browser.get("/accounts/enterprise/link/").status_code == 302
    assert browser.post("/accounts/enterprise/link/").status_code == 302
    assert not bert.enterprise_identities.exists()
    assert not alice.enterprise_identities.exists()


def test_a_provider_has_a_page_of_its_own(provider: Any, peer: FakeProvider, alice: Any) -> None:
    page = Browser().get("/accounts/enterprise/at/acme/entra/")
    assert "Continue with Entra" in page.text
    assert peer.issuer in Browser().post("/accounts/enterprise/at/acme/entra/").text
    assert Browser().get("/accounts/enterprise/at/acme/nothing/").status_code == 404
    set_state(provider=provider, state="draft", actor=alice)
    assert Browser().get("/accounts/enterprise/at/acme/entra/").status_code == 404


def test_a_sign_out_goes_on_to_the_provider(
    sign_in: Any, provider: Any, peer: FakeProvider, browser: Browser
) -> None:
    peer.described = {"end_session_endpoint": f"{peer.issuer}/end"}
    sign_in(browser)
    page = browser.post("/accounts/logout/")
    assert f"{peer.issuer}/end?client_id=mago" in page.text
    assert not is_in(browser)
