"""Roles other than the administrator's on the platform: they flow down into every organization, and no further than they say."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone, translation

from accounts.access.explain import explain, who_can
from accounts.access.models import Condition
from accounts.access.permissions import Permission
from accounts.access.roles import ON_PLATFORM, PERMISSIONS, RoleName
from accounts.access.scope import PLATFORM
from accounts.access.selectors.decisions import can
from accounts.access.selectors.in_charge import administrators
from accounts.access.services import (
    create_custom_role,
    create_service_account,
    grant_role,
    revoke_on_platform,
    set_active,
)
from accounts.models import User
from accounts.organizations.models import Organization, SignInPolicy, Site
from accounts.organizations.policy import Demand, strictest
from accounts.organizations.selectors import concerned_by, demand_on
from accounts.organizations.services import (
    demand_factors_of_administrators,
    grant_on_platform,
    set_policy,
)
from mago.core.errors import Conflict, Forbidden, Refused

from .conftest import permissions_of

WHY = "audit of this year"
REPORTER, SITE_ADMINISTRATOR = RoleName.REPORTER, RoleName.SITE_ADMINISTRATOR
ADMINISTRATOR = RoleName.PLATFORM_ADMINISTRATOR


def told(mail: Any) -> Any:
    return mail.context if isinstance(mail.context, dict) else json.loads(mail.context)


def anew(user: User) -> User:
    return User.objects.get(pk=user.pk)


@pytest.mark.turns
@pytest.mark.parametrize("role", [role for role in RoleName if role in ON_PLATFORM])
def test_a_role_on_the_platform_counts_in_every_organization_without_a_membership(
    role: RoleName, acme: Organization, umbra: Organization, hall: Site, person: Any
) -> None:
    eve = person("eve")
    grant_role(user=eve, role=role, actor=None, scope=PLATFORM)
    for place in (acme, umbra, hall):
        assert permissions_of(eve, place.access_scope) >= PERMISSIONS[role]
    assert permissions_of(eve, PLATFORM) == ON_PLATFORM[role]


def test_a_reporter_reads_everything_and_changes_nothing(
    acme: Organization, dora: User, person: Any
) -> None:
    eve = person("eve")
    grant_on_platform(person=eve, role=REPORTER, reason=WHY, actor=dora)
    assert can(eve, Permission.PEOPLE_READ)
    assert can(eve, Permission.MEMBERS_READ, acme)
    for permission in set(Permission):
        if not permission.endswith(":read"):
            assert not can(eve, permission), permission
            assert not can(eve, permission, acme), permission


def test_the_same_role_in_an_organization_reads_nothing_of_the_platform(
    acme: Organization, member: Any
) -> None:
    eve = member("eve", acme, REPORTER)
    assert can(eve, Permission.MEMBERS_READ, acme)
    assert not can(eve, Permission.PEOPLE_READ)
    assert not can(eve, Permission.PEOPLE_READ, acme)


def test_it_ends_in_time_and_when_it_is_taken_back(
    acme: Organization, dora: User, person: Any
) -> None:
    eve, end = person("eve"), timezone.now() + timedelta(days=1)
    grant_on_platform(person=eve, role=REPORTER, reason=WHY, actor=dora, expires_at=end)
    assert can(anew(eve), Permission.MEMBERS_READ, acme)
    eve.role_bindings.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert not can(anew(eve), Permission.MEMBERS_READ, acme)
    held = grant_on_platform(person=eve, role=REPORTER, reason=WHY, actor=dora)
    assert can(anew(eve), Permission.MEMBERS_READ, acme)
    revoke_on_platform(binding=held, reason=WHY, actor=dora)
    assert not can(anew(eve), Permission.MEMBERS_READ, acme)


def test_a_role_that_had_ended_is_granted_anew_and_not_since_then(
    dora: User, bob: User, person: Any
) -> None:
    """A provider that was linked meanwhile was linked to somebody who held nothing here."""
    eve, then = person("eve"), timezone.now() - timedelta(days=9)
    held = grant_on_platform(person=eve, role=REPORTER, reason=WHY, actor=dora)
    eve.role_bindings.update(granted_at=then, granted_by=bob)
    assert grant_on_platform(person=eve, role=REPORTER, reason=WHY, actor=dora).granted_at == then
    eve.role_bindings.update(expires_at=then + timedelta(days=1))
    again = grant_on_platform(person=eve, role=REPORTER, reason=WHY, actor=dora)
    again.refresh_from_db()
    assert (again.pk, again.granted_by) == (held.pk, dora)
    assert again.granted_at > then


def test_what_is_an_organization_s_cannot_be_held_on_the_platform(
    acme: Organization, alice: User, bob: User
) -> None:
    """An owner's role, one of its own, a condition of its own, a program of its own."""
    made = {"organization": acme, "actor": alice}
    own = create_custom_role(name="Own", permissions=["hubs:read"], **made)
    robot = create_service_account(name="Robot", **made)
    rule = {"network": ["192.0.2.0/24"]}
    anywhere = Condition.objects.create(organization=acme, name="Here", rule=rule)
    for ask in (
        {"user": bob, "role": RoleName.ORGANIZATION_OWNER},
        {"user": bob, "role": own},
        {"user": bob, "role": REPORTER, "condition": anywhere},
        {"user": robot, "role": REPORTER},
    ):
        with pytest.raises(Refused) as refused:
            grant_role(actor=None, scope=PLATFORM, **ask)
        assert refused.value.code == "wrong_place"
    assert not any(binding.organization_id is None for binding in bob.role_bindings.all())


