"""Hubs, rooms, codes, groups and tasks, by programs."""

from collections.abc import Callable
from typing import Any

import pytest

from accounts.access.models import ServiceAccount
from accounts.access.roles import RoleName
from accounts.access.services import create_service_account, grant_role
from accounts.api.models import KeptAnswer
from accounts.organizations.services import create_site
from accounts.provider.services import create_api_token
from hubs.models import EnrolmentCode, Hub, State
from hubs.operations.models import Assignment, Stage, Task
from hubs.services import create_room
from tests.conftest import App


@pytest.fixture
def here(acme: Any) -> str:
    return f"organizations/{acme.pk}"


@pytest.fixture
def hall(acme: Any, alice: Any) -> Any:
    return create_site(organization=acme, name="Hall", actor=alice)


@pytest.fixture
def yard(acme: Any, alice: Any) -> Any:
    return create_site(organization=acme, name="Yard", actor=alice)


@pytest.fixture
def hub_at(acme: Any) -> Callable[..., Hub]:
    def make(site: Any, serial: str = "S-1", **fields: Any) -> Hub:
        fields = {"state": State.ACTIVE, "model": "P"} | fields
        return Hub.objects.create(organization=acme, site=site, serial=serial, **fields)

    return make


@pytest.fixture
def hub(hub_at: Callable[..., Hub], hall: Any) -> Hub:
    return hub_at(hall)


def wrong_in(response: Any) -> tuple[int, list[str]]:
    return response.status_code, list(response.json()["errors"])


class TestHubs:
    def test_are_found_by_what_they_are(
        self, owner: App, here: str, hub_at: Any, hall: Any, yard: Any
    ) -> None:
        first, second = hub_at(hall, "S-1"), hub_at(yard, "T-1", state=State.QUARANTINED)
        hub_at(yard, "S-3", state=State.RETIRED)
        owner.change(f"{here}/hubs/{first.pk}", {"tags": ["Pilot"]})
        expected: dict[str, set[Any]] = {
            "": {first, second},
            "q=S-": {first},
            "state=retired": {Hub.objects.everywhere(reason="test").get(serial="S-3")},
            f"site={yard.pk}": {second},
            "tag=pilot": {first},
            "standing=never": {first, second},
            "standing=online": set(),
        }
        for query, found in expected.items():
            rows = owner.get(f"{here}/hubs?{query}").json()["results"]
            assert {row["id"] for row in rows} == {str(one.pk) for one in found}, query
        for query in ("state=lost", "site=x", "colour=red", f"group={hall.pk}"):
            assert wrong_in(owner.get(f"{here}/hubs?{query}")) == (400, [query.split("=")[0]])

    def test_lists_cost_the_same_however_long(
        self, owner: App, here: str, hub_at: Any, hall: Any, django_assert_num_queries: Any
    ) -> None:
        for n in range(20):
            hub_at(hall, f"S-{n}")
        for path in (f"{here}/hubs", "hubs"):
            with django_assert_num_queries(6 if path == f"{here}/hubs" else 5):
                assert len(owner.get(path).json()["results"]) == 20

    def test_who_works_at_one_site_sees_that_one(
        self, works_as: Any, here: str, hub_at: Any, hall: Any, yard: Any
    ) -> None:
        ours, theirs = hub_at(hall, "S-1"), hub_at(yard, "S-2")
        app = works_as(RoleName.SITE_ADMINISTRATOR, hall.access_scope)
        for path in (f"{here}/hubs", "hubs"):
            assert [one["id"] for one in app.get(path).json()["results"]] == [str(ours.pk)]
        assert [one["name"] for one in app.get("sites").json()["results"]] == ["Hall"]
        for path in (f"hubs/{theirs.pk}", f"hubs/{theirs.pk}/credentials"):
            assert app.get(f"{here}/{path}").status_code == 404
        assert app.post(f"{here}/hubs/{theirs.pk}/quarantine").status_code == 404
        # Nor can they move their own to where they hold nothing.
        moved = app.change(f"{here}/hubs/{ours.pk}", {"site": str(yard.pk)})
        assert wrong_in(moved) == (400, ["site"])

    def test_strangers_see_none(self, stranger: App, other: Any, hub: Hub) -> None:
        assert stranger.get("hubs").json()["results"] == []

    def test_are_named_moved_and_tagged(
        self, owner: App, here: str, hub: Hub, yard: Any, alice: Any
    ) -> None:
        room = create_room(site=yard, name="Blue", actor=alice)
        path = f"{here}/hubs/{hub.pk}"
        body = {"name": "Stage", "site": str(yard.pk), "room": str(room.pk), "tags": ["b", "A"]}
        changed = owner.change(path, body).json()
        assert (changed["name"], changed["site"]["name"], changed["tags"]) == (
            "Stage",
            "Yard",
            ["a", "b"],
        )
        # What is refused changes nothing of it, the tags neither.
        refused = owner.change(path, {"tags": [], "site": str(hub.site_id), "room": str(room.pk)})
        assert wrong_in(refused) == (400, ["room"])
        assert owner.get(path).json()["tags"] == ["a", "b"]

    def test_states_are_changed_with_a_reason(self, owner: App, here: str, hub: Hub) -> None:
        path = f"{here}/hubs/{hub.pk}"
        for action, state in (
            ("quarantine", "quarantined"),
            ("suspend", "suspended"),
            ("reactivate", "active"),
            ("revoke", "active"),
            ("rotate", "active"),
            ("retire", "retired"),
        ):
            body = {} if action == "rotate" else {"reason": "why not"}
            answer = owner.post(f"{path}/{action}", body)
            assert (answer.status_code, answer.json()["state"]) == (200, state), action
        refused = owner.post(f"{path}/reactivate")
        assert (refused.status_code, refused.json()["code"]) == (409, "wrong_state")

    def test_a_technician_reboots_and_retires_nothing(
        self, works_as: Any, here: str, hub: Hub
    ) -> None:
        app, path = works_as(RoleName.TECHNICIAN), f"{here}/hubs/{hub.pk}"
        assert app.post(f"{path}/rotate").status_code == 200
        assert app.post(f"{path}/retire").status_code == 403
        assert app.patch(path, {"name": "Mine"}).status_code == 403

    def test_what_they_prove_themselves_with_is_not_shown(
        self, owner: App, here: str, hub: Hub
    ) -> None:
        hub.credentials.create(
            generation=1, mechanism="SCRAM-SHA-256", salt="c2FsdA", iterations=4096,
            keys="stored:server", expires_at=hub.created_at,
        )  # fmt: skip
        answer = owner.get(f"{here}/hubs/{hub.pk}/credentials")
        assert [one["generation"] for one in answer.json()["results"]] == [1]
        assert "stored" not in answer.text
        assert "c2FsdA" not in answer.text
        assert owner.get(f"{here}/hubs/{hub.pk}/presence").status_code == 404


