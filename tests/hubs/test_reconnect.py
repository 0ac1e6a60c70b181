"""A hub comes back with one request; each counter once, and two who use one token are noticed."""

import base64
import hmac
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from hubs import ht, scram
from hubs.models import Credential, Hub, ReconnectToken
from tests.hubs.conftest import Enrolled
from tests.hubs.hub import Device
from tests.hubs.test_handshake import UNKNOWN, refused, told
from tests.races import at_once


def test_reproduces_our_vector() -> None:
    token = "WXZzciBwYmFmdmZnZiBqdmd1IGp2eXFhcmZm"
    message = base64.b64decode("aHViLTAwMDEAYz03ADvLQKm6hypA/Q8+lhMEoTiNWxY7Yz1RK1jDA/D6YiGJ")
    read = ht.read(message)
    assert (read.name, read.extra, read.count) == ("hub-0001", b"c=7", 7)
    assert hmac.compare_digest(read.mac, ht.initiator(token, b"", b"c=7"))
    # With an empty `extra`, as the responder of the draft may send it.
    answer = base64.b64encode(ht.response(token, b"", b""))
    assert answer == b"AABOUTQJYxR0hjuYbJ8+jB4nyinR16ue1Al+ev1gB7+cYg=="


@pytest.mark.parametrize(
    "message",
    [b"", b"hub", b"hub\0c=1\0short", b"hub\0\0" + b"x" * 32, b"hub\0c=0\0" + b"x" * 32,
     b"\0c=1\0" + b"x" * 32, b"hub\0c=01\0" + b"x" * 32, b"hub\0c=9999999999999999999\0" + b"x" * 32,
     b"h\xff\0c=1\0" + b"x" * 32, b"hub\0d=1\0" + b"x" * 32, b"x" * 1000],
)  # fmt: skip
def test_refuses_what_is_no_message(message: bytes) -> None:
    with pytest.raises(scram.Failure):
        ht.read(message)


def test_a_hub_comes_back_again_and_again(enrolled: Enrolled) -> None:
    device = Device(enrolled)
    told_ = device.sign_in()["reconnect"]
    assert told_["mechanism"] == "HT-SHA-256-NONE"
    for count in (1, 2, 10):
        assert device.reconnect(told_, count).status_code == 200
        assert device.get("me").status_code == 200
    assert ReconnectToken.objects.get().last_count == 10


def test_a_counter_used_twice_is_a_clone(enrolled: Enrolled, events: Any) -> None:
    device = Device(enrolled)
    told_ = device.sign_in()["reconnect"]
    device.reconnect(told_, 5)
    assert refused(device.reconnect(told_, 5), e="invalid-proof")
    hub = Hub.objects.everywhere(reason="a test").get()
    assert (hub.state, hub.state_reason) == ("quarantined", "counter was used before")
    assert [e.detail["reason"] for e in events("hubs:hub:clone-detected")] == [
        "counter was used before"
    ]
    # Neither of the two comes back by the token; by its secret it does, and may do little.
    assert refused(device.reconnect(told_, 6), e="invalid-proof")
    device.token = ""
    assert device.sign_in()["scope"] == "diagnostics updates"


def test_a_wrong_code_is_no_clone_and_tells_nothing(enrolled: Enrolled) -> None:
    device = Device(enrolled)
    told_ = device.sign_in()["reconnect"]
    wrong = told_ | {"token": "x" * 43}
    answer = told(device.reconnect(wrong, 1))
    device.name = UNKNOWN
    assert told(device.reconnect(wrong, 1)) == answer
    assert Hub.objects.everywhere(reason="a test").get().state == "active"


def test_an_unused_token_is_told_again_and_a_used_one_is_not(enrolled: Enrolled) -> None:
    device = Device(enrolled)
    tokens = [device.sign_in()["reconnect"]["token"] for _ in range(2)]
    assert tokens[0] == tokens[1]
    device.reconnect({"mechanism": "HT-SHA-256-NONE", "token": tokens[0]}, 1)
    assert device.sign_in()["reconnect"]["token"] != tokens[0]


def test_after_a_day_there_is_a_successor_and_the_old_one_works_until_it_is_used(
    enrolled: Enrolled,
) -> None:
    device = Device(enrolled)
    first = device.sign_in()["reconnect"]
    assert "reconnect" not in device.reconnect(first, 1).json()
    with time_machine.travel(timezone.now() + timedelta(days=1, hours=1), tick=False):
        second = device.reconnect(first, 2).json()["reconnect"]
        # The answer was lost, say: it is told once more, and both work.
        assert device.reconnect(first, 3).status_code == 200
        assert device.reconnect(second, 1).status_code == 200
        assert refused(device.reconnect(first, 4), e="invalid-proof")
        assert Hub.objects.everywhere(reason="a test").get().state == "active", "within the grace"
    with time_machine.travel(timezone.now() + timedelta(days=1, hours=2), tick=False):
        assert refused(device.reconnect(first, 5), e="invalid-proof")
        assert Hub.objects.everywhere(reason="a test").get().state == "quarantined"


def test_the_chain_ends_after_ninety_days_however_often_it_was_used(enrolled: Enrolled) -> None:
    device, start = Device(enrolled), timezone.now()
    token = device.sign_in()["reconnect"]
    for days in range(10, 90, 10):
        with time_machine.travel(start + timedelta(days=days), tick=False):
            answer = device.reconnect(token, days)
            token = answer.json().get("reconnect", token)
    with time_machine.travel(start + timedelta(days=91), tick=False):
        assert refused(device.reconnect(token, 1000), e="invalid-proof")
        device.token = ""
        assert device.sign_in()["status"] == "success"


def test_a_token_of_a_revoked_credential_is_worth_nothing_whenever_it_was_made(
    enrolled: Enrolled, events: Any
) -> None:
    """As one that a sign-in made in the moment in which the revocation looked for those to delete."""
    device = Device(enrolled)
    token = device.sign_in()["reconnect"]
    Credential.objects.everywhere(reason="test").update(stage="revoked")
    assert refused(device.reconnect(token, 1), e="invalid-proof")
    assert events("hubs:session:failed")[0].detail["reason"] == "revoked"


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_of_many_with_one_counter_one_wins(real_database: None, enrolled: Enrolled) -> None:
    device = Device(enrolled)
    token = device.sign_in()["reconnect"]

    def come_back(number: int) -> int:
        other = Device(enrolled)
        return int(other.reconnect(token, 1).status_code)

    assert sorted(at_once(come_back)) == [200] + [401] * 7
