"""May this person do that there? By roles that flow down, circumstances, and means of authentication."""

from collections.abc import Callable
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import AnonymousUser
from django.db import connection, models
from django.db.models import Value
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.access.methods import ALLOWED, Means, may_use
from accounts.access.models import Condition, CustomRole, RoleBinding, ServiceAccount
from accounts.access.permissions import PLATFORM_ONLY, Permission
from accounts.access.roles import ON_PLATFORM, PERMISSIONS, RoleName
from accounts.access.scope import PLATFORM, Scope
from accounts.access.selectors.bindings import live_bindings
from accounts.access.selectors.decisions import can
from accounts.access.services import (
    create_service_account,
    grant_role,
    revoke_role,
    set_active,
    set_service_account_active,
)
from accounts.models import User
from accounts.organizations.models import Organization, Site
from accounts.organizations.services import set_organization_active
from mago.core.context import Caller, calling
from mago.core.errors import Refused
from tests.conftest import Browser

from .conftest import OWNER, TECHNICIAN, anew, give, permissions_of

pytestmark = pytest.mark.one_database

READ, REBOOT = Permission.HUBS_READ, Permission.HUBS_REBOOT


@pytest.fixture
def network(acme: Organization) -> Condition:
    return Condition.objects.create(
        organization=acme, name="Office", rule={"network": ["192.0.2.0/24"]}
    )


# --- where ---


def test_a_role_at_a_site_holds_there_and_neither_above_nor_beside(
    bob: User, acme: Organization, hall: Site, tower: Site, lair: Site
) -> None:
    umbra = lair.organization
    give(bob, TECHNICIAN, acme, hall)
    assert can(bob, REBOOT, hall)
    for elsewhere in (tower, acme, lair, umbra, None, PLATFORM, Scope(umbra.pk, hall.pk)):
        decision = can(bob, REBOOT, elsewhere)
        assert not decision
        assert decision.reason == "The role Technician allows hubs:reboot, but not here."


def test_a_role_in_an_organization_holds_at_its_sites_and_nowhere_else(
    bob: User, acme: Organization, hall: Site, tower: Site, lair: Site
) -> None:
    umbra = lair.organization
    give(bob, TECHNICIAN, acme)
    assert all(can(bob, REBOOT, there) for there in (acme, hall, tower))
    assert not any(can(bob, REBOOT, there) for there in (umbra, lair, None))


def test_a_role_on_the_platform_holds_everywhere(
    dora: User, acme: Organization, umbra: Organization, hall: Site, lair: Site
) -> None:
    assert all(can(dora, REBOOT, there) for there in (None, acme, umbra, hall, lair))


def test_an_owner_holds_nothing_of_the_platform(alice: User, acme: Organization) -> None:
    for permission in PLATFORM_ONLY:
        assert not can(alice, permission, acme)
        assert not can(alice, permission)
    assert permissions_of(alice) == frozenset()
    assert permissions_of(alice, acme.access_scope) == PERMISSIONS[OWNER]


def test_a_site_without_an_organization_is_no_place(hall: Site) -> None:
    with pytest.raises(ValueError, match="organization"):
        Scope(None, hall.pk)


# --- who, and until when ---


@pytest.mark.parametrize("actor", [AnonymousUser(), None, "alice", 1])
def test_nobody_may_nothing(actor: Any, acme: Organization) -> None:
    assert can(actor, READ, acme).reason == "Nobody is signed in."


def test_a_member_without_a_role_may_nothing_and_is_told(bob: User, acme: Organization) -> None:
    assert can(bob, READ, acme).reason == "No role of this person allows hubs:read."


def test_a_binding_counts_until_its_end(bob: User, acme: Organization) -> None:
    end = timezone.now() + timedelta(hours=1)
    give(bob, TECHNICIAN, acme, expires_at=end)
    with time_machine.travel(end - timedelta(seconds=1), tick=False):
        assert can(anew(bob), REBOOT, acme)
    with time_machine.travel(end, tick=False):
        assert not can(anew(bob), REBOOT, acme)
    assert RoleBinding.objects.filter(user=bob).exists(), "by its time and not by a clean-up"


def test_who_is_disabled_may_nothing(alice: User, dora: User, acme: Organization) -> None:
    set_active(user=alice, active=False, actor=dora)
    assert not can(anew(alice), READ, acme)
    set_active(user=alice, active=True, actor=dora)
    assert can(anew(alice), READ, acme)


def test_what_a_disabled_organization_granted_counts_no_longer(
    alice: User, dora: User, acme: Organization, hall: Site
) -> None:
    set_organization_active(organization=acme, active=False, actor=dora)
    assert not can(anew(alice), READ, acme)
    assert not can(anew(alice), READ, hall)
    assert can(anew(dora), READ, acme)
    set_organization_active(organization=acme, active=True, actor=dora)
    assert can(anew(alice), READ, acme)


