"""Roles are granted and taken back: nobody passes on more than they hold for good."""

import importlib
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from accounts.access.models import Condition, CustomRole, Membership, RoleBinding
from accounts.access.permissions import PLATFORM_ONLY, Permission
from accounts.access.roles import PERMISSIONS, RoleName
from accounts.access.scope import PLATFORM
from accounts.access.selectors.bindings import outranks
from accounts.access.selectors.decisions import can
from accounts.access.services import (
    create_condition,
    create_custom_role,
    create_service_account,
    delete_condition,
    delete_custom_role,
    edit_condition,
    edit_custom_role,
    grant_role,
    invite,
    remove_member,
    revoke_invitation,
    revoke_role,
    set_active,
    set_service_account_active,
)
from accounts.models import User
from accounts.organizations.models import Organization, Site
from accounts.organizations.services import set_organization_active
from accounts.provider.services import create_api_token
from admincenter.services import send_reset
from mago.core.context import Caller, calling
from mago.core.errors import Conflict, Forbidden, NotFound, Refused

from .conftest import GUEST, OWNER, TECHNICIAN, anew, give, permissions_of

EVERYWHERE = {"network": ["0.0.0.0/0"]}
Join = Callable[..., User]


@pytest.fixture
def anywhere(acme: Organization) -> Condition:
    return Condition.objects.create(organization=acme, name="Anywhere", rule=EVERYWHERE)


def refusal(work: Callable[..., Any], **kwargs: Any) -> str:
    """The code of the refusal of a change, which has written nothing."""
    before = list(RoleBinding.objects.order_by("pk").values())
    with pytest.raises(Refused) as refused:
        work(**kwargs)
    assert list(RoleBinding.objects.order_by("pk").values()) == before
    return refused.value.code


# --- what one holds ---


@pytest.mark.turns
@pytest.mark.parametrize("role", [r for r in RoleName if r != RoleName.PLATFORM_ADMINISTRATOR])
@pytest.mark.parametrize("holds", [RoleName.SITE_ADMINISTRATOR, OWNER, TECHNICIAN])
def test_a_role_is_granted_and_taken_only_by_who_holds_all_of_it(
    holds: RoleName, role: RoleName, acme: Organization, bob: User, member: Join
) -> None:
    actor = member("eve", acme, holds)
    may = Permission.ROLES_BIND in PERMISSIONS[holds] and PERMISSIONS[role] <= PERMISSIONS[holds]
    ask = {"user": bob, "role": role, "actor": actor, "scope": acme.access_scope}
    if may:
        binding = grant_role(**ask)
        assert permissions_of(bob, acme.access_scope) == PERMISSIONS[role]
        revoke_role(binding=binding, actor=actor)
        assert permissions_of(anew(bob), acme.access_scope) == frozenset()
    else:
        assert refusal(grant_role, **ask) in ("permission_denied", "not_yours_to_grant")
        binding = give(bob, role, acme)
        assert refusal(revoke_role, binding=binding, actor=actor)


def test_what_is_held_at_a_site_is_passed_on_there_only(
    acme: Organization, hall: Site, tower: Site, bob: User, member: Join
) -> None:
    eve = member("eve", acme, RoleName.SITE_ADMINISTRATOR, site=hall)
    ask = {"user": bob, "role": TECHNICIAN, "actor": eve}
    grant_role(**ask, scope=hall.access_scope)
    for scope in (tower.access_scope, acme.access_scope):
        assert refusal(grant_role, **ask, scope=scope) == "permission_denied"


def test_power_of_an_hour_or_under_a_condition_is_not_passed_on(
    acme: Organization, bob: User, member: Join, anywhere: Condition
) -> None:
    end = timezone.now() + timedelta(hours=1)
    for name, terms in (("visitor", {"expires_at": end}), ("nomad", {"condition": anywhere})):
        actor = member(name, acme, OWNER, **terms)
        with calling(Caller(address="192.0.2.1")):
            assert can(actor, Permission.ROLES_BIND, acme)
            for role in (OWNER, GUEST):
                ask = {"user": bob, "role": role, "actor": actor, "scope": acme.access_scope}
                assert refusal(grant_role, **ask, **terms) == "not_yours_to_grant"
            own = {"user": actor, "role": OWNER, "actor": actor, "scope": acme.access_scope}
            assert refusal(grant_role, **own) == "not_yours_to_grant"
            made = {"organization": acme, "name": name, "actor": actor}
            assert refusal(create_custom_role, **made, permissions=["hubs:read"])
            assert refusal(
                invite, organization=acme, email="x@example.com", role=GUEST, actor=actor
            )


