"""Acme has a site with a room; a hub stands in it, and its secret is known to the test as to the hub."""

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass
from typing import Any

import pytest
from django.conf import settings

from accounts.organizations.services import create_organization, create_site
from hubs.devices import Device
from hubs.models import Hub
from hubs.services import create_enrolment_code, create_room, enrol_hub
from hubs.verifiers import Verifier
from tests.races import real_database

__all__ = ["real_database"]

HASHES = {"SCRAM-SHA-256": "sha256", "SCRAM-SHA-512": "sha512"}


def verifier(secret: str, mechanism: str = "SCRAM-SHA-256") -> dict[str, Any]:
    """What a hub sends of its secret, made as RFC 5802 section 3 says and by nothing of ours."""
    name, salt = HASHES[mechanism], secrets.token_bytes(settings.HUB_SALT_BYTES)
    salted = hashlib.pbkdf2_hmac(name, secret.encode(), salt, settings.HUB_ITERATIONS)
    stored = hashlib.new(name, hmac.digest(salted, b"Client Key", name)).digest()
    server = hmac.digest(salted, b"Server Key", name)
    return {
        "mechanism": mechanism,
        "salt": base64.b64encode(salt).decode(),
        "iterations": settings.HUB_ITERATIONS,
        "stored_key": base64.b64encode(stored).decode(),
        "server_key": base64.b64encode(server).decode(),
    }


def verifiers(secret: str, *mechanisms: str) -> list[Verifier]:
    return [Verifier(**verifier(secret, name)) for name in mechanisms or ("SCRAM-SHA-256",)]


@dataclass
class Enrolled:
    """A hub as it stands in the room: its row, its name on the wire, and its secret."""

    hub: Hub
    secret: str

    @property
    def name(self) -> str:
        return str(self.hub.pk)


@pytest.fixture
def acme(alice: Any) -> Any:
    return create_organization(name="Acme", owner=alice, actor=alice)


@pytest.fixture
def room(acme: Any, alice: Any) -> Any:
    hall = create_site(organization=acme, name="Hall", actor=alice)
    return create_room(site=hall, name="Blue", actor=alice)


@pytest.fixture
def enrol(room: Any, alice: Any) -> Any:
    """Makes a hub with that serial number in the room."""

    def come_in(serial: str = "S-1", *mechanisms: str, secret: str = "") -> Enrolled:
        _row, code = create_enrolment_code(organization=room.organization, room=room, actor=alice)
        secret = secret or secrets.token_urlsafe(32)
        device = Device("Panel 7", serial, "1.0")
        made = enrol_hub(code=code, device=device, verifiers=verifiers(secret, *mechanisms))
        return Enrolled(made.hub, secret)

    return come_in


@pytest.fixture
def enrolled(enrol: Any) -> Enrolled:
    return enrol()
