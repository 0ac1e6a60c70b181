"""A credential is replaced with one working at every moment, wherever either side stops."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from hubs.models import Credential, Hub
from hubs.services import ask_for_rotation
from tests.hubs.conftest import Enrolled, verifier
from tests.hubs.hub import Device
from tests.hubs.test_handshake import refused


def stages() -> dict[int, str]:
    return dict(
        Credential.objects.everywhere(reason="test")
        .order_by("generation")
        .values_list("generation", "stage")
    )


@pytest.fixture
def device(enrolled: Enrolled) -> Device:
    device = Device(enrolled)
    device.sign_in()
    return device


def rotate(device: Device, credential: dict[str, Any]) -> dict[str, Any]:
    answer = device.post("me/credential", {"credentials": [credential]})
    assert answer.status_code == 201
    return dict(answer.json())


def test_the_new_one_waits_and_the_old_one_works_until_it_is_used(
    enrolled: Enrolled, device: Device, events: Any
) -> None:
    made = rotate(device, verifier("new secret"))
    assert made == {"generation": 2, "username": f"{enrolled.name}.2"}
    assert stages() == {1: "active", 2: "pending"}
    assert Device(enrolled).sign_in()["generation"] == 1
    renewed = Device(name=made["username"], secret="new secret")
    assert renewed.sign_in()["generation"] == 2
    assert stages() == {1: "retired", 2: "active"}
    assert device.get("me").status_code == 401, "the old one's token went with it"
    # From now on the name alone means the new one.
    assert Device(name=enrolled.name, secret="new secret").sign_in()["generation"] == 2
    tags = [event.tag for event in events() if event.tag.startswith("hubs:credential")]
    assert tags == ["hubs:credential:rotated", "hubs:credential:activated"]


def test_a_lost_answer_is_asked_for_again(enrolled: Enrolled, device: Device) -> None:
    credential = verifier("new secret")
    assert rotate(device, credential) == rotate(device, credential)
    assert stages() == {1: "active", 2: "pending"}


def test_a_hub_that_lost_its_new_secret_begins_anew(enrolled: Enrolled, device: Device) -> None:
    rotate(device, verifier("forgotten"))
    made = rotate(device, verifier("kept"))
    assert (made["generation"], stages()) == (3, {1: "active", 2: "revoked", 3: "pending"})
    device.token = ""
    lost = Device(name=f"{enrolled.name}.2", secret="forgotten")
    assert refused(lost.proceed(lost.start()), e="invalid-proof")
    assert Device(enrolled).sign_in()["generation"] == 1
    assert Device(name=made["username"], secret="kept").sign_in()["generation"] == 3


@pytest.mark.parametrize("crash", ["before", "in the middle", "after"])
def test_a_server_that_stops_while_it_rotates_leaves_one_that_works(
    enrolled: Enrolled, device: Device, monkeypatch: pytest.MonkeyPatch, crash: str
) -> None:
    from hubs.services import credentials

    def stop(*args: Any, **kwargs: Any) -> None:
        raise SystemError("killed")

    device.client.raise_request_exception = False
    place = {"before": "locked", "in the middle": "record", "after": "generation_of"}[crash]
    credential = verifier("new secret")
    if crash == "after":
        rotate(device, credential)
    with monkeypatch.context() as patch:
        patch.setattr(credentials, place, stop)
        device.post("me/credential", {"credentials": [credential]})
    assert Device(enrolled).sign_in()["generation"] == 1
    made = rotate(device, credential)
    assert Device(name=made["username"], secret="new secret").sign_in()["generation"] == 2


def test_a_server_that_stops_at_the_first_use_leaves_both(
    enrolled: Enrolled, device: Device, monkeypatch: pytest.MonkeyPatch
) -> None:
    from hubs import handshake

    made = rotate(device, verifier("new secret"))
    renewed = Device(name=made["username"], secret="new secret")
    renewed.client.raise_request_exception = False

    def stop(*args: Any) -> None:
        raise SystemError("killed")

    with monkeypatch.context() as patch:
        patch.setattr(handshake, "new_reconnect", stop)
        assert renewed.proceed(renewed.start()).status_code == 500
    assert stages() == {1: "active", 2: "pending"}
    assert Device(enrolled).sign_in()["generation"] == 1
    assert renewed.sign_in()["generation"] == 2


def test_the_old_one_used_long_after_the_new_one_is_a_clone(
    enrolled: Enrolled, device: Device, events: Any
) -> None:
    made = rotate(device, verifier("new secret"))
    Device(name=made["username"], secret="new secret").sign_in()
    old = Device(name=f"{enrolled.name}.1", secret=enrolled.secret)
    assert refused(old.proceed(old.start()), e="invalid-proof")
    hubs = Hub.objects.everywhere(reason="a test")
    assert hubs.get().state == "active", "an answer may have been lost"
    with time_machine.travel(timezone.now() + timedelta(minutes=6), tick=False):
        wrong = Device(name=f"{enrolled.name}.1", secret="a guess")
        wrong.proceed(wrong.start())
        assert hubs.get().state == "active", "a guess proves nothing"
        assert refused(old.proceed(old.start()), e="invalid-proof")
    assert hubs.get().state == "quarantined"
    assert len(events("hubs:hub:clone-detected")) == 1


def test_a_hub_is_told_to_rotate_when_asked_and_when_it_is_time(
    enrolled: Enrolled, device: Device, alice: Any
) -> None:
    ask_for_rotation(hub=enrolled.hub, actor=alice)
    assert Device(enrolled).sign_in()["actions"] == ["rotate_credential"]
    made = rotate(device, verifier("new secret"))
    renewed = Device(name=made["username"], secret="new secret")
    assert renewed.sign_in()["actions"] == ["rotate_credential"]
    assert renewed.sign_in()["actions"] == []
    with time_machine.travel(timezone.now() + timedelta(days=91), tick=False):
        assert renewed.sign_in()["actions"] == ["rotate_credential"]
    with time_machine.travel(timezone.now() + timedelta(days=366), tick=False):
        renewed.token = ""
        assert refused(renewed.proceed(renewed.start()), e="invalid-proof")


@pytest.mark.parametrize(
    "change",
    [{"iterations": 1}, {"salt": "AAAA"}, {"stored_key": "x"}, {"server_key": None},
     {"mechanism": "SCRAM-SHA-1"}, {"mechanism": "SCRAM-SHA-512"}, {"salt": "*" * 24}],
)  # fmt: skip
def test_what_is_no_verifier_is_refused_beside_its_field(
    device: Device, change: dict[str, Any]
) -> None:
    answer = device.post("me/credential", {"credentials": [verifier("x") | change]})
    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["credentials"])
    assert stages() == {1: "active"}
