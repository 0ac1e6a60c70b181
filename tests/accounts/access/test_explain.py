"""What is explained is what is decided: who may, who is meant, and what truly stands in the way."""

from typing import Any

import pytest

from accounts.access import explain as module
from accounts.access.explain import explain, who_can
from accounts.access.models import Membership, ServiceAccount
from accounts.access.permissions import Permission
from accounts.access.roles import RoleName
from accounts.access.scope import PLATFORM
from accounts.access.selectors.decisions import can
from accounts.access.services import (
    create_custom_role,
    create_service_account,
    grant_role,
    set_active,
)
from accounts.models import User
from accounts.organizations.models import Organization, Site
from accounts.organizations.services import set_organization_active

from .conftest import OWNER, TECHNICIAN, anew, give

READ, REBOOT, BIND = Permission.HUBS_READ, Permission.HUBS_REBOOT, Permission.ROLES_BIND
REPORTER = RoleName.REPORTER


@pytest.fixture
def robot(acme: Organization, alice: User) -> ServiceAccount:
    """A program that may do what an owner may."""
    made = create_service_account(organization=acme, name="Robot", actor=alice)
    give(made, OWNER, acme)
    return made


# --- who can ---


def test_who_holds_nothing_of_it_takes_nobody_s_place(
    acme: Organization, dora: User, member: Any, monkeypatch: Any
) -> None:
    """Bindings granted before that are of no use there are left out before the list is cut."""
    monkeypatch.setattr(module, "MOST", 2)
    member("eve", acme, REPORTER)
    held = grant_role(user=member("frank", acme), role=REPORTER, actor=None, scope=PLATFORM)
    named = who_can(Permission.SESSIONS_READ, acme, viewer=dora)
    assert [binding.user for binding in named] == [dora, held.user]


def test_who_holds_it_at_a_site_is_named_there(
    acme: Organization, hall: Site, tower: Site, dora: User, member: Any
) -> None:
    held = give(member("eve", acme), TECHNICIAN, acme, site=hall)
    places: list[Any] = [acme, hall, tower]
    named = [held in who_can(REBOOT, place, viewer=dora) for place in places]
    assert named == [False, True, False]


def test_a_custom_role_that_holds_it_is_named(
    acme: Organization, alice: User, dora: User, member: Any
) -> None:
    own = create_custom_role(
        organization=acme, name="Own", permissions=["hubs:reboot"], actor=alice
    )
    held = give(member("eve", acme), own, acme)
    assert held in who_can(REBOOT, acme, viewer=dora)
    assert held not in who_can(READ, acme, viewer=dora)


def test_no_program_is_named_for_what_no_token_may_do(
    acme: Organization, robot: ServiceAccount, dora: User
) -> None:
    def programs(permission: Permission) -> set[Any]:
        named = who_can(permission, acme, viewer=dora)
        return {binding.service_account for binding in named} - {None}

    assert programs(REBOOT) == {robot}
    assert programs(BIND) == set()


def test_in_a_disabled_organization_only_who_holds_a_role_on_the_platform_may(
    acme: Organization, robot: ServiceAccount, alice: User, dora: User
) -> None:
    assert {binding.user for binding in who_can(REBOOT, acme, viewer=dora)} >= {alice, dora}
    set_organization_active(organization=acme, active=False, actor=dora)
    assert [binding.user for binding in who_can(REBOOT, acme, viewer=dora)] == [dora]


# --- why not ---


def grounds(principal: Any, permission: Permission, target: Any) -> tuple[bool, str, list[str]]:
    decision, looked = explain(principal, permission, target)
    assert decision.allowed == any(one.allows for one in looked)
    return decision.allowed, decision.reason, [one.reason for one in looked]


def test_a_disabled_account_is_what_stands_in_the_way(
    acme: Organization, dora: User, member: Any
) -> None:
    eve = member("eve", acme, TECHNICIAN)
    give(eve, REPORTER, acme)
    set_active(user=eve, active=False, actor=dora)
    why, lacking = "This account is disabled.", "This role does not hold the permission."
    assert grounds(anew(eve), REBOOT, acme) == (False, why, [why, lacking])
    assert can(anew(eve), REBOOT, acme).reason == why


def test_a_disabled_organization_is_what_stands_in_the_way(
    acme: Organization, umbra: Organization, dora: User, member: Any
) -> None:
    eve, frank = member("eve", acme, TECHNICIAN), member("frank", acme, REPORTER)
    Membership.objects.create(organization=umbra, user=eve)
    give(eve, TECHNICIAN, umbra)
    grant_role(user=eve, role=REPORTER, actor=None, scope=PLATFORM)
    set_organization_active(organization=acme, active=False, actor=dora)
    why, lacking = "This organization is disabled.", "This role does not hold the permission."
    assert grounds(eve, REBOOT, acme) == (False, why, [why, lacking])
    allowed, _reason, reasons = grounds(eve, READ, acme)
    assert (allowed, reasons) == (True, [why, "It allows this."])
    # Who would not hold it anyway is told just that.
    none = "No role of this person allows hubs:reboot."
    assert grounds(frank, REBOOT, acme) == (False, none, [lacking])


def test_what_no_token_may_do_stands_in_the_way_of_a_program(
    acme: Organization, robot: ServiceAccount
) -> None:
    why = "This cannot be done with what the request was authenticated by."
    assert grounds(robot, BIND, acme) == (False, why, [why])
