"""The pages of a fleet: who is there, one hub, and what is done with them."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.access.models import Condition
from accounts.access.roles import RoleName
from accounts.access.services import grant_role
from accounts.organizations.services import create_site
from admincenter.selectors.fleets import Fleet, all_fleets
from hubs.life import services as life
from hubs.life.models import Hour, Presence
from hubs.life.reports import Report
from hubs.models import EnrolmentCode, Hub, ReconnectToken, Room, State
from hubs.operations.grouping import add_to_group, create_group, set_tags
from hubs.operations.models import Assignment, Group, Stage, Task
from hubs.services import create_room, lock_down_hub
from mago.audit.models import AuditEvent
from mago.audit.services import Outcome, record
from mago.audit.tags import Tag
from mago.core import keyset
from tests.admincenter.organizations.test_members import said

from .conftest import AT


def serials(response: Any) -> list[str]:
    return [hub.serial for hub in response.context["rows"].rows]


@pytest.mark.slow
def test_hubs_are_found_by_what_they_are(owner: Any, enrol: Any, acme: Any, alice: Any) -> None:
    first, second = enrol("A-1").hub, enrol("B-2").hub
    life.take_heartbeat(hub_id=first.pk, address="192.0.2.1", report=Report())
    life.flush()
    set_tags(hub=first, tags=["pilot"], actor=alice)
    group = create_group(organization=acme, name="Pilots", actor=alice)
    add_to_group(group=group, hubs=[second], actor=alice)
    asked: list[tuple[dict[str, Any], list[str]]] = [
        ({}, ["B-2", "A-1"]),
        ({"q": "B-"}, ["B-2"]),
        ({"standing": "online"}, ["A-1"]),
        ({"standing": "never"}, ["B-2"]),
        ({"tag": "pilot"}, ["A-1"]),
        ({"group": str(group.pk)}, ["B-2"]),
        ({"state": "quarantined"}, []),
        ({"site": str(first.site_id)}, ["B-2", "A-1"]),
    ]
    assert [serials(owner.get(AT, query)) for query, _found in asked] == [f for _q, f in asked]
    assert owner.get(AT, {"site": "x"}).status_code == 400
    figures = owner.get(AT).context["figures"]
    assert figures == Fleet(awaited=2, online=1, late=0, offline=0, quarantined=0)
    assert all_fleets() == figures


def test_a_condition_on_the_tags_of_a_hub_and_on_its_site_decides_and_is_explained(
    owner: Any, reporter: Any, enrol: Any, acme: Any, alice: Any
) -> None:
    """From the page on which alice writes it to bob's click on a hub, and to why it was refused."""
    pilot, other = enrol("S-1").hub, enrol("S-2").hub
    of_acme = "/admincenter/organizations/acme/"
    asked = {"hub.tag": ["pilot"], "hub.model": ["Panel 7"], "site.country": ["IT"]}
    rule = {"all": [{"attribute": {"name": n, "any_of": values}} for n, values in asked.items()]}
    owner.post(f"{of_acme}conditions/create/", {"name": "Pilots", "rule": json.dumps(rule)})
    condition = Condition.objects.of(acme).get()
    role = {"member": "bob@example.com", "role": "technician", "condition": str(condition.pk)}
    owner.post(f"{of_acme}bindings/grant/", role)
    set_tags(hub=pilot, tags=["pilot"], actor=alice)

    assert reporter.post(f"{AT}{pilot.pk}/rotate/").status_code == 302
    assert reporter.post(f"{AT}{other.pk}/rotate/").status_code == 403
    refusal = AuditEvent.objects.get(tag=Tag.ACCESS_REFUSED.value)
    assert "hub.tag is –, not as demanded." in refusal.detail["reason"]
    asked_for = {hub for hub in (anew(pilot), anew(other)) if hub.rotation_asked_at}
    assert asked_for == {pilot}

    why = {"permission": "hubs:rotate", "member": "bob@example.com"}
    explained = owner.get(f"{of_acme}explain/", {**why, "hub": "S-2"})
    assert "hub.tag is –, not as demanded." in explained.text
    assert not explained.context["decision"]
    allowed = owner.get(f"{of_acme}explain/", {**why, "hub": "S-1"})
    assert allowed.context["decision"]
    assert "site.country is IT, as demanded." in allowed.text
    assert owner.get(f"{of_acme}explain/", {**why, "hub": "S-3"}).status_code == 400


def anew(hub: Hub) -> Hub:
    return Hub.objects.of(hub.organization_id).get(pk=hub.pk)