class TestPlaces:
    def test_rooms_are_made_renamed_and_removed(self, owner: App, here: str, hall: Any) -> None:
        made = owner.post(f"{here}/rooms", {"site": str(hall.pk), "name": "Blue"})
        path = made["Location"].removeprefix("/api/v1/")
        assert owner.change(path, {"name": "Red"}).json()["name"] == "Red"
        assert wrong_in(owner.post(f"{here}/rooms", {"name": "Blue"})) == (400, ["site"])
        assert owner.delete(path).status_code == 204

    def test_a_code_is_shown_once_and_taken_back(self, owner: App, here: str, hall: Any) -> None:
        body, key = {"site": str(hall.pk), "uses": 3}, {"Idempotency-Key": "one"}
        made, again = (owner.post(f"{here}/hub-codes", body, key) for _ in range(2))
        assert made.json()["code"]
        assert again.json() == made.json() | {"code": None}
        assert EnrolmentCode.objects.everywhere(reason="test").count() == 1
        assert made.json()["code"] not in KeptAnswer.objects.get().answer
        path = made["Location"].removeprefix("/api/v1/")
        assert "code" not in owner.get(path).json()
        assert owner.delete(path).status_code == 204
        assert owner.get(f"{here}/hub-codes").json()["results"] == []
        assert wrong_in(owner.post(f"{here}/hub-codes", {"uses": 0})) == (400, ["uses"])

    def test_who_lets_hubs_in_at_one_site_sees_no_codes_and_no_roles_of_another(
        self, owner: App, works_as: Any, hall: Any, yard: Any, alice: Any
    ) -> None:
        """Though they see all sites, and what stands there."""
        here = f"organizations/{hall.organization_id}"
        for site in (hall, yard):
            owner.post(f"{here}/hub-codes", {"site": str(site.pk)})
            scope = site.access_scope
            grant_role(user=alice, role=RoleName.TECHNICIAN, scope=scope, actor=alice)
        works_as(RoleName.GUEST)
        his = works_as(RoleName.SITE_ADMINISTRATOR, hall.access_scope)
        assert len(his.get(f"{here}/sites").json()["results"]) == 2
        for kind in ("hub-codes", "bindings"):
            rows = his.get(f"{here}/{kind}").json()["results"]
            assert {row["site"] for row in rows} == {str(hall.pk)}

    def test_a_hub_is_enrolled_again(self, owner: App, here: str, hub: Hub) -> None:
        made = owner.post(f"{here}/hubs/{hub.pk}/enrol-again")
        assert (made.status_code, made.json()["hub"]) == (201, str(hub.pk))

    def test_a_list_is_looked_at_before_it_is_taken(
        self, owner: App, here: str, hall: Any, acme: Any
    ) -> None:
        text = "serial,model,site\nS-1,P,Hall\nS-2,P,Moon\n"
        looked = owner.post(f"{here}/hubs/import", {"text": text, "dry_run": False}).json()
        assert (looked["imported"], bool(looked["lines"][1]["problems"])) == (False, True)
        assert not Hub.objects.of(acme).exists()
        text = "serial,model,site\nS-1,P,Hall\n"
        assert owner.post(f"{here}/hubs/import", {"text": text}).json()["imported"] is False
        answer = owner.post(f"{here}/hubs/import", {"text": text, "dry_run": False})
        assert answer.json()["imported"] is True
        assert Hub.objects.of(acme).get().state == State.EXPECTED

    def test_groups_are_made_filled_and_emptied(self, owner: App, here: str, hub: Hub) -> None:
        made = owner.post(f"{here}/hub-groups", {"name": "Pilots"})
        path = made["Location"].removeprefix("/api/v1/")
        assert owner.change(path, {"name": "Firsts"}).json()["name"] == "Firsts"
        added = owner.post(f"{path}/hubs", {"add": [str(hub.pk)]})
        assert added.json() == {"added": 1, "removed": 0}
        assert owner.get(f"{here}/hub-groups").json()["results"][0]["size"] == 1
        strange = owner.post(f"{path}/hubs", {"add": [made.json()["id"]]})
        assert wrong_in(strange) == (400, ["add"])
        assert owner.post(f"{path}/hubs", {"remove": [str(hub.pk)]}).json()["removed"] == 1
        assert owner.delete(path).status_code == 204