def test_a_service_account_may_what_its_roles_allow_while_it_and_its_organization_are_active(
    alice: User, dora: User, acme: Organization, umbra: Organization
) -> None:
    robot = create_service_account(organization=acme, name="robot", actor=alice)
    assert not can(robot, READ, acme)
    give(robot, RoleName.REPORTER, acme)
    assert can(robot, READ, acme)
    assert not can(robot, READ, umbra)
    assert not can(robot, REBOOT, acme)
    set_service_account_active(account=robot, active=False, actor=alice)
    assert not can(robot, READ, acme)
    set_service_account_active(account=robot, active=True, actor=alice)
    set_organization_active(organization=acme, active=False, actor=dora)
    assert not can(ServiceAccount.objects.of(acme).get(), READ, acme)


# --- circumstances ---


def test_a_condition_is_asked_at_each_decision_and_gives_its_reason(
    bob: User, acme: Organization, network: Condition
) -> None:
    give(bob, TECHNICIAN, acme, condition=network)
    with calling(Caller(address="192.0.2.9")):
        decision = can(bob, REBOOT, acme)
        assert decision
        assert decision.reason.endswith("192.0.2.9 lies in the allowed networks.")
        assert decision.binding is not None
    with calling(Caller(address="198.51.100.9")):
        decision = can(bob, REBOOT, acme)
        assert not decision
        assert decision.reason.endswith("198.51.100.9 lies outside the allowed networks.")
        assert decision.binding is None
    assert can(bob, REBOOT, acme).reason.endswith("The network address is not known.")


def test_of_two_roles_the_one_that_counts_is_enough(
    bob: User, acme: Organization, hall: Site, network: Condition
) -> None:
    give(bob, TECHNICIAN, acme, condition=network)
    give(bob, RoleName.REPORTER, acme)
    give(bob, TECHNICIAN, acme, hall)
    assert can(bob, READ, acme)
    assert can(bob, REBOOT, hall)
    assert not can(bob, REBOOT, acme)


@pytest.mark.parametrize(
    "rule", [{}, [], None, "yes", {"always": True}, {"python": "True"}, {"not": {"?": 1}}]
)
def test_a_rule_that_nobody_understands_does_not_hold(
    rule: Any, bob: User, acme: Organization, network: Condition
) -> None:
    give(bob, TECHNICIAN, acme, condition=network)
    Condition.objects.of(acme).update(rule=Value(rule, models.JSONField()))
    assert not can(bob, REBOOT, acme)
    assert "cannot be understood" in can(anew(bob), REBOOT, acme).reason


def test_the_attributes_of_a_site_are_what_conditions_ask_for(
    bob: User, acme: Organization
) -> None:
    italian = {"attribute": {"name": "site.country", "any_of": ["IT"]}}
    condition = Condition.objects.create(organization=acme, name="Italy", rule=italian)
    rome = Site.objects.create(organization=acme, name="Rome", attributes={"country": "IT"})
    paris = Site.objects.create(
        organization=acme, name="Paris", attributes={"country": "FR", "x": ["IT"]}
    )
    give(bob, TECHNICIAN, acme, condition=condition)
    assert can(bob, REBOOT, rome)
    assert not can(bob, REBOOT, paris)
    assert not can(bob, REBOOT, acme)


@pytest.mark.parametrize(
    "permissions",
    [
        ["hubs:fly"],
        [["hubs:reboot"]],
        {"hubs:reboot": 1},
        "hubs:reboot",
        None,
        ["people:disable"],
        [None, 1],
    ],
)
def test_odd_permissions_of_a_custom_role_grant_nothing(
    permissions: Any, bob: User, acme: Organization
) -> None:
    role = CustomRole.objects.create(organization=acme, name="Odd", permissions=[])
    give(bob, role, acme)
    CustomRole.objects.of(acme).update(permissions=Value(permissions, models.JSONField()))
    assert permissions_of(bob, acme.access_scope) == frozenset()
    assert not can(bob, Permission.PEOPLE_DISABLE, acme)


def test_a_role_of_no_name_grants_nothing(bob: User, acme: Organization) -> None:
    give(bob, TECHNICIAN, acme)
    RoleBinding.objects.filter(user=bob).update(role="root")
    assert not can(bob, READ, acme)


# --- by what the request was authenticated ---

BY_PEOPLE = {
    Permission.APPLICATIONS_EDIT,
    Permission.CONDITIONS_EDIT,
    Permission.DOMAINS_EDIT,
    Permission.IDENTITY_PROVIDERS_EDIT,
    Permission.POLICIES_EDIT,
    Permission.ROLES_BIND,
    Permission.ROLES_EDIT,
    Permission.SERVICE_ACCOUNTS_EDIT,
}


def test_who_may_do_what_is_changed_by_people_only(alice: User, acme: Organization) -> None:
    for via, refused in (
        (Means.SESSION, set()),
        (Means.ACCESS_TOKEN, set()),
        (Means.INTERNAL, set()),
        (Means.API_TOKEN, BY_PEOPLE),
        (Means.HUB_TOKEN, set(PERMISSIONS[OWNER])),
        ("carrier pigeon", set(PERMISSIONS[OWNER])),
    ):
        with calling(Caller(via=via)):
            assert permissions_of(alice, acme.access_scope) == PERMISSIONS[OWNER] - refused
            for permission in refused:
                assert "authenticated" in can(alice, permission, acme).reason


