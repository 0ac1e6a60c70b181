"""Policies are set, concern whom they should, and hold at each sign-in and each request."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from accounts.access.facts import Strength
from accounts.access.methods import Means
from accounts.access.models import CustomRole, Membership
from accounts.access.roles import RoleName
from accounts.access.services import grant_role, invite
from accounts.models import User
from accounts.organizations.models import Organization, SignInPolicy, Site
from accounts.organizations.selectors import demand_on
from accounts.organizations.services import (
    accept_invitation,
    remove_policy,
    set_organization_active,
    set_policy,
)
from accounts.sessions.models import Session
from mago.core.context import Caller, calling
from mago.core.errors import Refused
from tests.accounts.conftest import is_signed_in, sign_in
from tests.conftest import PASSWORD, App, Browser

Events = Callable[..., list[Any]]
TWO = Strength.TWO_FACTORS


@pytest.fixture
def hall(acme: Organization) -> Site:
    return Site.objects.create(organization=acme, name="Hall")


@pytest.fixture
def tower(acme: Organization) -> Site:
    return Site.objects.create(organization=acme, name="Tower")


def anew(user: User) -> User:
    return User.objects.get(pk=user.pk)


def strength_of(user: User) -> Strength:
    return demand_on(anew(user)).strength_at(timezone.now())


def code(work: Callable[..., Any], **kwargs: Any) -> str:
    with pytest.raises(Refused) as refused:
        work(**kwargs)
    return refused.value.code


# --- whom it concerns ---


def test_an_organizations_policy_concerns_its_members(
    acme: Organization, other: Organization, alice: User, bob: User, charlie: User
) -> None:
    set_policy(organization=acme, actor=alice, strength=TWO)
    assert [strength_of(user) for user in (alice, bob, charlie)] == [TWO, TWO, 1]


def test_a_platforms_policy_concerns_everybody(dora: User, person: Callable[..., User]) -> None:
    set_policy(organization=None, actor=dora, strength=TWO)
    assert strength_of(person("eve")) == TWO


def test_a_roles_policy_concerns_who_holds_it_there(
    acme: Organization, other: Organization, alice: User, bob: User, charlie: User
) -> None:
    set_policy(organization=acme, actor=alice, role=RoleName.ORGANIZATION_OWNER, strength=TWO)
    assert [strength_of(user) for user in (alice, bob, charlie)] == [TWO, 1, 1]


def test_a_platforms_policy_for_a_role_concerns_it_everywhere(
    acme: Organization, other: Organization, bob: User, charlie: User, dora: User
) -> None:
    set_policy(organization=None, actor=dora, role=RoleName.ORGANIZATION_OWNER, strength=TWO)
    assert [strength_of(user) for user in (bob, charlie, dora)] == [1, TWO, 1]


def test_a_sites_policy_concerns_whose_role_reaches_it(
    *,
    acme: Organization,
    other: Organization,
    alice: User,
    bob: User,
    charlie: User,
    dora: User,
    person: Callable[..., User],
    hall: Site,
    tower: Site,
) -> None:
    """Else who holds a role in the whole organization would act there, and meet less than who works there."""
    here, elsewhere, nowhere, gone = (person(name) for name in ("eve", "finn", "gina", "hugo"))
    for user in (here, elsewhere, nowhere, gone):
        Membership.objects.create(organization=acme, user=user)
    guest: dict[str, Any] = {"role": RoleName.GUEST, "actor": None}
    grant_role(user=here, scope=hall.access_scope, **guest)
    grant_role(user=elsewhere, scope=tower.access_scope, **guest)
    later = timezone.now() + timedelta(minutes=1)
    grant_role(user=gone, scope=acme.access_scope, expires_at=later, **guest)
    set_policy(organization=acme, actor=alice, site=hall, strength=TWO)
    with time_machine.travel(later, tick=False):
        # By roles in the whole organization: alice owns it, bob reports.
        assert [strength_of(user) for user in (alice, bob, here)] == [TWO] * 3
        others = (elsewhere, nowhere, gone, charlie, dora)
        assert [strength_of(user) for user in others] == [1] * 5


def test_a_policy_of_a_role_at_a_site_concerns_that_role_at_that_site(
    acme: Organization, alice: User, bob: User, hall: Site, tower: Site
) -> None:
    site_role = {"site": hall, "role": RoleName.TECHNICIAN}
    set_policy(organization=acme, actor=alice, strength=TWO, **site_role)
    grant_role(user=bob, role=RoleName.TECHNICIAN, actor=None, scope=tower.access_scope)
    grant_role(user=bob, role=RoleName.GUEST, actor=None, scope=hall.access_scope)
    assert strength_of(bob) == 1
    for scope in (hall.access_scope, acme.access_scope):
        held = grant_role(user=bob, role=RoleName.TECHNICIAN, actor=None, scope=scope)
        assert strength_of(bob) == TWO
        held.delete()
    assert strength_of(bob) == 1


def test_a_custom_role_has_its_policy(acme: Organization, alice: User, bob: User) -> None:
    role = CustomRole.objects.create(organization=acme, name="R", permissions=[])
    set_policy(organization=acme, actor=alice, role=str(role.pk), strength=TWO)
    assert strength_of(bob) == 1
    grant_role(user=bob, role=role, actor=None, scope=acme.access_scope)
    assert strength_of(bob) == TWO


def test_a_disabled_organization_demands_nothing(
    acme: Organization, alice: User, bob: User, dora: User
) -> None:
    set_policy(organization=acme, actor=alice, strength=TWO)
    set_organization_active(organization=acme, active=False, actor=dora)
    assert strength_of(bob) == 1


# --- setting it ---


def test_it_is_set_again_in_place_and_what_is_not_named_stays(
    acme: Organization, alice: User, events: Events
) -> None:
    set_policy(organization=acme, actor=alice, strength=TWO, idle_minutes=5)
    policy = set_policy(organization=acme, actor=alice, idle_minutes=10)
    assert SignInPolicy.objects.of(acme).get() == policy
    assert (policy.strength, policy.idle_minutes) == (TWO, 10)
    event = events("organizations:policy:edited")[-1]
    assert event.organization_id == acme.pk
    assert (event.detail["before"]["idle_minutes"], event.detail["after"]["idle_minutes"]) == (
        5,
        10,
    )
    remove_policy(policy=policy, actor=alice)
    (event,) = events("organizations:policy:removed")
    assert event.target_id == str(events("organizations:policy:edited")[0].target_id)
    assert event.detail["before"]["strength"] == 2


@pytest.mark.parametrize(
    "demand",
    [
        {"strength": 0},
        {"strength": 4},
        {"methods": []},
        {"methods": [""]},
        {"methods": ["password", "pasword"]},
        {"methods": [1]},
        {"idle_minutes": 0},
        {"idle_minutes": -1},
        {"absolute_minutes": 0},
        {"absolute_minutes": 10**9},
    ],
    ids=str,
)
def test_what_nobody_could_meet_is_refused(
    demand: dict[str, Any], acme: Organization, alice: User
) -> None:
    assert code(set_policy, organization=acme, actor=alice, **demand) == "bad_policy"
    assert not SignInPolicy.objects.of(acme).exists()


def test_only_for_sites_and_roles_of_its_own(
    acme: Organization, other: Organization, alice: User, dora: User
) -> None:
    lair = Site.objects.create(organization=other, name="Lair")
    theirs = str(CustomRole.objects.create(organization=other, name="R", permissions=[]).pk)
    ask: dict[str, Any] = {"organization": acme, "actor": alice, "strength": TWO}
    assert code(set_policy, **ask, site=lair) == "wrong_place"
    assert code(set_policy, **ask, role=theirs) == "wrong_place"
    assert code(set_policy, **ask, role="root") == "wrong_place"
    assert (
        code(set_policy, **{**ask, "organization": None, "actor": dora}, site=lair) == "wrong_place"
    )


def test_only_who_edits_policies_does(acme: Organization, alice: User, bob: User) -> None:
    policy = set_policy(organization=acme, actor=alice, idle_minutes=5)
    assert code(set_policy, organization=acme, actor=bob, idle_minutes=6) == "permission_denied"
    assert code(set_policy, organization=None, actor=alice, idle_minutes=6) == "permission_denied"
    assert code(remove_policy, policy=policy, actor=bob) == "permission_denied"


@pytest.mark.parametrize("via", [Means.SESSION, Means.ACCESS_TOKEN])
def test_nobody_locks_themselves_out(
    *, via: Means, acme: Organization, other: Organization, alice: User, dora: User, events: Events
) -> None:
    ask: dict[str, Any] = {"organization": acme, "actor": alice}
    later = timezone.now() + timedelta(days=7)
    with calling(Caller(via=via, method="password", strength=1)):
        assert code(set_policy, **ask, strength=TWO) == "locks_you_out"
        assert code(set_policy, **ask, methods=["saml"]) == "locks_you_out"
        assert not SignInPolicy.objects.of(acme).exists()
        assert not events("organizations:policy:edited")
        set_policy(**ask, strength=TWO, grace_until=later)
        assert code(set_policy, **ask, grace_until=None) == "locks_you_out"
        set_policy(**ask, methods=["saml", "password"])
        set_policy(**ask, role=RoleName.GUEST, strength=TWO)
        set_policy(organization=other, actor=dora, strength=TWO)
    with calling(Caller(via=via, method="password", strength=2)):
        set_policy(**ask, strength=TWO, grace_until=None)


def test_policies_that_exclude_each_other_lock_nobody_out(
    *,
    acme: Organization,
    other: Organization,
    alice: User,
    bob: User,
    charlie: User,
    dora: User,
    link_in: Callable[..., str],
) -> None:
    set_policy(organization=acme, actor=alice, methods=["password", "saml"])
    set_policy(organization=other, actor=charlie, methods=["passkey"])
    invite(organization=other, email=bob.email, role=RoleName.GUEST, actor=charlie)
    secret = link_in("access/invitation", bob.email).split("/")[-2]
    assert code(accept_invitation, secret=secret, user=bob) == "policies_exclude"
    assert not Membership.objects.of(other).filter(user=bob).exists()
    assert demand_on(anew(bob)).leaves_a_way
    set_policy(organization=other, actor=charlie, methods=["passkey", "saml"])
    accept_invitation(secret=secret, user=bob)
    assert demand_on(anew(bob)).methods == {"saml"}
    with pytest.raises(Refused) as refused:
        set_policy(organization=other, actor=charlie, role=RoleName.GUEST, methods=["ldap"])
    assert refused.value.code == "policies_exclude"
    assert "bob@example.com" in str(refused.value.detail)


def test_no_customer_forbids_another_or_the_platform_what_they_decide(
    *, acme: Organization, other: Organization, alice: User, bob: User, charlie: User, dora: User
) -> None:
    """Nor does a refusal tell who belongs to somebody else's organization; the person is told at the sign-in."""
    Membership.objects.create(organization=other, user=bob)
    set_policy(organization=acme, actor=alice, methods=["password"])
    set_policy(organization=other, actor=charlie, methods=["passkey"])
    set_policy(organization=None, actor=dora, methods=["ldap"])
    assert not demand_on(anew(bob)).leaves_a_way
    assert code(set_policy, organization=acme, actor=alice, methods=["saml"]) == "policies_exclude"