def test_more_hubs_take_no_more_queries(owner: Any, enrol: Any) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            owner.get(AT)
        return len(queries)

    enrol("S-0")
    cost()
    few = cost()
    for n in range(1, 4):
        enrol(f"S-{n}")
    assert cost() == few
    assert few < 25


def test_presence_is_told_anew_of_those_on_the_page_only(
    owner: Any, enrolled: Any, enrol: Any, charlie: Any, other: Any
) -> None:
    from tests.conftest import Browser

    enrol("S-2")
    life.take_heartbeat(hub_id=enrolled.hub.pk, address="", report=Report())
    path = f"{AT}presence/?hub={enrolled.hub.pk}"
    told = owner.get(path).content.decode()
    assert told.count("hx-swap-oob") == 2
    assert "Online" in told
    assert f"standing-{enrolled.hub.pk}" in told
    assert owner.get(f"{AT}presence/?hub=x").status_code == 400
    assert Browser().as_person(charlie).get(path).status_code == 404
    elsewhere = f"/admincenter/hubs/other/presence/?hub={enrolled.hub.pk}"
    assert "Online" not in Browser().as_person(charlie).get(elsewhere).content.decode()


def test_a_hub_shows_how_it_is_and_why_it_failed_to_those_who_read_the_trail(
    owner: Any, enrolled: Any, acme: Any, bob: Any
) -> None:
    from accounts.access.models import RoleBinding
    from tests.conftest import Browser

    hub = enrolled.hub
    now = timezone.now().replace(minute=0, second=0, microsecond=0)
    Hour.objects.create(hub=hub, start=now, beats=42, hottest=51.2)
    Presence.objects.create(hub=hub, seen_at=timezone.now(), temperature=40, uptime=7200)
    record(Tag.HUB_SIGN_IN_FAILED, target=hub, outcome=Outcome.FAILURE,
           organization_id=acme.pk, reason="wrong proof")  # fmt: skip
    page = owner.get(f"{AT}{hub.pk}/").content.decode()
    for words in ("wrong proof", "SCRAM-SHA-256", "42 heartbeats in 24 hours", "51.2 °C", "2 h"):
        assert words in page, words
    # Hours are told as hours, as everywhere.
    assert ":00</text>" in page
    RoleBinding.objects.filter(user=bob).update(role="guest")
    guest = Browser().as_person(bob).get(f"{AT}{hub.pk}/").content.decode()
    assert "wrong proof" not in guest
    assert '<form method="post" action="/admincenter' not in guest


@pytest.mark.parametrize(
    ("action", "state"),
    [
        ("quarantine", State.QUARANTINED),
        ("suspend", State.SUSPENDED),
        ("lock-down", State.SUSPENDED),
        ("retire", State.RETIRED),
        ("reactivate", State.ACTIVE),
    ],
)
def test_a_hub_changes_its_state_with_a_reason(
    owner: Any, enrolled: Any, acme: Any, action: str, state: State
) -> None:
    owner.post(f"{AT}{enrolled.hub.pk}/{action}/", {"reason": "because"})
    assert Hub.objects.of(acme).get().state == state


def test_without_a_reason_nothing_is_done(owner: Any, enrolled: Any, acme: Any) -> None:
    for action in ("retire", "lock-down"):
        answer = owner.post(f"{AT}{enrolled.hub.pk}/{action}/")
        assert answer.status_code == 400
        assert answer.context["form"].errors["reason"]
    assert Hub.objects.of(acme).get().state == State.ACTIVE


def test_a_lockdown_leaves_no_quick_way_back_and_is_told_to_the_other_owners(
    enrolled: Any, acme: Any, alice: Any, bob: Any, mails: Any
) -> None:
    grant_role(user=bob, role=RoleName.ORGANIZATION_OWNER, actor=None, scope=acme.access_scope)
    lock_down_hub(hub=enrolled.hub, reason="stolen", actor=alice)
    assert not ReconnectToken.objects.filter(hub=enrolled.hub).exists()
    assert [mail.recipient for mail in mails("told")] == [bob.email]


def test_what_cannot_be_is_said_and_not_done(owner: Any, enrolled: Any, acme: Any) -> None:
    owner.post(f"{AT}{enrolled.hub.pk}/retire/", {"reason": "broken"})
    answer = owner.post(f"{AT}{enrolled.hub.pk}/suspend/", {"reason": "because"})
    assert said(answer).endswith("A hub that is retired cannot become suspended.")
    assert Hub.objects.of(acme).get().state == State.RETIRED


