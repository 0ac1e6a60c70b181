"""Hubs are grouped and tagged by who may edit them."""

from typing import Any

import pytest

from accounts.access.models import Membership as Belonging
from accounts.access.permissions import Permission
from accounts.access.roles import RoleName
from accounts.access.selectors.decisions import can
from accounts.access.services import create_condition, create_custom_role, grant_role
from accounts.organizations.services import create_site
from hubs.models import Hub
from hubs.operations.grouping import (
    add_to_group,
    create_group,
    remove_group,
    set_tags,
    take_from_group,
)
from hubs.operations.kinds import Kind
from hubs.operations.models import Group, Membership, Tag
from hubs.operations.orders import order_task
from hubs.operations.selectors import groups_of
from hubs.services.hubs import edit_hub
from mago.core.errors import Forbidden, Refused


def test_a_group_holds_hubs_and_goes_without_them(
    enrol: Any, acme: Any, alice: Any, events: Any
) -> None:
    group = create_group(organization=acme, name="Pilots", actor=alice)
    hubs = [enrol(f"S-{n}").hub for n in range(2)]
    assert add_to_group(group=group, hubs=hubs, actor=alice) == 2
    assert add_to_group(group=group, hubs=hubs, actor=alice) == 0
    assert take_from_group(group=group, hubs=hubs[:1], actor=alice) == 1
    assert groups_of(acme).values_list("size", flat=True).get() == 1
    with pytest.raises(Refused):
        create_group(organization=acme, name="Pilots", actor=alice)
    remove_group(group=group, actor=alice)
    assert events("hubs:group:removed")[0].detail["hubs"] == [str(hubs[1])]
    assert not Membership.objects.everywhere(reason="test").exists()
    assert not Group.objects.of(acme).exists()


def test_tags_are_small_words_and_replaced_together(enrolled: Any, alice: Any, events: Any) -> None:
    hub = enrolled.hub
    set_tags(hub=hub, tags=["Large ", "board", ""], actor=alice)
    set_tags(hub=hub, tags=["board", "video"], actor=alice)
    assert sorted(Tag.objects.everywhere(reason="test").values_list("name", flat=True)) == [
        "board",
        "video",
    ]
    told = events("hubs:hub:edited")[-1].detail
    assert told["before"] == {"tags": ["board", "large"]}
    assert told["after"] == {"tags": ["board", "video"]}
    for wrong in (["x" * 41], [str(n) for n in range(21)], ["a\nb"]):
        with pytest.raises(Refused) as refused:
            set_tags(hub=hub, tags=wrong, actor=alice)
        assert list(refused.value.fields) == ["tags"]


def test_who_may_not_edit_a_hub_neither_groups_nor_tags_it(
    enrolled: Any, acme: Any, alice: Any, bob: Any
) -> None:
    Belonging.objects.create(organization=acme, user=bob)
    grant_role(user=bob, role=RoleName.TECHNICIAN, actor=None, scope=acme.access_scope)
    group = create_group(organization=acme, name="Pilots", actor=alice)
    for attempt in (
        lambda: create_group(organization=acme, name="Mine", actor=bob),
        lambda: add_to_group(group=group, hubs=[enrolled.hub], actor=bob),
        lambda: set_tags(hub=enrolled.hub, tags=["x"], actor=bob),
    ):
        with pytest.raises(Forbidden):
            attempt()


def test_a_condition_asks_for_model_and_tags_of_a_hub_and_for_its_site(
    enrol: Any, acme: Any, alice: Any, bob: Any, django_assert_max_num_queries: Any
) -> None:
    """bob restarts the pilots of the Italian site, and no other hub."""
    pilot, other = enrol("S-1").hub, enrol("S-2").hub
    asked = {
        "hub.model": ["Panel 7", "Panel 8"],
        "hub.tag": ["pilot", "spare"],
        "site.country": ["IT"],
    }
    rule = {"all": [{"attribute": {"name": n, "any_of": values}} for n, values in asked.items()]}
    condition = create_condition(organization=acme, name="Pilots", rule=rule, actor=alice)
    Belonging.objects.create(organization=acme, user=bob)
    where: Any = {"scope": acme.access_scope, "condition": condition}
    grant_role(user=bob, role=RoleName.TECHNICIAN, actor=None, **where)
    set_tags(hub=pilot, tags=["board", "pilot"], actor=alice)
    assert not can(bob, Permission.HUBS_REBOOT, anew(pilot)), "nobody has said where the site is"
    pilot.site.attributes = {"country": "IT"}
    pilot.site.save()
    pilot, other = anew(pilot), anew(other)
    with django_assert_max_num_queries(3):  # his roles, the hub's site, its tags
        decisions = [can(bob, Permission.HUBS_REBOOT, pilot) for _ in range(3)]
    assert "hub.tag is board, pilot" in decisions[0].reason
    assert not can(bob, Permission.HUBS_REBOOT, other)
    task: Any = {"organization": acme, "kind": Kind.RESTART, "addressed_to": "", "actor": bob}
    assert order_task(hubs=[pilot], **task).assignments.get().hub == pilot
    with pytest.raises(Forbidden):
        order_task(hubs=[pilot, other], **task)


