"""A task goes to each hub once, when its site's clock says so, and what came of it is kept without secrets."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from accounts.access.models import Membership
from accounts.access.roles import RoleName
from accounts.access.services import grant_role
from accounts.organizations.services import create_organization, create_site
from hubs.devices import Device
from hubs.models import Hub, State
from hubs.operations.delivery import KEPT, deliver, expire
from hubs.operations.kinds import Kind
from hubs.operations.models import LONGEST_LOG, Assignment, Stage, Task
from hubs.operations.orders import cancel_task, order_task
from hubs.scopes import scopes_of
from hubs.services import create_enrolment_code, create_room, enrol_hub
from mago.audit.tags import Tag
from mago.core.errors import Forbidden, Refused
from tests.hubs.conftest import verifiers
from tests.races import at_once


def one() -> Assignment:
    return Assignment.objects.select_related("task").get()


def test_a_hub_fetches_does_and_reports(device: Any, order: Any, events: Any) -> None:
    order("collect_logs", parameters={"lines": 50})
    assert device.post("me/heartbeat", {}).json()["tasks"] is True
    (task,) = device.get("me/tasks").json()["tasks"]
    assert (task["kind"], task["parameters"]) == ("collect_logs", {"lines": 50})
    assert device.post("me/heartbeat", {}).json()["tasks"] is False
    assert device.get("me/tasks").json()["tasks"] == []
    # After a restart it asks what it had been given.
    assert device.get("me/tasks?held").json()["tasks"] == [task]
    path, log = f"me/tasks/{task['id']}", "up\npassword=hunter2\nAuthorization: Bearer abcdefghij"
    assert device.post(path, {"state": "running"}).status_code == 200
    said = {"state": "done", "result": "3 lines", "log": log}
    assert [device.post(path, said).status_code for _again in range(2)] == [200, 200]
    assert device.post(path, {"state": "failed"}).status_code == 409
    kept = one()
    assert (kept.stage, kept.result) == (Stage.DONE, "3 lines")
    assert kept.log == "up\npassword=[masked]\nAuthorization: Bearer [masked]"
    (event,) = events(Tag.HUB_TASK_FINISHED)
    assert event.detail["kind"] == "collect_logs"


def test_a_long_log_keeps_its_end_and_a_longer_one_is_refused(device: Any, order: Any) -> None:
    order()
    (task,) = device.get("me/tasks").json()["tasks"]
    path = f"me/tasks/{task['id']}"
    assert device.post(path, {"state": "done", "log": "x" * 5 * LONGEST_LOG}).status_code == 413
    device.post(path, {"state": "done", "log": "x" * (LONGEST_LOG + 5) + "end"})
    assert len(one().log) == LONGEST_LOG
    assert one().log.endswith("end")


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        ({}, "state"),
        ({"state": "waiting"}, "state"),
        ({"state": ["done"]}, "state"),
        ({"state": "done", "result": 1}, "result"),
        ({"state": "done", "log": {}}, "log"),
    ],
)
def test_nonsense_about_a_task_is_refused_beside_its_name(
    device: Any, order: Any, body: Any, wrong: str
) -> None:
    order()
    (task,) = device.get("me/tasks").json()["tasks"]
    answer = device.post(f"me/tasks/{task['id']}", body)
    assert (answer.status_code, list(answer.json()["errors"])) == (400, [wrong])
    assert one().stage == Stage.DELIVERED


def test_the_task_of_another_hub_is_not_found(enrol: Any, device: Any, order: Any) -> None:
    order(hubs=[enrol("S-2").hub])
    assert device.get("me/tasks").json()["tasks"] == []
    assert device.post(f"me/tasks/{one().pk}", {"state": "done"}).status_code == 404


def test_a_quarantined_hub_is_told_only_what_its_state_allows(
    device: Any, enrolled: Any, order: Any
) -> None:
    for kind, parameters in (
        ("restart", {}), ("locate", {}), ("rotate_credential", {}), ("collect_logs", {}),
        ("update", {"version": "2.0"}),
    ):  # fmt: skip
        order(kind, parameters=parameters)
    Hub.objects.of(enrolled.hub.organization_id).update(state=State.QUARANTINED)
    told = [task["kind"] for task in device.get("me/tasks").json()["tasks"]]
    assert sorted(told) == ["collect_logs", "update"]


@pytest.mark.parametrize(
    ("changed", "state", "waits"),
    [
        ({}, State.ACTIVE, True),
        ({}, State.QUARANTINED, False),
        ({"due_at": timedelta(hours=1)}, State.ACTIVE, False),
        ({"expires_at": -timedelta(seconds=1)}, State.ACTIVE, False),
        ({"stage": Stage.CANCELLED}, State.ACTIVE, False),
    ],
    ids=["now", "quarantined", "later", "expired", "taken back"],
)
def test_a_heartbeat_says_that_something_waits_where_the_hub_would_be_given_it(
    device: Any, order: Any, changed: dict[str, Any], state: str, waits: bool
) -> None:
    order("restart")
    now = timezone.now()
    Assignment.objects.update(
        **{name: now + by if isinstance(by, timedelta) else by for name, by in changed.items()}
    )
    Hub.objects.everywhere(reason="the only one").update(state=state)
    assert device.post("me/heartbeat", {}).json()["tasks"] is waits
    given = device.get("me/tasks")
    assert bool(given.status_code == 200 and given.json()["tasks"]) is waits


def test_the_clock_on_the_wall_of_each_site_counts(
    acme: Any, alice: Any, order: Any, enrol: Any
) -> None:
    hubs = []
    for zone in ("Europe/Rome", "America/New_York"):
        site = create_site(organization=acme, name=zone, actor=alice, time_zone=zone)
        room = create_room(site=site, name="A", actor=alice)
        _row, code = create_enrolment_code(organization=acme, room=room, actor=alice)
        hubs.append(enrol_hub(code=code, device=device_of(zone), verifiers=verifiers("x")).hub)
    local = (timezone.now() + timedelta(days=2)).replace(
        hour=3, minute=0, second=0, microsecond=0, tzinfo=None
    )
    task = order(hubs=hubs, local_time=local)
    for assignment in task.assignments.select_related("hub__site"):
        there = assignment.due_at.astimezone(ZoneInfo(assignment.hub.site.time_zone))
        assert there.replace(tzinfo=None) == local
        assert assignment.expires_at == assignment.due_at + timedelta(days=1)
    assert deliver(Principal(hubs[0])) == []
    Assignment.objects.update(due_at=timezone.now())
    assert len(deliver(Principal(hubs[0]))) == 1


def device_of(serial: str) -> Device:
    return Device("Panel 7", serial, "1.0")


class Principal:
    def __init__(self, hub: Hub) -> None:
        self.id, self.scopes = hub.pk, scopes_of(State.ACTIVE)


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"kind": "update"}, "version"),
        ({"kind": "update", "parameters": {"version": "x" * 65}}, "version"),
        ({"kind": "collect_logs", "parameters": {"lines": 1001}}, "lines"),
        ({"expires_after": timedelta(seconds=1)}, "expires_after"),
        ({"local_time": datetime.fromisoformat("2020-01-01")}, "local_time"),
        ({"local_time": datetime.fromisoformat("2999-01-01")}, "local_time"),
        ({"hubs": []}, "hubs"),
    ],
)
def test_a_task_that_makes_no_sense_is_refused_and_nothing_is_written(
    order: Any, fields: Any, wrong: str
) -> None:
    with pytest.raises(Refused) as refused:
        order(**fields)
    assert list(refused.value.fields) == [wrong]
    assert not Task.objects.everywhere(reason="a test").exists()


def test_nobody_asks_for_more_than_they_may(order: Any, acme: Any, bob: Any, enrolled: Any) -> None:
    Membership.objects.create(organization=acme, user=bob)
    grant_role(user=bob, role=RoleName.OPERATOR, actor=None, scope=acme.access_scope)
    order("locate", actor=bob)
    for kind in ("restart", "collect_logs", "rotate_credential"):
        with pytest.raises(Forbidden):
            order(kind, actor=bob)
    assert Task.objects.of(acme).count() == 1


def test_nobody_reaches_another_organization(enrolled: Any, charlie: Any) -> None:
    other = create_organization(name="Other", owner=charlie, actor=charlie)
    hubs = list(Hub.objects.everywhere(reason="a test").select_related("site"))
    with pytest.raises(Refused) as refused:
        order_task(
            organization=other, kind=Kind.RESTART, hubs=hubs, addressed_to="x", actor=charlie
        )
    assert refused.value.code == "wrong_place"


def test_what_waits_is_cancelled_and_what_runs_goes_on(
    device: Any, enrol: Any, enrolled: Any, order: Any, events: Any
) -> None:
    task = order(hubs=[enrolled.hub, enrol("S-2").hub])
    (mine,) = device.get("me/tasks").json()["tasks"]
    assert cancel_task(task=task, actor=task.created_by) == 1
    assert device.post(f"me/tasks/{mine['id']}", {"state": "done"}).status_code == 200
    stages = sorted(task.assignments.values_list("stage", flat=True))
    assert stages == ["cancelled", "done"]
    assert len(events(Tag.HUB_TASK_CANCELLED)) == 1


def test_what_is_late_expires_and_old_tasks_go(device: Any, order: Any) -> None:
    order()
    (mine,) = device.get("me/tasks").json()["tasks"]
    Assignment.objects.update(expires_at=timezone.now())
    expire()
    assert one().stage == Stage.EXPIRED
    assert device.post(f"me/tasks/{mine['id']}", {"state": "done"}).status_code == 409
    Task.objects.everywhere(reason="a test").update(created_at=timezone.now() - KEPT * 2)
    expire()
    assert not Assignment.objects.exists()


@pytest.mark.slow
def test_of_many_who_fetch_at_once_one_gets_the_task(
    real_database: None, enrolled: Any, order: Any
) -> None:
    order()
    answers = at_once(lambda _n: [a.pk for a in deliver(Principal(enrolled.hub))])
    assert sorted(map(len, answers)) == [0] * 7 + [1]