def test_a_hub_is_renamed_moved_and_tagged(owner: Any, enrolled: Any, acme: Any) -> None:
    hub = enrolled.hub
    path = f"{AT}{hub.pk}/edit/"
    fields = {"name": "Front", "site": str(hub.site_id), "room": "", "tags": "Pilot, large room"}
    owner.post(path, fields)
    row = Hub.objects.of(acme).get()
    assert (row.name, row.room_id) == ("Front", None)
    assert sorted(tag.name for tag in row.tags.all()) == ["large room", "pilot"]
    wrong = owner.post(path, fields | {"site": "", "tags": "x" * 41})
    assert wrong.status_code == 400
    assert set(wrong.context["form"].errors) >= {"site"}


def test_a_code_is_shown_once_with_its_picture(owner: Any, room: Any, events: Any) -> None:
    answer = owner.post(f"{AT}enrol/", {"room": "Hall · Blue", "uses": "5", "days": "3"})
    code = answer.context["code"]
    page = answer.content.decode()
    assert answer.status_code == 201
    assert code in page
    assert 'aria-label="QR code"' in page
    row = EnrolmentCode.objects.of(room.organization_id).get()
    assert (row.room_id, row.uses) == (room.pk, 5)
    assert code not in owner.get(f"{AT}codes/").content.decode()
    assert "0 of 5" in owner.get(f"{AT}codes/{row.pk}/").content.decode()
    assert code not in str([event.detail for event in events()])
    owner.post(f"{AT}codes/{row.pk}/revoke/")
    assert "lets nobody in" in owner.get(f"{AT}codes/{row.pk}/").content.decode()


def test_a_room_is_named_with_or_without_its_site(
    owner: Any, room: Any, enrolled: Any, acme: Any, alice: Any
) -> None:
    annex = create_site(organization=acme, name="Annex · East", actor=alice)
    same = create_room(site=annex, name="Blue", actor=alice)
    path, sites = f"{AT}{enrolled.hub.pk}/edit/", {"hall": room.site_id, "annex": annex.pk}
    page = owner.get(path).text
    assert 'value="Hall · Blue"' in page
    assert '<option value="Annex · East · Blue"></option>' in page

    def put(site: str, text: str) -> Any:
        answer = owner.post(path, {"name": "", "site": str(sites[site]), "room": text, "tags": ""})
        errors = answer.context and answer.context["form"].errors.get("room")
        return errors[0] if errors else Hub.objects.of(acme).get().room_id

    assert put("annex", "Blue") == same.pk
    assert put("hall", " Hall · Blue ") == room.pk
    assert put("annex", "Annex · East · Blue") == same.pk
    assert put("annex", "") is None
    assert put("annex", "Hall · Blue") == "This room is at another site."
    assert put("annex", "blue · · ") == "There is no room of this name."
    # Where no site is chosen, as for a code, the name alone may not be enough.
    sent = {"uses": "1", "days": "1", "room": "Blue"}
    answer = owner.post(f"{AT}enrol/", sent)
    assert "choose the site" in answer.context["form"].errors["room"][0]
    assert owner.post(f"{AT}enrol/", sent | {"site": str(annex.pk)}).status_code == 201
    assert EnrolmentCode.objects.of(acme).latest("created_at").room_id == same.pk
    assert owner.post(f"{AT}enrol/", sent | {"site": "x"}).status_code == 400
    # A room may be called as another one with its site is: each is meant by what is suggested for it.
    odd = create_room(site=room.site, name="Hall · Blue", actor=alice)
    assert put("hall", "Hall · Blue") == room.pk
    assert put("hall", "Hall · Hall · Blue") == odd.pk
    begun = owner.get(f"{AT}enrol/?room={same.pk}").context["form"]
    assert (begun["site"].value(), begun["room"].value()) == (str(annex.pk), "Blue")
    assert owner.get(f"{AT}enrol/?room=x").status_code == 404


def test_of_very_many_rooms_those_at_the_hubs_site_are_suggested(
    owner: Any, room: Any, enrolled: Any, acme: Any, alice: Any
) -> None:
    annex = create_site(organization=acme, name="Annex", actor=alice)
    Room.objects.bulk_create(
        [Room(organization=acme, site=annex, name=f"R {number}") for number in range(250)]
    )
    page = owner.get(f"{AT}{enrolled.hub.pk}/edit/").text
    assert '<option value="Hall · Blue"></option>' in page
    assert "Annex · R" not in page
    assert owner.get(f"{AT}enrol/").text.count("Annex · R") == 200