class TestTasks:
    def test_go_to_those_that_are_named_or_found(
        self, owner: App, here: str, hub_at: Any, hall: Any, yard: Any
    ) -> None:
        first, _second = hub_at(hall, "S-1"), hub_at(yard, "S-2")
        named = owner.post(f"{here}/tasks", {"kind": "locate", "hubs": [str(first.pk)]})
        assert (named.status_code, named.json()["hubs"], named.json()["open"]) == (201, 1, 1)
        found = owner.post(f"{here}/tasks", {"kind": "restart", "filters": {"q": "S-"}})
        assert found.json()["hubs"] == 2
        path = found["Location"].removeprefix("/api/v1/")
        rows = owner.get(f"{path}/hubs").json()["results"]
        assert {row["hub"]["serial"] for row in rows} == {"S-1", "S-2"}
        assert owner.get(f"{path}/hubs/{rows[0]['id']}").json()["log"] == ""
        assert owner.post(f"{path}/cancel").json() == {"hubs": 2}
        assert owner.get(f"{here}/tasks?state=open").json()["results"] == [named.json()]
        assert len(owner.get(f"{here}/hubs/{first.pk}/tasks").json()["results"]) == 2
        assert set(Assignment.objects.filter(task=found.json()["id"]).values_list("stage", flat=True)) == {Stage.CANCELLED}  # fmt: skip

    @pytest.mark.parametrize(
        ("body", "wrong"),
        [
            ({"kind": "explode", "filters": {}}, "kind"),
            ({"kind": "locate"}, "hubs"),
            ({"kind": "locate", "hubs": []}, "hubs"),
            ({"kind": "locate", "hubs": ["01a20000-0000-7000-8000-000000000000"]}, "hubs"),
            ({"kind": "update", "filters": {}}, "version"),
            ({"kind": "locate", "filters": {"colour": "red"}}, "filters"),
            ({"kind": "locate", "filters": {}, "local_time": "tonight"}, "local_time"),
            ({"kind": "locate", "filters": {}, "local_time": "2001-01-01T03:00"}, "local_time"),
            ({"kind": "locate", "filters": {"q": "Z"}}, "hubs"),
        ],
    )
    def test_name_what_is_wrong(
        self, owner: App, here: str, hub: Hub, body: Any, wrong: str
    ) -> None:
        assert wrong_in(owner.post(f"{here}/tasks", body)) == (400, [wrong])
        assert not Task.objects.everywhere(reason="test").exists()

    def test_each_kind_takes_its_own_permission(self, works_as: Any, here: str, hub: Hub) -> None:
        app, to = works_as(RoleName.OPERATOR), {"hubs": [str(hub.pk)]}
        assert app.post(f"{here}/tasks", to | {"kind": "locate"}).status_code == 201
        assert app.post(f"{here}/tasks", to | {"kind": "restart"}).status_code == 403
        # Nor can what others ordered be cancelled with less than that took.
        assert Task.objects.everywhere(reason="test").count() == 1

    def test_a_service_account_orders_them_and_the_trail_names_it(
        self, app: App, here: str, alice: Any, hub: Hub, events: Any
    ) -> None:
        robot = create_service_account(
            organization=hub.organization,
            name="Robot",
            role=RoleName.SITE_ADMINISTRATOR,
            actor=alice,
        )
        assert isinstance(robot, ServiceAccount)
        app.token = create_api_token(account=robot, name="x", read_only=False, actor=alice)[1]
        made = app.post(f"{here}/tasks", {"kind": "locate", "hubs": [str(hub.pk)]})
        assert (made.status_code, made.json()["created_by"]) == (201, None)
        assert app.post(f"{here}/hub-codes", {"site": str(hub.site_id)}).status_code == 201
        labels = {event.actor_label for event in events() if "hub" in event.tag}
        assert labels == {"Robot"}
