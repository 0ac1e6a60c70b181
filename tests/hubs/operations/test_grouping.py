"""Hubs are grouped and tagged by who may edit them."""

from typing import Any

import pytest

from accounts.access.models import Membership as Belonging
from accounts.access.roles import RoleName
from accounts.access.services import grant_role
from hubs.operations.grouping import (
    add_to_group,
    create_group,
    remove_group,
    set_tags,
    take_from_group,
)
from hubs.operations.models import Group, Membership, Tag
from hubs.operations.selectors import groups_of
from mago.core.errors import Forbidden, Refused


def test_a_group_holds_hubs_and_goes_without_them(enrol: Any, acme: Any, alice: Any) -> None:
    group = create_group(organization=acme, name="Pilots", actor=alice)
    hubs = [enrol(f"S-{n}").hub for n in range(2)]
    assert add_to_group(group=group, hubs=hubs, actor=alice) == 2
    assert add_to_group(group=group, hubs=hubs, actor=alice) == 0
    assert take_from_group(group=group, hubs=hubs[:1], actor=alice) == 1
    assert groups_of(acme).values_list("size", flat=True).get() == 1
    with pytest.raises(Refused):
        create_group(organization=acme, name="Pilots", actor=alice)
    remove_group(group=group, actor=alice)
    assert not Membership.objects.exists()
    assert not Group.objects.of(acme).exists()


def test_tags_are_small_words_and_replaced_together(enrolled: Any, alice: Any, events: Any) -> None:
    hub = enrolled.hub
    set_tags(hub=hub, tags=["Large ", "board", ""], actor=alice)
    set_tags(hub=hub, tags=["board", "video"], actor=alice)
    assert sorted(Tag.objects.values_list("name", flat=True)) == ["board", "video"]
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
