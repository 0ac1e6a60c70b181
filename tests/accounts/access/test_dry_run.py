"""A dry run knows all that those concerned hold besides, and looks at each place where the answer may be another."""

from typing import Any

import pytest

from accounts.access import dry_run, explain
from accounts.access.dry_run import DryRun, if_condition_were, if_role_were
from accounts.access.models import Condition, CustomRole, RoleBinding
from accounts.access.permissions import Permission
from accounts.access.preview import Hubs
from accounts.access.roles import RoleName
from accounts.access.scope import PLATFORM
from accounts.access.services import create_custom_role, grant_role
from accounts.models import User
from accounts.organizations.models import Organization, Site
from hubs.models import Hub
from hubs.operations.models import Tag

from .conftest import TECHNICIAN, give

REBOOT = Permission.HUBS_REBOOT


@pytest.fixture
def own(acme: Organization, alice: User) -> CustomRole:
    """A role of Acme's own."""
    made = {"organization": acme, "actor": alice}
    return create_custom_role(name="Own", permissions=["hubs:read", "hubs:reboot"], **made)


def test_what_a_role_on_the_platform_gives_is_not_lost(
    acme: Organization, own: CustomRole, bob: User, member: Any
) -> None:
    eve = member("eve", acme, own)
    give(bob, own, acme)
    grant_role(user=bob, role=TECHNICIAN, actor=None, scope=PLATFORM)
    (change,) = if_role_were(own, ["hubs:read"]).changes
    assert (change.who, change.losses) == (eve, [REBOOT])


def test_what_another_role_gives_is_not_lost_either(
    acme: Organization, own: CustomRole, bob: User
) -> None:
    give(bob, own, acme)
    give(bob, RoleName.TECHNICIAN, acme)
    assert if_role_were(own, []) == DryRun([])


def asks(name: str, *values: str) -> dict[str, Any]:
    return {"attribute": {"name": name, "any_of": list(values)}}


def told(run: DryRun) -> set[tuple[Any, Any, str]]:
    """Of each change the site, the hubs there, and whether it gains, loses or does neither."""
    return {
        (c.scope.site_id, c.hubs, "gains" if c.gains else "loses" if c.losses else "")
        for c in run.changes
    }


@pytest.fixture
def roma(acme: Organization) -> Site:
    return Site.objects.create(organization=acme, name="Roma", attributes={"country": "IT"})


@pytest.fixture
def zurich(acme: Organization) -> Site:
    return Site.objects.create(organization=acme, name="Zurich", attributes={"country": "CH"})


@pytest.fixture
def italy(acme: Organization, member: Any, roma: Site, zurich: Site) -> Condition:
    """Under which Rita is a technician in all of Acme."""
    rule = asks("site.country", "IT")
    condition = Condition.objects.create(organization=acme, name="Italy", rule=rule)
    member("rita", acme, TECHNICIAN, condition=condition)
    return condition


def hub(site: Site, serial: str, model: str, *tags: str) -> None:
    made = Hub.objects.create(organization=site.organization, site=site, serial=serial, model=model)
    for name in tags:
        Tag.objects.create(hub=made, name=name)


def test_each_site_is_looked_at_where_what_it_is_counts(
    italy: Condition, roma: Site, zurich: Site, hall: Site
) -> None:
    run = if_condition_were(italy, asks("site.country", "CH"))
    assert told(run) == {(roma.pk, None, "loses"), (zurich.pk, None, "gains")}
    assert run.complete


def test_a_site_where_nothing_changes_is_told_apart_from_the_organization_that_loses(
    acme: Organization, italy: Condition, roma: Site, zurich: Site
) -> None:
    Condition.objects.of(acme).update(rule={"email_domain": ["example.com"]})
    italy.refresh_from_db()
    run = if_condition_were(italy, asks("site.country", "IT"))
    assert told(run) == {(None, None, "loses"), (roma.pk, None, "")}


def test_what_another_role_gives_at_a_site_is_not_lost_there(
    acme: Organization, italy: Condition, roma: Site, zurich: Site
) -> None:
    rita = RoleBinding.objects.get(condition=italy).user
    assert rita
    give(rita, TECHNICIAN, acme, site=roma)
    run = if_condition_were(italy, asks("site.country", "CH"))
    assert told(run) == {(zurich.pk, None, "gains")}


def test_a_role_of_one_site_is_judged_there_only(
    acme: Organization, italy: Condition, roma: Site, zurich: Site, member: Any
) -> None:
    RoleBinding.objects.filter(condition=italy).delete()
    member("eve", acme, TECHNICIAN, site=zurich, condition=italy)
    run = if_condition_were(italy, asks("site.country", "CH"))
    assert told(run) == {(zurich.pk, None, "gains")}


def test_hubs_are_looked_at_by_what_is_asked_of_them(
    acme: Organization, italy: Condition, roma: Site, zurich: Site
) -> None:
    hub(roma, "1", "Panel 7", "pilot", "blue")
    hub(roma, "2", "Panel 7", "pilot")
    hub(roma, "3", "Panel 9")
    hub(zurich, "4", "Panel 8")
    run = if_condition_were(italy, {"all": [italy.rule, asks("hub.tag", "Pilot")]})
    # No more at the site itself and at its other hubs; at those all stays as it is.
    assert told(run) == {(roma.pk, None, "loses"), (roma.pk, Hubs(tags=("pilot",)), "")}
    run = if_condition_were(italy, {"any": [italy.rule, asks("hub.model", "Panel 8")]})
    assert told(run) == {(zurich.pk, Hubs("Panel 8"), "gains")}
    assert run.complete


def test_what_cannot_all_be_looked_at_is_said(
    italy: Condition, roma: Site, zurich: Site, monkeypatch: Any
) -> None:
    hub(roma, "1", "Panel 7", "pilot")
    pilots = asks("hub.tag", "pilot")
    for most, complete in ((1, False), (2, False), (3, True)):
        monkeypatch.setattr(dry_run, "MOST_PLACES", most)
        assert if_condition_were(italy, pilots).complete is complete, most


def test_whom_it_concerns_beyond_what_is_looked_at_is_said(
    acme: Organization, own: CustomRole, member: Any, monkeypatch: Any
) -> None:
    for name in ("eve", "frank"):
        member(name, acme, own)
    assert len(if_role_were(own, []).changes) == 2
    monkeypatch.setattr(explain, "MOST", 1)
    run = if_role_were(own, [])
    assert (len(run.changes), run.complete, run.may_change) == (1, False, True)
    monkeypatch.undo()
    monkeypatch.setattr(dry_run, "MOST_TOLD", 1)
    run = if_role_were(own, [])
    assert (len(run.changes), run.complete) == (1, False)
