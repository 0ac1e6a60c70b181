"""An access token is kept nowhere: it says what it is for, and is asked at each use whether that is still so."""

import base64
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from hubs.models import Credential, Hub
from hubs.services import quarantine_clone, quarantine_hub, reactivate_hub, suspend_hub
from hubs.tokens import METHODS, TOKEN_PREFIX, Claims, access_token, new_epoch, read_access_token
from mago.core.ids import new_id
from tests.hubs.conftest import Enrolled
from tests.hubs.hub import Device


def test_says_what_it_is_for_and_no_two_are_the_same(db: None) -> None:
    for method in METHODS:
        claims = Claims(new_id(), new_epoch(), 7, method)
        tokens = {access_token(claims) for _ in range(2)}
        assert {read_access_token(token) for token in tokens} == {claims}
        assert len(tokens) == 2


def test_ends_after_its_time(enrolled: Enrolled) -> None:
    device = Device(enrolled)
    device.sign_in()
    with time_machine.travel(timezone.now() + timedelta(minutes=14), tick=False):
        assert device.get("me").status_code == 200
    with time_machine.travel(timezone.now() + timedelta(minutes=15, seconds=1), tick=False):
        assert device.get("me").status_code == 401


def test_nobody_else_can_make_or_change_one(enrolled: Enrolled) -> None:
    device = Device(enrolled)
    token = device.sign_in()["access_token"]
    raw = base64.urlsafe_b64decode(token.removeprefix(TOKEN_PREFIX))
    for place in (0, 16, 24, 28, 32, 33, len(raw) - 1):
        other = raw[:place] + bytes([raw[place] ^ 1]) + raw[place + 1 :]
        device.token = TOKEN_PREFIX + base64.urlsafe_b64encode(other).decode()
        assert device.get("me").status_code == 401
    for odd in ("", token[:-1], token + "A", TOKEN_PREFIX, TOKEN_PREFIX + "\u00e9" * 96, "x" * 105):
        assert read_access_token(odd) is None


@pytest.mark.parametrize("shut_out", [suspend_hub, quarantine_hub])
def test_one_of_before_does_not_live_again_with_its_hub(
    enrolled: Enrolled, alice: Any, shut_out: Any
) -> None:
    device, change = Device(enrolled), {"hub": enrolled.hub, "reason": "a test", "actor": alice}
    device.sign_in()
    shut_out(**change)
    reactivate_hub(**change)
    assert device.get("me").status_code == 401
    device.token = ""
    device.sign_in()
    assert device.get("me").status_code == 200


@pytest.mark.parametrize("by_hand", [True, False])
def test_quarantine_shuts_every_door_to_a_token_of_before(
    enrolled: Enrolled, alice: Any, by_hand: bool
) -> None:
    """It may be a copy's, which would go on telling how it is; who has the secret signs in anew."""
    device = Device(enrolled)
    device.sign_in()
    if by_hand:
        quarantine_hub(hub=enrolled.hub, reason="a test", actor=alice)
    else:
        quarantine_clone(hub_id=enrolled.hub.pk, reason="a test")
    assert device.post("me/heartbeat", {}).status_code == 401
    assert device.post("me/credential", {}).status_code == 401
    assert [device.get(door).status_code for door in ("me", "me/tasks")] == [401, 401]
    device.token = ""
    device.sign_in()
    assert device.post("me/heartbeat", {}).status_code == 200
    # Whoever shows again what is no longer good does not throw the right one out again.
    quarantine_clone(hub_id=enrolled.hub.pk, reason="again")
    assert device.post("me/heartbeat", {}).status_code == 200


@pytest.mark.parametrize("stage", ["retired", "revoked"])
def test_ends_with_the_credential_that_it_was_got_by(enrolled: Enrolled, stage: str) -> None:
    device = Device(enrolled)
    device.sign_in()
    Credential.objects.everywhere(reason="test").update(stage=stage)
    assert device.get("me").status_code == 401


def test_ends_with_its_hub(enrolled: Enrolled) -> None:
    device = Device(enrolled)
    device.sign_in()
    Hub.objects.everywhere(reason="a test").all().delete()
    assert device.get("me").status_code == 401