def test_nonsense_makes_no_code(owner: Any, room: Any) -> None:
    for fields in ({"room": "Elsewhere", "uses": "1", "days": "1"}, {"uses": "0", "days": "91"}):
        assert owner.post(f"{AT}enrol/", fields).status_code == 400
    assert not EnrolmentCode.objects.of(room.organization_id).exists()


def test_a_list_is_looked_at_before_it_is_imported(owner: Any, room: Any, acme: Any) -> None:
    good = "serial,model,site,room\nN-1,Panel,Hall,Blue\nN-2,Panel,Hall,\n"
    looked = owner.post(f"{AT}import/", {"text": good})
    assert "2 hubs would be expected" in looked.content.decode()
    assert not Hub.objects.of(acme).exists()
    owner.post(f"{AT}import/", {"text": looked.context["text"], "confirm": "1"})
    assert Hub.objects.of(acme).filter(state=State.EXPECTED).count() == 2
    again = owner.post(f"{AT}import/", {"text": good, "confirm": "1"})
    assert (again.status_code, len(again.context["wrong"])) == (400, 2)
    for wrong in ("", "\x00", ",,\n1,2\n"):
        assert owner.post(f"{AT}import/", {"text": wrong}).status_code == 400
    assert Hub.objects.of(acme).count() == 2


def test_the_columns_of_a_list_of_hubs_may_have_any_names(owner: Any, room: Any, acme: Any) -> None:
    """As a spreadsheet in Italy writes it: semicolons, its own words, and columns that nobody wants here."""
    theirs = (
        "Numero di serie;Modello;Edificio;Sala;Costo\nN-1;Panel;Hall;Blue;900\nN-2;Panel;Hall;;\n"
    )
    asked = owner.post(f"{AT}import/", {"text": theirs})
    form = asked.context["form"]
    guessed = {name: form[f"column_{name}"].value() for name in ("serial", "model", "site", "room")}
    assert guessed == {"serial": "Numero di serie", "model": "Modello", "site": "", "room": "Sala"}
    assert "Edificio, such as “Hall”</option>" in asked.text
    chosen = {"text": theirs} | {f"column_{name}": column for name, column in guessed.items()}
    missing = owner.post(f"{AT}import/", chosen)
    assert (missing.status_code, list(missing.context["form"].errors)) == (400, ["column_site"])
    looked = owner.post(f"{AT}import/", chosen | {"column_site": "Edificio"})
    assert "2 hubs would be expected" in looked.text
    assert not Hub.objects.of(acme).exists()
    owner.post(f"{AT}import/", {"text": looked.context["text"], "confirm": "1"})
    assert [str(hub.room) for hub in Hub.objects.of(acme).order_by("serial")] == ["Blue", "None"]
    for wrong in ({"text": ""}, {"text": 'a\n"b'}, {"column_serial": "Costo"}):
        assert (
            owner.post(f"{AT}import/", chosen | {"column_site": "Edificio"} | wrong).status_code
            == 400
        )


def test_the_first_line_beside_the_columns_is_short_and_text(
    owner: Any, room: Any, acme: Any
) -> None:
    theirs = f"Codice;Nota;Vuota\n<b>N-1</b>\x07;{'x' * 5000};\nN-2;y;z\n"
    page = owner.post(f"{AT}import/", {"text": theirs}).text
    assert "Codice, such as “&lt;b&gt;N-1&lt;/b&gt;”</option>" in page
    assert f"Nota, such as “{'x' * 39}…”</option>" in page
    assert ">Vuota</option>" in page, "its first line says nothing"


def test_a_page_offers_no_more_columns_than_a_sheet_has(owner: Any, room: Any, acme: Any) -> None:
    """A megabyte of them would be half a minute's work, and a page of thirty."""
    for columns, status in ((200, 200), (201, 400)):
        text = ",".join(f"c{number}" for number in range(columns))
        assert owner.post(f"{AT}import/", {"text": text}).status_code == status


def test_rooms_come_and_go(owner: Any, acme: Any, hall: Any) -> None:
    owner.post(f"{AT}rooms/create/", {"name": "Red", "site": str(hall.pk)})
    room = Room.objects.of(acme).get()
    assert "Red" in owner.get(f"{AT}rooms/").content.decode()
    taken = owner.post(f"{AT}rooms/create/", {"name": "Red", "site": str(hall.pk)})
    assert (taken.status_code, list(taken.context["form"].errors)) == (400, ["name"])
    owner.post(f"{AT}rooms/{room.pk}/", {"name": "Green"})
    room.refresh_from_db()
    assert room.name == "Green"
    owner.post(f"{AT}rooms/{room.pk}/remove/")
    assert not Room.objects.of(acme).exists()