def test_an_administrator_of_an_hour_makes_no_administrator(
    dora: User, bob: User, charlie: User
) -> None:
    end = timezone.now() + timedelta(hours=1)
    role = RoleName.PLATFORM_ADMINISTRATOR
    grant_role(user=bob, role=role, actor=dora, expires_at=end, scope=PLATFORM)
    assert (
        refusal(grant_role, user=charlie, role=role, actor=bob, scope=PLATFORM)
        == "not_yours_to_grant"
    )
    assert (
        refusal(grant_role, user=bob, role=role, actor=bob, scope=PLATFORM) == "not_yours_to_grant"
    )


def test_granting_again_sets_its_end_anew_and_adds_no_row(
    acme: Organization, alice: User, bob: User
) -> None:
    end = timezone.now() + timedelta(hours=1)
    ask = {"user": bob, "role": TECHNICIAN, "actor": alice, "scope": acme.access_scope}
    first = grant_role(**ask, expires_at=end)
    second = grant_role(**ask)
    assert first.pk == second.pk
    assert RoleBinding.objects.get(user=bob).expires_at is None


def test_what_makes_no_sense_is_refused(
    acme: Organization, umbra: Organization, alice: User, bob: User, charlie: User
) -> None:
    ask = {"role": TECHNICIAN, "actor": alice, "scope": acme.access_scope}
    assert refusal(grant_role, **ask, user=charlie) == "not_a_member"
    past = timezone.now() - timedelta(seconds=1)
    assert refusal(grant_role, **ask, user=bob, expires_at=past) == "invalid"
    theirs = Condition.objects.create(organization=umbra, name="x", rule=EVERYWHERE)
    assert refusal(grant_role, **ask, user=bob, condition=theirs) == "wrong_place"
    role = CustomRole.objects.create(organization=umbra, name="x", permissions=["hubs:read"])
    assert refusal(grant_role, **{**ask, "role": role}, user=bob) == "wrong_place"


def test_a_service_account_of_another_organization_gets_no_role(
    acme: Organization, umbra: Organization, alice: User, charlie: User
) -> None:
    robot = create_service_account(organization=umbra, name="robot", actor=charlie)
    ask = {"user": robot, "role": GUEST, "actor": alice, "scope": acme.access_scope}
    assert refusal(grant_role, **ask) == "wrong_place"


def test_who_may_not_bind_a_service_accounts_roles_does_not_switch_it_on(
    acme: Organization, alice: User, member: Join
) -> None:
    robot = create_service_account(organization=acme, name="robot", actor=alice)
    give(robot, OWNER, acme)
    names = ["service_accounts:edit", "roles:bind", "hubs:read"]
    clerk = create_custom_role(organization=acme, name="Clerk", permissions=names, actor=alice)
    eve = member("eve", acme, clerk)
    for active in (False, True):
        ask = {"account": robot, "active": active, "actor": eve}
        assert refusal(set_service_account_active, **ask) == "not_yours_to_grant"


# --- custom roles and conditions ---


def test_a_custom_role_holds_what_its_maker_holds_and_no_more(
    acme: Organization, alice: User, member: Join
) -> None:
    names = ["roles:edit", "hubs:reboot"]
    maker = create_custom_role(organization=acme, name="Maker", permissions=names, actor=alice)
    eve = member("eve", acme, maker)
    made = create_custom_role(
        organization=acme, name="Rebooter", permissions=["hubs:reboot"], actor=eve
    )
    assert made.granted == {Permission.HUBS_REBOOT}
    more = {"name": "x", "permissions": ["hubs:reboot", "hubs:rotate"], "actor": eve}
    assert refusal(create_custom_role, organization=acme, **more) == "not_yours_to_grant"
    assert refusal(edit_custom_role, role=made, **more) == "not_yours_to_grant"
    assert refusal(edit_custom_role, role=maker, **more) == "not_yours_to_grant"
    for name in [*PLATFORM_ONLY, "hubs:fly", "*"]:
        ask = {"organization": acme, "name": "x", "permissions": [str(name)]}
        assert refusal(create_custom_role, **ask, actor=alice) == "invalid"


def test_a_higher_role_is_neither_changed_nor_deleted_by_a_lower_one_also_not_by_an_old_copy(
    acme: Organization, alice: User, member: Join
) -> None:
    lower = create_custom_role(
        organization=acme, name="Low", permissions=["roles:edit"], actor=alice
    )
    eve = member("eve", acme, lower)
    role = create_custom_role(organization=acme, name="R", permissions=[], actor=alice)
    old = CustomRole.objects.of(acme).get(pk=role.pk)
    edit_custom_role(role=role, name="R", permissions=["hubs:rotate"], actor=alice)
    ask = {"role": old, "actor": eve}
    assert refusal(edit_custom_role, **ask, name="R", permissions=[]) == "not_yours_to_grant"
    assert refusal(delete_custom_role, **ask) == "not_yours_to_grant"