def test_nobody_grants_more_on_the_platform_than_they_hold_there(
    acme: Organization, alice: User, bob: User, dora: User, person: Any
) -> None:
    """alice owns an organization; eve looks after all sites of the platform, and passes on at them what she holds."""
    eve, frank = person("eve"), person("frank")
    grant_role(user=eve, role=SITE_ADMINISTRATOR, actor=None, scope=PLATFORM)
    for actor, role in ((alice, RoleName.GUEST), (bob, REPORTER), (eve, ADMINISTRATOR)):
        with pytest.raises(Forbidden):
            grant_on_platform(person=actor, role=role, reason=WHY, actor=actor)
        with pytest.raises(Forbidden):
            grant_on_platform(person=frank, role=role, reason=WHY, actor=actor)
    with pytest.raises(Forbidden):
        grant_on_platform(person=frank, role=RoleName.SECURITY_OFFICER, reason=WHY, actor=eve)
    auditor = grant_on_platform(person=frank, role=REPORTER, reason=WHY, actor=dora)
    for binding in (dora.role_bindings.get(), auditor):
        with pytest.raises(Forbidden):
            revoke_on_platform(binding=binding, reason=WHY, actor=eve)
    grant_role(user=bob, role=RoleName.TECHNICIAN, actor=eve, scope=acme.access_scope)
    assert list(administrators()) == [dora]


def test_a_visitor_of_an_hour_passes_nothing_on(bob: User, dora: User, charlie: User) -> None:
    end = timezone.now() + timedelta(hours=1)
    grant_role(user=bob, role=ADMINISTRATOR, actor=None, expires_at=end, scope=PLATFORM)
    with pytest.raises(Forbidden):
        grant_on_platform(person=charlie, role=REPORTER, reason=WHY, actor=bob)


def test_it_does_not_make_somebody_in_charge(dora: User, person: Any) -> None:
    """The last administrator stays the last, however many read."""
    eve = person("eve")
    grant_role(user=eve, role=SITE_ADMINISTRATOR, actor=None, scope=PLATFORM)
    with pytest.raises(Conflict) as conflict:
        revoke_on_platform(binding=dora.role_bindings.get(), reason=WHY, actor=None)
    assert conflict.value.code == "last_administrator"
    with pytest.raises(Forbidden):
        set_active(user=dora, active=False, actor=eve)


