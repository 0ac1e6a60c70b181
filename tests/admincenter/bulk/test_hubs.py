"""Hubs, rooms, groups, codes and tasks, many at once."""

from typing import Any

import pytest

from accounts.access.models import Membership
from accounts.access.roles import RoleName
from accounts.access.scope import Scope
from accounts.access.services import grant_role
from accounts.organizations.services import create_site
from hubs.models import EnrolmentCode, Hub, Room, State
from hubs.operations.grouping import create_group
from hubs.operations.kinds import Kind
from hubs.operations.models import Group, Task
from hubs.operations.orders import order_task
from hubs.services import (
    create_enrolment_code,
    create_room,
    edit_hub,
    quarantine_hub,
    reactivate_hub,
    suspend_hub,
)
from tests.conftest import Browser

from .jobs import drafted, run, told, undo

AT = "hubs/acme/"


def states(acme: Any) -> dict[str, str]:
    return {hub.serial: hub.state for hub in Hub.objects.of(acme)}


@pytest.fixture
def three(enrol: Any, alice: Any) -> list[Hub]:
    """The third is in quarantine."""
    hubs = [enrol(f"S-{number}").hub for number in range(3)]
    quarantine_hub(hub=hubs[2], reason="odd", actor=alice)
    return hubs


def test_hubs_are_suspended_and_each_is_again_what_it_was(
    owner: Browser, acme: Any, three: list[Hub], alice: Any
) -> None:
    before = states(acme)
    job = drafted(owner, AT, "hubs.suspend", *three, ticked="hub")
    run(owner, job, reason="the building is sold")
    assert set(states(acme).values()) == {State.SUSPENDED}
    assert {hub.state_reason for hub in Hub.objects.of(acme)} == {"the building is sold"}
    # Let in by somebody, and shut out anew for a reason of its own: the same state is not the same.
    reactivate_hub(hub=three[0], reason="found", actor=alice)
    suspend_hub(hub=three[0], reason="stolen", actor=alice)
    said = undo(owner, job)
    assert said == {"S-0": "Somebody has changed this since.", "S-1": "", "S-2": ""}
    assert states(acme) == before | {"S-0": State.SUSPENDED}
    reasons = {hub.serial: hub.state_reason for hub in Hub.objects.of(acme)}
    assert reasons == {"S-0": "stolen", "S-1": "Taken back: the building is sold", "S-2": "odd"}


def test_hubs_are_let_in_again_rotated_and_retired(
    owner: Browser, acme: Any, three: list[Hub], dora: Any
) -> None:
    job = drafted(owner, AT, "hubs.reactivate", *three, ticked="hub")
    assert told(job) == {"S-0": "This is so already.", "S-1": "This is so already.", "S-2": ""}
    run(owner, job)
    assert set(states(acme).values()) == {State.ACTIVE}
    run(owner, drafted(owner, AT, "hubs.rotate", everything="on"))
    assert not Hub.objects.of(acme).filter(rotation_asked_at=None).exists()
    # Of all fleets at once, too.
    admin = Browser().as_person(dora)
    job = drafted(admin, "hubs/_all/", "hubs.retire", *three)
    assert set(told(job)) == {f"{hub} · Acme" for hub in three}
    run(admin, job)
    assert set(states(acme).values()) == {State.RETIRED}
    assert admin.post(f"/admincenter/jobs/{job.pk}/undo/", follow=True).status_code == 200
    assert set(states(acme).values()) == {State.RETIRED}


def test_who_looks_after_one_site_reaches_its_hubs_alone(
    acme: Any, alice: Any, bob: Any, three: list[Hub], enrol: Any
) -> None:
    annex = create_site(organization=acme, name="Annex", actor=alice)
    away = edit_hub(hub=enrol("A-1").hub, name="", site=annex, room=None, actor=alice)
    grant_role(
        user=bob, role=RoleName.SITE_ADMINISTRATOR, scope=Scope(acme.pk, annex.pk), actor=alice
    )
    theirs = Browser().as_person(bob)
    # Bob reads all of them, as he reports on Acme, and may change those of the annex.
    job = drafted(theirs, AT, "hubs.quarantine", *three[:2], away, ticked="hub")
    left_out = {label for label, why in told(job).items() if why}
    assert left_out == {"S-0", "S-1"}
    run(theirs, job)
    assert states(acme)["A-1"] == State.QUARANTINED
    assert states(acme)["S-0"] == State.ACTIVE


def test_the_boxes_of_hubs_are_for_tasks_groups_and_this(
    owner: Browser, reporter: Browser, acme: Any, three: list[Hub]
) -> None:
    page = owner.get(f"/admincenter/{AT}?q=S-").text
    assert page.count('id="chosen"') == 1
    assert f'formaction="/admincenter/{AT}choose/"' in page
    assert '<input type="hidden" name="q" value="S-">' in page
    assert 'name="work"' not in reporter.get(f"/admincenter/{AT}").text


def test_rooms_groups_codes_and_tasks_are_given_up(
    owner: Browser, acme: Any, alice: Any, hall: Any, enrol: Any
) -> None:
    room = create_room(site=hall, name="Green", actor=alice)
    group = create_group(organization=acme, name="Pilots", actor=alice)
    hub = enrol("S-1").hub
    create_enrolment_code(organization=acme, site=hall, actor=alice)
    task = order_task(
        organization=acme, hubs=[hub], kind=Kind.RESTART, addressed_to="S-1", actor=alice
    )
    for path, kind, row in (
        ("codes/", "hub_codes.revoke", None),
        ("rooms/", "rooms.remove", room),
        ("groups/", "hub_groups.remove", group),
        ("tasks/", "hub_tasks.cancel", task),
    ):
        rows = [row] if row else list(EnrolmentCode.objects.of(acme).filter(uses_left__gt=0))
        assert set(run(owner, drafted(owner, AT + path, kind, *rows)).values()) == {""}
    assert [room.name for room in Room.objects.of(acme)] == ["Blue"]
    assert not Group.objects.of(acme).exists()
    assert not EnrolmentCode.objects.of(acme).filter(revoked_at=None, uses_left__gt=0).exists()
    assert Task.objects.of(acme).get().cancelled_at


def test_who_operates_one_site_cancels_tasks_of_its_hubs(
    acme: Any, alice: Any, charlie: Any, three: list[Hub], hall: Any
) -> None:
    Membership.objects.create(organization=acme, user=charlie)
    grant_role(user=charlie, role=RoleName.TECHNICIAN, scope=Scope(acme.pk, hall.pk), actor=alice)
    order_task(
        organization=acme, hubs=three[:1], kind=Kind.RESTART, addressed_to="S-0", actor=alice
    )
    theirs = Browser().as_person(charlie)
    job = drafted(theirs, AT + "tasks/", "hub_tasks.cancel", everything="on")
    assert set(run(theirs, job).values()) == {""}
    assert Task.objects.of(acme).get().cancelled_at
    again = drafted(theirs, AT + "tasks/", "hub_tasks.cancel", everything="on")
    assert set(told(again).values()) == {"No hub waits for this task any more."}
