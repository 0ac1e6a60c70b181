"""A device comes in by a code: once, where the code says, or not at all."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.management import call_command
from django.utils import timezone

from accounts.access.models import Membership
from accounts.access.roles import RoleName
from accounts.access.services import grant_role
from accounts.organizations.services import create_organization, remove_site
from hubs.codes import ALPHABET, new_code, read_code
from hubs.models import Credential, EnrolmentCode, Hub
from hubs.selectors import codes_of, hub_for, hubs_of, rooms_of
from hubs.services import (
    create_enrolment_code,
    edit_hub,
    import_hubs,
    quarantine_hub,
    remove_room,
    retire_hub,
    revoke_enrolment_code,
)
from mago.core.errors import Conflict, Forbidden, NotFound, Refused
from tests.hubs.conftest import Enrolled, verifier
from tests.hubs.hub import Device
from tests.races import at_once


@pytest.fixture
def code(room: Any, alice: Any) -> str:
    _row, code = create_enrolment_code(organization=room.organization, room=room, actor=alice)
    return code


def enrol(code: str, serial: str = "S-1", model: str = "Panel 7", **more: Any) -> Any:
    body = {
        "code": code,
        "device": {"model": model, "serial": serial, "firmware": "1.0"},
        "credentials": [verifier("secret")],
    }
    return Device().post("enrol", body | more)


def all_hubs() -> Any:
    return Hub.objects.everywhere(reason="a test")


def test_a_device_becomes_a_hub_and_signs_in(code: str, room: Any) -> None:
    answer = enrol(code.lower().replace("-", " "))
    body = answer.json()
    assert answer.status_code == 201
    assert body["mechanisms"] == ["SCRAM-SHA-256", "SCRAM-SHA-512"]
    assert body["auth_url"].endswith("/api/v1/hubs/auth")
    hub = all_hubs().get()
    assert (str(hub.pk), hub.room, hub.state, hub.firmware) == (
        body["hub_id"],
        room,
        "active",
        "1.0",
    )
    assert Device(name=body["hub_id"], secret="secret").sign_in()["status"] == "success"


def test_a_code_lets_in_one_and_the_same_one_again(code: str) -> None:
    credentials = [verifier("secret")]
    first = enrol(code, credentials=credentials)
    again = enrol(code, credentials=credentials)
    assert (again.status_code, again.json()) == (201, first.json()), "the answer was lost"
    assert enrol(code, "S-2").json()["code"] == "bad_code"
    assert enrol(code, credentials=[verifier("other")]).json()["code"] == "bad_code"
    assert (all_hubs().count(), Credential.objects.everywhere(reason="test").count()) == (1, 1)


def test_a_bad_code_is_a_bad_code_whatever_is_wrong(code: str, alice: Any, events: Any) -> None:
    row = EnrolmentCode.objects.everywhere(reason="a test").get()
    assert code.replace("-", "") not in str(row.__dict__)
    answers = [enrol(wrong) for wrong in (new_code(), "x", "", code[:-1])]
    revoke_enrolment_code(code=row, actor=alice)
    answers.append(enrol(code))
    _row, old = create_enrolment_code(organization=row.organization, room=row.room, actor=alice)
    with time_machine.travel(timezone.now() + timedelta(days=10, minutes=1), tick=False):
        answers.append(enrol(old))
    bodies = [answer.json() for answer in answers]
    assert {answer.status_code for answer in answers} == {400}
    assert len({str(body | {"request_id": ""}) for body in bodies}) == 1
    assert list(bodies[0]["errors"]) == ["code"]
    assert len(events("hubs:enrolment:refused")) == 6
    assert not all_hubs().exists()


@pytest.mark.slow
def test_guessing_is_slowed_down(db: None) -> None:
    statuses = [enrol(new_code()).status_code for _ in range(31)]
    assert statuses == [400] * 30 + [429]


@pytest.mark.parametrize(
    ("field", "sent"),
    [("device", None), ("device.serial", {"model": "x", "serial": ""}),
     ("device.model", {"model": "x" * 65, "serial": "x"}), ("device.serial", {"model": "x", "serial": "\u202ex"}),
     ("device.serial", {"model": "x", "serial": 1})],
)  # fmt: skip
def test_a_device_is_cleaned(code: str, field: str, sent: Any) -> None:
    answer = enrol(code, device=sent)
    assert (answer.status_code, list(answer.json()["errors"])) == (400, [field])


@pytest.mark.parametrize(
    ("body", "status"), [(b"", 400), (b"[1]", 400), (b"\xff", 400), (b"x" * 9000, 413)]
)
def test_a_body_that_is_none_is_refused(db: None, body: bytes, status: int) -> None:
    answer = Device().post("enrol", body)
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json")


def test_a_code_for_a_model_lets_no_other_in(room: Any, alice: Any) -> None:
    made = {"organization": room.organization, "room": room, "actor": alice}
    _row, code = create_enrolment_code(**made, model="Panel 9")
    assert list(enrol(code).json()["errors"]) == ["device.model"]
    assert enrol(code, model="Panel 9").status_code == 201, "the code was not used up"


def test_a_serial_number_is_enrolled_once(enrolled: Enrolled, code: str, alice: Any) -> None:
    assert (enrol(code).status_code, all_hubs().count()) == (409, 1)
    retire_hub(hub=enrolled.hub, reason="", actor=alice)
    assert enrol(code).status_code == 201
    assert all_hubs().count() == 2


def test_a_code_for_a_hub_gives_it_a_new_secret_and_nobody_else_one(
    enrolled: Enrolled, alice: Any
) -> None:
    made = {"organization": enrolled.hub.organization, "hub": enrolled.hub, "actor": alice}
    _row, code = create_enrolment_code(**made)
    assert enrol(code, "S-2").status_code == 400
    assert enrol(code).json()["hub_id"] == enrolled.name
    old = Device(enrolled)
    assert old.proceed(old.start()).status_code == 401
    assert Device(name=enrolled.name, secret="secret").sign_in()["generation"] == 2


def test_expected_hubs_come_in_by_a_code_of_the_organization(room: Any, alice: Any) -> None:
    acme = room.organization
    text = "serial,model,site,room\nS-1,Panel 7,Hall,Blue\nS-2,Panel 7,Hall,\n"
    lines = import_hubs(organization=acme, text=text, actor=alice, dry_run=True)
    assert ([line.errors for line in lines], all_hubs().count()) == ([[], []], 0)
    import_hubs(organization=acme, text=text, actor=alice, dry_run=False)
    _row, code = create_enrolment_code(organization=acme, actor=alice, uses=3)
    assert enrol(code, "S-9").status_code == 400, "nobody expects it"
    assert enrol(code, "S-1", "Panel 8").status_code == 400
    assert [enrol(code, serial).status_code for serial in ("S-1", "S-2")] == [201, 201]
    assert all_hubs().get(serial="S-1").room == room


def test_a_list_with_a_mistake_imports_nothing_and_names_them_all(
    enrolled: Enrolled, acme: Any, alice: Any
) -> None:
    text = (
        "serial,model,site,room\nS-1,P,Hall,\nS-3,P,Nowhere,\nS-4,P,Hall,Red\n"
        "S-5,P,Hall,Blue\nS-5,P,Hall,Blue\n,P,Hall,\nS-6,P,Hall,,,x\n"
    )
    lines = import_hubs(organization=acme, text=text, actor=alice, dry_run=False)
    assert [line.number for line in lines if line.errors] == [2, 3, 4, 6, 7, 8]
    assert all_hubs().count() == 1
    for wrong in (
        "",
        "a,b\n1,2\n",
        'serial,model,site\n"x',
        "serial,model,site\n" + "x,x,x\n" * 5001,
    ):
        with pytest.raises(Refused):
            import_hubs(organization=acme, text=wrong, actor=alice, dry_run=False)


def test_who_may_not_enrol_makes_no_code_and_changes_no_hub(
    enrolled: Enrolled, acme: Any, room: Any, bob: Any, charlie: Any
) -> None:
    Membership.objects.create(organization=acme, user=bob)
    grant_role(user=bob, role=RoleName.REPORTER, actor=None, scope=acme.access_scope)
    for person in (bob, charlie):
        with pytest.raises(Forbidden):
            create_enrolment_code(organization=acme, room=room, actor=person)
        for change in (quarantine_hub, retire_hub):
            with pytest.raises(Forbidden):
                change(hub=enrolled.hub, reason="", actor=person)
        text = "serial,model,site\nS-9,P,Hall\n"
        with pytest.raises(Forbidden):
            import_hubs(organization=acme, text=text, actor=person, dry_run=True)


def test_another_organizations_hubs_are_not_there(
    enrolled: Enrolled, code: str, acme: Any, alice: Any, charlie: Any
) -> None:
    other = create_organization(name="Other", owner=charlie, actor=charlie)
    assert [list(rows(alice, acme)) != [] for rows in (hubs_of, rooms_of, codes_of)] == [True] * 3
    for rows in (hubs_of, rooms_of, codes_of):
        assert list(rows(charlie, acme)) == list(rows(charlie, other)) == []
    with pytest.raises(NotFound):
        hub_for(charlie, other, enrolled.hub.pk)
    with pytest.raises(Refused):
        create_enrolment_code(organization=other, hub=enrolled.hub, actor=charlie)


def test_the_trail_tells_which_codes_went_with_their_room_and_which_hubs_stood_there(
    enrolled: Enrolled, room: Any, alice: Any, events: Any
) -> None:
    code, _text = create_enrolment_code(organization=room.organization, room=room, actor=alice)
    spent, _text = create_enrolment_code(organization=room.organization, room=room, actor=alice)
    revoke_enrolment_code(code=spent, actor=alice)
    before = len(events())
    remove_room(room=room, actor=alice)
    revoked, removed = events()[before:]
    assert (revoked.tag, revoked.detail["enrolment"]) == ("hubs:code:revoked", str(code.pk))
    assert removed.tag == "hubs:room:removed"
    assert removed.detail["before"] == {"name": "Blue", "site": str(room.site)}
    assert removed.detail["hubs"] == [str(enrolled.hub)]


def test_a_site_with_hubs_stays(enrolled: Enrolled, alice: Any) -> None:
    with pytest.raises(Conflict):
        remove_site(site=enrolled.hub.site, actor=alice)
    edit_hub(hub=enrolled.hub, name="Door", site=enrolled.hub.site, room=None, actor=alice)
    assert all_hubs().get().name == "Door"


@pytest.mark.django_db(transaction=True)
@pytest.mark.slow
def test_of_many_with_one_code_one_comes_in(real_database: None, code: str) -> None:
    statuses = at_once(lambda number: enrol(code, f"S-{number}").status_code)
    assert sorted(statuses) == [201] + [400] * 7
    assert (all_hubs().count(), Credential.objects.everywhere(reason="test").count()) == (1, 1)


def test_codes_survive_how_people_type() -> None:
    for _ in range(50):
        code = new_code()
        assert set(code) <= {*ALPHABET, "-"}
        assert read_code(code) == read_code(f" {code.lower()} ") == code.replace("-", "")
        for place, character in enumerate(code):
            other = ALPHABET[(ALPHABET.find(character) + 1) % 32]
            if character != "-":
                assert read_code(code[:place] + other + code[place + 1 :]) is None


def test_the_command_prints_a_code(acme: Any, capsys: Any) -> None:
    import json

    names = {"organization": "acme", "site": "Yard", "room": "Red"}
    call_command("create_hub_code", **names)
    code = json.loads(capsys.readouterr().out)["code"]
    assert enrol(code).status_code == 201
    assert str(all_hubs().get().room) == "Red"