def test_the_person_and_the_administrators_hear_of_it_in_their_language(
    dora: User, person: Any, mails: Any, events: Any
) -> None:
    eve = person("eve", language="it")
    held = grant_on_platform(person=eve, role=REPORTER, reason=WHY, actor=dora)
    (own,) = mails("access/administrator", eve.email)
    (other,) = mails("access/administrator", dora.email)
    assert told(own)["role"] == "Segnalatore" != told(other)["role"] == "Reporter"
    assert told(own)["link"].endswith("/admincenter/organizations/")
    assert events("access:role:granted")[-1].detail["role"] == "reporter"
    revoke_on_platform(binding=held, reason=WHY, actor=dora)
    assert events("access:role:revoked")[-1].detail["reason"] == WHY


def test_explain_tells_of_it(acme: Organization, dora: User, person: Any) -> None:
    eve = person("eve")
    held = grant_role(user=eve, role=REPORTER, actor=None, scope=PLATFORM)
    decision, looked = explain(eve, Permission.MEMBERS_READ, acme)
    assert decision
    assert [(one.binding, one.allows) for one in looked] == [(held, True)]
    assert held in who_can(Permission.MEMBERS_READ, acme, viewer=dora)
    assert held in who_can(Permission.PEOPLE_READ, None, viewer=dora)


def test_what_is_demanded_of_administrators_is_demanded_of_every_role_on_the_platform(
    acme: Organization, dora: User, person: Any, member: Any
) -> None:
    """Not of the same role in an organization: what is read there is one customer's."""
    demand_factors_of_administrators()
    policy = SignInPolicy.objects.of_platform().get()
    eve, frank = person("eve"), member("frank", acme, REPORTER)
    assert demand_on(eve) == Demand()
    grant_role(user=eve, role=RoleName.GUEST, actor=None, scope=PLATFORM)
    for user in (eve, dora):
        assert demand_on(anew(user)) == strictest([policy])
    assert demand_on(frank) == Demand()
    assert set(concerned_by(policy)) == {eve, dora}
    eve.role_bindings.all().delete()
    assert demand_on(anew(eve)) == Demand()


def test_what_an_organization_demands_of_a_role_holds_for_members_who_hold_it_on_the_platform(
    acme: Organization, alice: User, member: Any, person: Any
) -> None:
    """Not for who is no member: no organization decides how others sign in."""
    policy = set_policy(organization=acme, role="technician", strength=2, actor=alice)
    eve, frank = member("eve", acme), person("frank")
    for user in (eve, frank):
        grant_role(user=user, role=RoleName.TECHNICIAN, actor=None, scope=PLATFORM)
    assert demand_on(anew(eve)) == strictest([policy])
    assert demand_on(anew(frank)) == Demand()
    assert set(concerned_by(policy)) == {eve}


def test_no_organization_demands_anything_of_administrators(
    acme: Organization, alice: User, dora: User
) -> None:
    with pytest.raises(Refused) as refused:
        set_policy(organization=acme, role=ADMINISTRATOR.value, methods=["saml"], actor=alice)
    assert refused.value.code == "wrong_place"


def test_a_role_that_would_leave_no_way_of_signing_in_is_not_granted(
    dora: User, person: Any
) -> None:
    demands = {"reporter": ["password"], ADMINISTRATOR.value: ["passkey"]}
    for role, methods in demands.items():
        SignInPolicy.objects.create(role=role, methods=methods)
    eve = person("eve")
    with pytest.raises(Refused) as refused:
        grant_on_platform(person=eve, role=REPORTER, reason=WHY, actor=dora)
    assert refused.value.code == "policies_exclude"
    assert not eve.role_bindings.exists()


def test_a_mail_in_no_language_of_its_reader_is_in_one(dora: User, person: Any, mails: Any) -> None:
    with translation.override("it"):
        grant_on_platform(person=person("eve"), role=REPORTER, reason=WHY, actor=dora)
    (own,) = mails("access/administrator", "eve@example.com")
    assert (own.language, told(own)["role"]) == ("it", "Segnalatore")