@pytest.mark.parametrize("asked", ["pilot", "Pilot"])
def test_a_tag_for_which_a_condition_asks_is_not_given_by_whom_it_would_let_in(
    asked: str, enrolled: Any, acme: Any, alice: Any, bob: Any
) -> None:
    """bob edits all hubs and restarts only pilots: else he would make a pilot of each."""
    rule = {"any": [{"not": {"attribute": {"name": "hub.tag", "any_of": [asked]}}}]}
    create_condition(organization=acme, name="Pilots", rule=rule, actor=alice)
    Belonging.objects.create(organization=acme, user=bob)
    grant_role(user=bob, role=RoleName.SITE_ADMINISTRATOR, actor=None, scope=acme.access_scope)
    hub = enrolled.hub
    set_tags(hub=hub, tags=["board"], actor=bob)
    with pytest.raises(Forbidden):
        set_tags(hub=hub, tags=["board", "Pilot"], actor=bob)
    set_tags(hub=hub, tags=["board", "pilot"], actor=alice)
    with pytest.raises(Forbidden):
        set_tags(hub=hub, tags=["board"], actor=bob)
    set_tags(hub=hub, tags=["pilot"], actor=bob)
    assert sorted(hub.tags.values_list("name", flat=True)) == ["pilot"]


def test_nor_by_whom_edits_conditions_and_could_not_bind_what_stands_under_it(
    enrolled: Any, acme: Any, alice: Any, bob: Any
) -> None:
    rule = {"attribute": {"name": "hub.tag", "any_of": ["pilot"]}}
    pilots = create_condition(organization=acme, name="Pilots", rule=rule, actor=alice)
    Belonging.objects.create(organization=acme, user=bob)
    gardener = create_custom_role(
        organization=acme,
        name="Gardener",
        permissions=[Permission.HUBS_READ, Permission.HUBS_EDIT, Permission.CONDITIONS_EDIT],
        actor=alice,
    )
    where = acme.access_scope
    grant_role(user=bob, role=gardener, actor=None, scope=where)
    set_tags(hub=enrolled.hub, tags=["pilot"], actor=bob)
    set_tags(hub=enrolled.hub, tags=[], actor=bob)
    grant_role(user=bob, role=RoleName.TECHNICIAN, actor=None, scope=where, condition=pilots)
    with pytest.raises(Forbidden):
        set_tags(hub=enrolled.hub, tags=["pilot"], actor=bob)
    assert not enrolled.hub.tags.exists()


def test_a_hub_is_not_moved_to_where_a_condition_lets_its_mover_do_more(
    enrolled: Any, acme: Any, alice: Any, bob: Any
) -> None:
    rule = {"attribute": {"name": "site.country", "any_of": ["IT"]}}
    create_condition(organization=acme, name="Italy", rule=rule, actor=alice)
    there = create_site(organization=acme, name="Roma", attributes={"country": "IT"}, actor=alice)
    Belonging.objects.create(organization=acme, user=bob)
    grant_role(user=bob, role=RoleName.SITE_ADMINISTRATOR, actor=None, scope=acme.access_scope)
    hub = enrolled.hub
    with pytest.raises(Forbidden):
        edit_hub(hub=hub, name="Moved", site=there, room=None, actor=bob)
    edit_hub(hub=hub, name="Moved", site=there, room=None, actor=alice)
    assert anew(hub).site == there


def anew(hub: Hub) -> Hub:
    """The hub as another request finds it."""
    return Hub.objects.of(hub.organization_id).get(pk=hub.pk)