# --- running sessions ---


def test_a_stronger_demand_ends_weaker_sessions_at_the_next_request(
    acme: Organization, alice: User, bob: User, browser: Browser
) -> None:
    browser.as_person(bob)
    assert is_signed_in(browser)
    set_policy(organization=acme, actor=alice, strength=TWO)
    assert not is_signed_in(browser)
    strong = Browser().as_person(bob)
    Session.objects.filter(user=bob).update(strength=TWO)
    assert is_signed_in(strong)


def test_the_grace_lets_them_go_on_until_it_has_passed(
    acme: Organization, alice: User, bob: User, browser: Browser
) -> None:
    browser.as_person(bob)
    later = timezone.now() + timedelta(minutes=30)
    set_policy(organization=acme, actor=alice, strength=TWO, grace_until=later)
    assert is_signed_in(browser)
    with time_machine.travel(later + timedelta(seconds=1), tick=False):
        assert not is_signed_in(browser)


def test_a_method_that_is_no_longer_allowed_ends_its_sessions(
    acme: Organization, alice: User, bob: User, browser: Browser
) -> None:
    sign_in(browser, bob.email)
    set_policy(organization=acme, actor=alice, methods=["password"])
    assert is_signed_in(browser)
    set_policy(organization=acme, actor=alice, methods=["saml"])
    assert not is_signed_in(browser)