def test_every_means_has_its_line_in_the_table() -> None:
    assert set(ALLOWED) == {means.value for means in Means}
    assert not may_use("", "hubs:fly")  # type: ignore[arg-type]


# --- read once, and forgotten after a change ---


def test_the_bindings_are_read_once_for_each_object(bob: User, acme: Organization) -> None:
    give(bob, TECHNICIAN, acme)
    person = anew(bob)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        for permission in Permission:
            can(person, permission, acme)
    assert len(queries) == 1


def test_after_a_change_they_are_read_anew(bob: User, acme: Organization) -> None:
    assert not can(bob, REBOOT, acme)
    binding = give(bob, TECHNICIAN, acme)
    assert can(bob, REBOOT, acme)
    binding.user = bob
    revoke_role(binding=binding, actor=None)
    assert not can(bob, REBOOT, acme)
    assert live_bindings(bob) == []


def test_a_role_that_is_removed_in_mid_session_counts_no_longer_at_the_next_request(
    browser: Browser, dora: User, person: Callable[..., Any]
) -> None:
    other = person("other")
    binding = grant_role(
        user=other, role=RoleName.PLATFORM_ADMINISTRATOR, actor=dora, scope=PLATFORM
    )
    browser.as_person(other)
    assert browser.get("/admincenter/people/").status_code == 200
    revoke_role(binding=binding, actor=dora)
    assert browser.get("/admincenter/people/").status_code == 403


# --- the lattice ---

CHAIN = [
    RoleName.GUEST,
    RoleName.REPORTER,
    RoleName.OPERATOR,
    RoleName.TECHNICIAN,
    RoleName.SITE_ADMINISTRATOR,
    RoleName.ORGANIZATION_OWNER,
    RoleName.PLATFORM_ADMINISTRATOR,
]
BESIDE = [RoleName.REPORTER, RoleName.SECURITY_OFFICER, RoleName.ORGANIZATION_OWNER]


@pytest.mark.parametrize("chain", [CHAIN, BESIDE])
def test_rising_never_takes_away_and_always_gives(chain: list[RoleName]) -> None:
    for lower, higher in pairwise(chain):
        assert PERMISSIONS[lower] < PERMISSIONS[higher], (lower, higher)


@pytest.mark.parametrize("chain", [CHAIN, BESIDE])
def test_what_is_held_on_the_platform_rises_alike_and_is_never_less(chain: list[RoleName]) -> None:
    held = [ON_PLATFORM[role] for role in chain if role in ON_PLATFORM]
    assert all(lower < higher for lower, higher in pairwise(held))
    assert all(PERMISSIONS[role] <= ON_PLATFORM[role] for role in ON_PLATFORM)
    assert set(ON_PLATFORM) == set(PERMISSIONS) - {OWNER}


def test_only_its_administrator_changes_what_is_the_platform_s_own() -> None:
    for role, held in ON_PLATFORM.items():
        if role != RoleName.PLATFORM_ADMINISTRATOR:
            assert all(p.endswith(":read") for p in held & PLATFORM_ONLY), role
    assert ON_PLATFORM[RoleName.GUEST] == PERMISSIONS[RoleName.GUEST]
    reads = {p for p in Permission if p.endswith(":read")}
    assert ON_PLATFORM[RoleName.REPORTER] == reads


def test_the_lattice_is_whole() -> None:
    assert set(PERMISSIONS) == {role.value for role in RoleName} == {*CHAIN, *BESIDE}
    assert PERMISSIONS[RoleName.PLATFORM_ADMINISTRATOR] == set(Permission)
    assert all(p.endswith(":read") for p in PERMISSIONS[RoleName.REPORTER])
    within = [held for role, held in PERMISSIONS.items() if role != RoleName.PLATFORM_ADMINISTRATOR]
    assert not any(held & PLATFORM_ONLY for held in within)
    assert [p.value for p in Permission] == sorted(p.value for p in Permission)


def test_only_who_could_do_all_that_a_role_can_may_bind_it() -> None:
    """Who may bind roles at all."""
    may_bind = {role for role, held in PERMISSIONS.items() if Permission.ROLES_BIND in held}
    assert may_bind == {
        RoleName.SITE_ADMINISTRATOR,
        RoleName.ORGANIZATION_OWNER,
        RoleName.PLATFORM_ADMINISTRATOR,
    }


def test_the_same_role_at_the_wrong_place_is_refused(
    bob: User, acme: Organization, hall: Site, lair: Site
) -> None:
    for role, scope in (
        (OWNER, PLATFORM),
        (OWNER, hall.access_scope),
        (RoleName.PLATFORM_ADMINISTRATOR, acme.access_scope),
        (TECHNICIAN, Scope(acme.pk, lair.pk)),
    ):
        with pytest.raises(Refused) as refused:
            grant_role(user=bob, role=role, actor=None, scope=scope)
        assert refused.value.code == "wrong_place"
