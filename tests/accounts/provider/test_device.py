"""A device without a browser is let in by somebody who has one (RFC 8628)."""

from typing import Any

import pytest
import time_machine
from django.utils import timezone

from accounts.access.services import sign_out_everywhere
from accounts.organizations.services import create_organization
from accounts.provider.models import DeviceGrant, TokenFamily
from accounts.provider.services import create_application
from tests.conftest import Browser

from .conftest import DEVICE, Party, claims_of

PAGE = "/oauth/device"


@pytest.fixture
def screen(wiki: Party) -> dict[str, Any]:
    """What the device was told."""
    answer = wiki.post("device-authorization", scope="openid email unknown")
    assert answer.status_code == 200
    told: dict[str, Any] = answer.json()
    return told


def poll(wiki: Party, screen: dict[str, Any]) -> Any:
    return wiki.post("token", grant_type=DEVICE, device_code=screen["device_code"])


def test_a_device_waits_until_somebody_lets_it_in(
    wiki: Party, screen: dict[str, Any], her: Browser, alice: Any, events: Any
) -> None:
    assert poll(wiki, screen).json()["error"] == "authorization_pending"
    shown = her.post(PAGE, {"code": screen["user_code"].lower().replace("-", " ")})
    assert "Wiki" in shown.text
    assert DeviceGrant.objects.get().decided_at is None
    done = her.post(PAGE, {"code": screen["user_code"], "allow": "1"})
    assert done["Location"] == "/accounts/applications/"
    pair = poll(wiki, screen).json()
    claims = claims_of(pair["id_token"])
    assert claims["sub"] == str(alice.pk)
    assert "sid" not in claims
    assert pair["scope"] == "openid email"
    assert poll(wiki, screen).json()["error"] == "invalid_grant"
    assert events("provider:device:approved")
    assert "Wiki" in her.get("/accounts/applications/").text
    her.post("/accounts/logout/")
    assert wiki.refresh(pair["refresh_token"]).status_code == 200


def test_a_code_in_the_address_is_shown_and_not_taken(screen: dict[str, Any], her: Browser) -> None:
    page = her.get(screen["verification_uri_complete"].partition("8000")[2])
    assert screen["user_code"] in page.text
    assert "Let Wiki in?" not in page.text


def test_who_denies_is_final(wiki: Party, screen: dict[str, Any], her: Browser) -> None:
    her.post(PAGE, {"code": screen["user_code"], "deny": "1"})
    assert poll(wiki, screen).json()["error"] == "access_denied"
    later = her.post(PAGE, {"code": screen["user_code"], "allow": "1"})
    assert later.status_code == 404
    assert poll(wiki, screen).json()["error"] == "access_denied"


def test_who_asks_too_often_is_slowed_down_and_too_late_is_too_late(
    wiki: Party, screen: dict[str, Any], her: Browser
) -> None:
    now = timezone.now()
    with time_machine.travel(now, tick=False) as clock:
        poll(wiki, screen)
        assert poll(wiki, screen).json()["error"] == "slow_down"
        clock.shift(6)
        assert poll(wiki, screen).json()["error"] == "slow_down"
        clock.shift(16)
        assert poll(wiki, screen).json()["error"] == "authorization_pending"
        clock.shift(600)
        assert poll(wiki, screen).json()["error"] == "expired_token"
        assert her.post(PAGE, {"code": screen["user_code"]}).status_code == 404


@pytest.mark.parametrize("code", ["", "AAAAAAAA", "\x00", "BCDF-GHJK", "é" * 8, "B" * 21])
def test_what_is_no_code_is_said_so(her: Browser, code: str) -> None:
    assert her.post(PAGE, {"code": code}).status_code in (400, 404)


def test_codes_are_not_to_be_guessed(her: Browser) -> None:
    tries = [her.post(PAGE, {"code": "BCDFGHJK"}).status_code for _ in range(11)]
    assert tries == [404] * 10 + [429]


def test_another_application_does_not_get_it(
    wiki: Party, mobile: Party, screen: dict[str, Any], her: Browser
) -> None:
    her.post(PAGE, {"code": screen["user_code"], "allow": "1"})
    assert poll(mobile, screen).json()["error"] == "unauthorized_client"
    answer = mobile.post("device-authorization", scope="openid")
    assert answer.json()["error"] == "unauthorized_client"


def test_a_device_of_an_organization_is_for_its_members(
    alice: Any, charlie: Any, wiki: Party
) -> None:
    acme = create_organization(name="Acme", owner=alice, actor=alice)
    row, _ = create_application(
        name="Panel", type="public", organization=acme, grants=[DEVICE], actor=alice
    )
    screen = Party(row).post("device-authorization", scope="openid").json()
    answer = Browser().as_person(charlie).post(PAGE, {"code": screen["user_code"], "allow": "1"})
    assert answer.status_code == 403
    assert DeviceGrant.objects.get().decided_at is None


def test_what_was_allowed_before_one_was_signed_out_everywhere_is_taken_back_with_it(
    wiki: Party, screen: dict[str, Any], her: Browser, alice: Any
) -> None:
    her.post(PAGE, {"code": screen["user_code"], "allow": "1"})
    sign_out_everywhere(alice, actor=None, reason="somebody else had her browser")
    assert poll(wiki, screen).json()["error"] == "invalid_grant"
    assert not TokenFamily.objects.filter(user=alice).exists()