def test_rooms_are_listed_page_by_page_and_found(
    owner: Any, hall: Any, alice: Any, enrol: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keyset.KeysetPage.__init__, "__defaults__", ("", 2))
    gym = create_site(organization=hall.organization, name="Gym", actor=alice)
    for site, name in ((hall, "Red"), (gym, "Azure"), (hall, "Green")):
        create_room(site=site, name=name, actor=alice)
    green = Room.objects.of(hall.organization).get(name="Green")
    for number in range(2):
        Hub.objects.of(hall.organization).filter(pk=enrol(f"S-{number}").hub.pk).update(room=green)

    def shown(query: str) -> list[tuple[str, int, int]]:
        rows = owner.get(f"{AT}rooms/{query}").context["rows"].rows
        return [(room.name, room.here, room.online) for room in rows]

    first = owner.get(f"{AT}rooms/")
    assert shown("") == [("Azure", 0, 0), ("Blue", 0, 0)]
    assert shown("?" + first.context["next_url"].partition("?")[2]) == [
        ("Green", 2, 0),
        ("Red", 0, 0),
    ]
    assert shown("?q=gre") == [("Green", 2, 0)]
    assert shown(f"?site={gym.pk}") == [("Azure", 0, 0)]
    assert "Nothing found" in owner.get(f"{AT}rooms/?q=x").text


def test_groups_are_listed_page_by_page_and_found(
    owner: Any, acme: Any, alice: Any, enrol: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keyset.KeysetPage.__init__, "__defaults__", ("", 2))
    pilots, *_others = (
        create_group(organization=acme, name=name, actor=alice) for name in ("Pilots", "Old", "New")
    )
    add_to_group(group=pilots, hubs=[enrol("S-1").hub], actor=alice)

    def shown(query: str) -> list[tuple[str, int]]:
        rows = owner.get(f"{AT}groups/{query}").context["rows"].rows
        return [(group.name, group.size) for group in rows]

    assert shown("") == [("New", 0), ("Old", 0)]
    assert shown(owner.get(f"{AT}groups/").context["next_url"]) == [("Pilots", 1)]
    assert shown("?q=pil") == [("Pilots", 1)]


def test_ticked_hubs_are_put_into_a_group_and_taken_out(owner: Any, enrol: Any, acme: Any) -> None:
    owner.post(f"{AT}groups/create/", {"name": "Pilots"})
    group = Group.objects.of(acme).get()
    keys = [str(enrol(f"S-{n}").hub.pk) for n in range(2)]
    sent = {"into": str(group.pk), "hub": keys}
    owner.post(f"{AT}regroup/", sent | {"do": "add"})
    page = owner.get(f"{AT}groups/{group.pk}/").content.decode()
    assert "S-0" in page
    assert "S-1" in page
    owner.post(f"{AT}regroup/", sent | {"do": "take", "hub": keys[:1]})
    assert group.memberships.count() == 1
    for wrong in ({}, {"into": "x", "hub": keys}, sent | {"hub": [str(group.pk)]}):
        assert owner.post(f"{AT}regroup/", wrong).status_code == 302
    assert group.memberships.count() == 1


def test_a_task_goes_to_those_ticked_or_to_all_that_a_filter_finds(
    owner: Any, enrol: Any, acme: Any
) -> None:
    hubs = [enrol(f"S-{n}").hub for n in range(3)]
    # What htmx swaps in brings the way to a task for just these hubs.
    part = owner.get(AT, {"q": "S-"}, headers={"HX-Request": "true"}).content.decode()
    assert "tasks/create/?q=S-" in part
    owner.post(f"{AT}tasks/create/?hub={hubs[0].pk}", {"kind": "locate", "expires_after": "1"})
    fields = {"kind": "update", "version": "2.0", "expires_after": "24"}
    fields["local_time"] = f"{timezone.now() + timedelta(days=3):%Y-%m-%d} 03:00"
    owner.post(f"{AT}tasks/create/?q=S-", fields)
    ticked, filtered = Task.objects.of(acme).order_by("created_at")
    assert [one.hub_id for one in ticked.assignments.all()] == [hubs[0].pk]
    assert (filtered.assignments.count(), filtered.parameters) == (3, {"version": "2.0"})
    assert filtered.addressed_to == "Serial number or name: S-"
    assert len(owner.get(f"{AT}tasks/").context["rows"].rows) == 2
    assert "Cancel the task" in owner.get(f"{AT}tasks/{filtered.pk}/").content.decode()
    owner.post(f"{AT}tasks/{filtered.pk}/cancel/")
    stages = set(filtered.assignments.values_list("stage", flat=True))
    assert stages == {Stage.CANCELLED}