def test_a_role_with_a_permission_that_is_gone_can_still_be_changed(
    acme: Organization, alice: User
) -> None:
    role = CustomRole.objects.create(
        organization=acme, name="Old", permissions=["fax:send", "hubs:read"]
    )
    edit_custom_role(role=role, name="New", permissions=["hubs:read"], actor=alice)
    assert CustomRole.objects.of(acme).get().permissions == ["hubs:read"]


def test_a_deleted_role_is_held_by_nobody(acme: Organization, alice: User, bob: User) -> None:
    role = create_custom_role(organization=acme, name="R", permissions=["hubs:read"], actor=alice)
    give(bob, role, acme)
    assert can(bob, Permission.HUBS_READ, acme)
    delete_custom_role(role=role, actor=alice)
    assert not can(anew(bob), Permission.HUBS_READ, acme)
    with pytest.raises(NotFound):
        delete_custom_role(role=CustomRole(pk=bob.pk, organization=acme), actor=alice)


def test_who_stands_under_a_condition_does_not_change_it(
    acme: Organization, alice: User, member: Join, anywhere: Condition
) -> None:
    names = ["conditions:edit", "roles:bind"]
    clerk = create_custom_role(organization=acme, name="Clerk", permissions=names, actor=alice)
    eve = member("eve", acme, clerk)
    give(eve, OWNER, acme, condition=anywhere)
    ask = {"condition": anywhere, "name": "Anywhere", "rule": {"not": {"method": ["ldap"]}}}
    assert refusal(edit_condition, **ask, actor=eve) == "not_yours_to_grant"
    edit_condition(**ask, actor=alice)
    with pytest.raises(Conflict):
        delete_condition(condition=anywhere, actor=alice)


def test_a_bad_rule_and_a_taken_name_are_refused(
    acme: Organization, alice: User, anywhere: Condition
) -> None:
    made = {"organization": acme, "actor": alice}
    assert refusal(create_condition, **made, name="x", rule={"eval": "1"}) == "invalid"
    assert refusal(create_condition, **made, name="Anywhere", rule=EVERYWHERE) == "name_taken"
    assert refusal(edit_condition, condition=anywhere, name="x", rule={}, actor=alice) == "invalid"


@pytest.mark.parametrize("role", sorted(set(RoleName) - {OWNER, RoleName.PLATFORM_ADMINISTRATOR}))
def test_every_change_asks_for_its_permission(
    role: RoleName, acme: Organization, alice: User, member: Join, anywhere: Condition
) -> None:
    eve = member("eve", acme, role)
    made = {"organization": acme, "name": "x", "actor": eve}
    custom = CustomRole.objects.create(organization=acme, name="R", permissions=[])
    robot = create_service_account(organization=acme, name="robot", actor=alice)
    invitation = invite(organization=acme, email="x@example.com", role=GUEST, actor=alice)
    for work, kwargs in (
        (create_custom_role, {**made, "permissions": []}),
        (edit_custom_role, {"role": custom, "name": "x", "permissions": [], "actor": eve}),
        (delete_custom_role, {"role": custom, "actor": eve}),
        (create_condition, {**made, "rule": EVERYWHERE}),
        (edit_condition, {"condition": anywhere, "name": "x", "rule": EVERYWHERE, "actor": eve}),
        (delete_condition, {"condition": anywhere, "actor": eve}),
        (create_service_account, made),
        (set_service_account_active, {"account": robot, "active": False, "actor": eve}),
        (revoke_invitation, {"invitation": invitation, "actor": eve}),
        (invite, {"organization": acme, "email": "y@example.com", "role": GUEST, "actor": eve}),
        (remove_member, {"membership": Membership.objects.of(acme).get(user=alice), "actor": eve}),
    ):
        assert refusal(work, **kwargs) == "permission_denied", work.__name__


# --- rank ---


def test_a_lower_role_never_acts_on_the_account_of_a_higher(
    acme: Organization, alice: User, bob: User, dora: User, person: Join
) -> None:
    eve = person("eve")
    assert outranks(dora, alice)
    assert not outranks(alice, dora)
    assert not outranks(bob, alice)
    assert outranks(alice, bob)
    for work, kwargs in ((set_active, {"active": False}), (send_reset, {})):
        key = "user" if work is set_active else "person"
        with pytest.raises(Forbidden) as refused:
            work(**{key: alice, "actor": eve, **kwargs})  # type: ignore[operator]
        assert refused.value.code == "outranked"


def test_an_administrator_of_an_hour_does_not_act_on_one_for_good(dora: User, bob: User) -> None:
    end = timezone.now() + timedelta(hours=1)
    grant_role(
        user=bob, role=RoleName.PLATFORM_ADMINISTRATOR, actor=dora, expires_at=end, scope=PLATFORM
    )
    assert can(bob, Permission.PEOPLE_RESET_PASSWORD)
    assert not outranks(bob, dora)
    with pytest.raises(Forbidden):
        send_reset(person=dora, actor=bob)