def test_a_shorter_life_ends_what_is_older(acme: Organization, alice: User, bob: User) -> None:
    start = timezone.now()
    with time_machine.travel(start, tick=False):
        idle, busy = Browser().as_person(bob), Browser().as_person(bob)
    set_policy(organization=acme, actor=alice, idle_minutes=10, absolute_minutes=30)
    for minutes, expected in ((9, True), (18, True), (27, True), (30, False)):
        with time_machine.travel(start + timedelta(minutes=minutes), tick=False):
            assert is_signed_in(busy) is expected, minutes
            if minutes == 18:
                assert not is_signed_in(idle)


def test_of_single_sessions_the_newest_lives(acme: Organization, alice: User, bob: User) -> None:
    first, second = Browser().as_person(bob), Browser().as_person(bob)
    assert is_signed_in(first)
    set_policy(organization=acme, actor=alice, single_session=True)
    assert not is_signed_in(first)
    assert is_signed_in(second)
    Session.objects.filter(user=bob).update(created_at=timezone.now())
    third = Browser().as_person(bob)
    assert is_signed_in(third)
    assert not is_signed_in(second)


def test_a_session_that_is_over_ends_no_older_one(
    acme: Organization, alice: User, bob: User
) -> None:
    set_policy(organization=acme, actor=alice, single_session=True)
    first = Browser().as_person(bob)
    Browser().as_person(bob)
    newest = Session.objects.filter(user=bob).latest("created_at")
    Session.objects.filter(pk=newest.pk).update(expire_date=timezone.now())
    assert is_signed_in(first)