def test_a_task_for_those_ticked_goes_to_nobody_where_none_is(
    owner: Any, enrolled: Any, acme: Any
) -> None:
    """And never to the whole fleet: what was ticked may be lost on the way here."""
    assert 'data-carried-as="hub"' in (page := owner.get(AT).text)
    assert 'name="chosen" value="on">New task' in page
    fields = {"kind": "locate", "expires_after": "24"}
    for way in (owner.get, owner.post):
        answer = way(f"{AT}tasks/create/?chosen=on&group=", fields if way == owner.post else None)
        assert (answer.status_code, answer["Location"]) == (302, AT)
    assert "Choose some hubs first." in owner.get(AT).text
    assert not Task.objects.of(acme).exists()
    led = owner.post(f"{AT}tasks/create/", {"chosen": "on", "hub": enrolled.hub.pk})
    assert led["Location"] == f"{AT}tasks/create/?chosen=on&hub={enrolled.hub.pk}"
    assert not Task.objects.of(acme).exists()
    owner.post(led["Location"], fields)
    assert Task.objects.of(acme).get().assignments.get().hub_id == enrolled.hub.pk


def test_whoever_goes_back_to_the_ticks_is_led_to_the_task_again(
    owner: Any, enrolled: Any, acme: Any
) -> None:
    """To tick makes nothing, and neither does what was refused: it is not said that it was done."""
    ticks = {"chosen": "on", "hub": enrolled.hub.pk, "csrfmiddlewaretoken": "a"}
    none = {"kind": "locate", "expires_after": "24", "csrfmiddlewaretoken": "a"}
    for _turn in range(2):
        led = owner.post(f"{AT}tasks/create/", ticks)
        assert "was sent already" not in owner.get(led["Location"]).text
        owner.post(f"{AT}tasks/create/?chosen=on", none)
        assert "Choose some hubs first." in owner.get(AT).text


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"kind": "dance"}, "kind"),
        ({"kind": "update"}, "version"),
        ({"kind": "locate", "local_time": "tomorrow"}, "local_time"),
        ({"kind": "locate", "local_time": "2020-01-01 03:00"}, "local_time"),
        ({"kind": "collect_logs", "lines": "0"}, "lines"),
        ({"kind": "locate", "expires_after": "7"}, "expires_after"),
    ],
)
def test_a_task_that_makes_no_sense_is_refused_beside_the_field(
    owner: Any, enrolled: Any, acme: Any, fields: Any, wrong: str
) -> None:
    path = f"{AT}tasks/create/?hub={enrolled.hub.pk}"
    answer = owner.post(path, {"expires_after": "24"} | fields)
    assert (answer.status_code, list(answer.context["form"].errors)) == (400, [wrong])
    assert not Task.objects.of(acme).exists()


def test_a_reporter_looks_and_asks_nothing(reporter: Any, enrolled: Any, acme: Any) -> None:
    path = f"{AT}tasks/create/?hub={enrolled.hub.pk}"
    assert "You may look" in reporter.get(path).content.decode()
    answer = reporter.post(path, {"kind": "locate", "expires_after": "24"})
    assert answer.status_code == 400
    assert not Task.objects.of(acme).exists()


def test_a_log_is_read_and_never_run(owner: Any, enrolled: Any, acme: Any) -> None:
    owner.post(
        f"{AT}tasks/create/?hub={enrolled.hub.pk}", {"kind": "collect_logs", "expires_after": "24"}
    )
    one = Assignment.objects.get()
    Assignment.objects.update(stage=Stage.DONE, log="<script>alert(1)</script>")
    page = owner.get(f"{AT}tasks/{one.task_id}/{one.pk}/").content.decode()
    assert "&lt;script&gt;alert(1)" in page


def test_whoever_sees_one_organization_is_led_to_its_fleet(
    owner: Any, admin: Any, acme: Any, other: Any
) -> None:
    assert owner.get("/admincenter/hubs/")["Location"] == AT
    page = admin.get("/admincenter/hubs/").content.decode()
    assert AT in page
    assert "/admincenter/hubs/other/" in page