def test_the_owner_of_a_disabled_organization_is_still_outranked_by_few(
    acme: Organization, alice: User, bob: User, dora: User
) -> None:
    set_organization_active(organization=acme, active=False, actor=dora)
    assert not outranks(bob, alice)


def test_rank_is_read_anew(acme: Organization, alice: User, bob: User, charlie: User) -> None:
    assert outranks(charlie, bob)
    RoleBinding.objects.filter(user=alice).update(user=bob, key="changed elsewhere")
    assert not outranks(charlie, bob)


# --- the last in charge ---


def test_the_last_owner_is_neither_revoked_nor_given_an_end_or_a_condition(
    acme: Organization, alice: User, dora: User, anywhere: Condition
) -> None:
    binding = RoleBinding.objects.get(user=alice)
    again = {"user": alice, "role": OWNER, "scope": acme.access_scope}
    for actor in (alice, dora, None):
        assert refusal(revoke_role, binding=binding, actor=actor) == "last_owner"
        end = timezone.now() + timedelta(days=1)
        assert refusal(grant_role, **again, actor=actor, expires_at=end) == "last_owner"
        assert refusal(grant_role, **again, actor=actor, condition=anywhere) == "last_owner"


def test_one_of_two_owners_may_go(acme: Organization, alice: User, bob: User) -> None:
    give(bob, OWNER, acme)
    revoke_role(binding=RoleBinding.objects.get(user=alice), actor=bob)
    assert (
        refusal(revoke_role, binding=RoleBinding.objects.get(user=bob), actor=bob) == "last_owner"
    )


def test_the_last_owner_stays_one_who_is_disabled_meanwhile(
    acme: Organization, alice: User, dora: User
) -> None:
    """Else an organization had none on the day that they are enabled again."""
    set_active(user=alice, active=False, actor=dora)
    binding = RoleBinding.objects.get(user=alice)
    assert refusal(revoke_role, binding=binding, actor=dora) == "last_owner"


def test_an_owner_who_is_disabled_or_for_a_time_is_not_counted(
    acme: Organization, alice: User, bob: User, member: Join
) -> None:
    give(bob, OWNER, acme)
    User.objects.filter(pk=bob.pk).update(is_active=False)
    member("eve", acme, OWNER, expires_at=timezone.now() + timedelta(days=1))
    binding = RoleBinding.objects.get(user=alice)
    assert refusal(revoke_role, binding=binding, actor=None) == "last_owner"


def test_the_last_administrator_is_neither_revoked_nor_given_an_end(dora: User, bob: User) -> None:
    binding = RoleBinding.objects.get(user=dora)
    role = RoleName.PLATFORM_ADMINISTRATOR
    end = timezone.now() + timedelta(days=1)
    for actor in (dora, None):
        assert refusal(revoke_role, binding=binding, actor=actor) == "last_administrator"
        again = {
            "user": dora,
            "role": role,
            "actor": actor,
            "scope": PLATFORM,
            "expires_at": end,
        }
        assert refusal(grant_role, **again) == "last_administrator"
    grant_role(user=bob, role=role, actor=dora, scope=PLATFORM)
    revoke_role(binding=binding, actor=bob)


def test_taking_back_what_is_gone_tells_nothing(
    acme: Organization, alice: User, bob: User, events: Callable[..., list[Any]]
) -> None:
    binding = give(bob, GUEST, acme)
    for _ in range(2):
        revoke_role(binding=binding, actor=alice)
    assert len(events("access:role:revoked")) == 1


@pytest.mark.slow
def test_who_may_enrol_sees_the_codes_for_it_also_after_an_upgrade(
    acme: Organization, alice: User
) -> None:
    """To see them was a part of hubs:enrol once."""
    robot = create_service_account(organization=acme, name="Robot", role=OWNER, actor=alice)
    token, _secret = create_api_token(
        account=robot, name="Nightly", actor=alice, permissions=["hubs:enrol"], read_only=False
    )
    made = {"organization": acme, "actor": alice}
    role = create_custom_role(name="Own", permissions=["hubs:enrol"], **made)
    other = create_custom_role(name="Other", permissions=["hubs:read"], **made)
    for app in ("access.migrations.0002", "provider.migrations.0008"):
        path = f"accounts.{app}_codes_are_read_by_who_reads"
        module: Any = importlib.import_module(path)
        executor = MigrationExecutor(connection)
        module.add(executor.loader.project_state().apps, None)
    for row in (token, role, other):
        row.refresh_from_db()
    both = ["hub_codes:read", "hubs:enrol"]
    assert (token.permissions, role.permissions, other.permissions) == (both, both, ["hubs:read"])