def test_other_peoples_sessions_go_on(
    acme: Organization, other: Organization, alice: User, charlie: User
) -> None:
    browser = Browser().as_person(charlie)
    set_policy(organization=acme, actor=alice, strength=3, methods=["passkey"], idle_minutes=1)
    assert is_signed_in(browser)


# --- at the entrance ---


def test_a_method_that_is_not_allowed_opens_neither_page_nor_api(
    acme: Organization, bob: User, browser: Browser, app: App, events: Events
) -> None:
    SignInPolicy.objects.create(organization=acme, methods=["saml", "passkey"])
    page = sign_in(browser, bob.email)
    assert page.status_code == 403
    assert "Allowed: passkey, saml" in page.content.decode()
    assert not is_signed_in(browser)
    answer = app.post("auth/login", {"email": bob.email, "password": PASSWORD})
    assert (answer.status_code, answer.json()["code"]) == (403, "method_not_allowed")
    assert "Allowed: passkey, saml" in answer.json()["detail"]
    refused = events("signin:session:refused")
    assert [(e.actor_id, e.detail["reason"]) for e in refused] == [
        (bob.pk, "method_not_allowed")
    ] * 2
    assert not events("signin:session:opened")


def test_a_factor_that_somebody_lacks_is_set_up_before_page_or_api_open(
    acme: Organization, bob: User, browser: Browser, app: App, events: Events
) -> None:
    SignInPolicy.objects.create(organization=acme, strength=TWO)
    page = browser.get(sign_in(browser, bob.email)["Location"])
    assert "Acme asks for a second factor." in page.content.decode()
    assert not is_signed_in(browser)
    answer = app.post("auth/login", {"email": bob.email, "password": PASSWORD})
    assert (answer.status_code, answer.json()["code"]) == (401, "mfa_enrolment_required")
    assert not events("signin:session:opened")


def test_a_wrong_password_learns_nothing_of_policies(
    acme: Organization, bob: User, browser: Browser
) -> None:
    SignInPolicy.objects.create(organization=acme, strength=TWO)
    page = sign_in(browser, bob.email, "nine otters paint the quiet harbour")
    assert page.status_code == 400
    assert "Acme" not in page.content.decode()
