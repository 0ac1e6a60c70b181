"""Demonstration data: two sites with rooms, and reference hubs in them that live as long as the server does."""

import secrets
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from accounts.organizations.models import Organization
from accounts.organizations.services import create_organization, create_site

from .agent.client import new_credential
from .agent.device import Device as SimulatedDevice
from .agent.herd import Herd
from .agent.proof import decoded, verifier
from .agent.store import State as Kept
from .devices import Device
from .life.models import Hour, Presence
from .life.selectors import CHART_HOURS
from .models import Hub, Room
from .operations.grouping import add_to_group, create_group, set_tags
from .operations.kinds import Kind
from .operations.orders import order_task
from .services import (
    create_enrolment_code,
    create_room,
    enrol_hub,
    import_hubs,
    quarantine_hub,
)
from .verifiers import Verifier

NAME = "Northwind Rooms"
SITES = {"Milan": "Europe/Rome", "New York": "America/New_York"}
ROOMS = ("Aurora", "Boardroom", "Cedar", "Delta", "Echo", "Forum")
MODELS = ("Panel 7", "Bar X2", "Room Kit Pro")
FIRMWARE = "2.4.1"
# By number, since when a hub has not been heard; None for never.
SILENT: dict[int, timedelta | None] = {5: None, 9: timedelta(hours=5)}
EXPECTED = "serial,model,site,room\nNW-2001,Panel 7,Milan,Forum\nNW-2002,Panel 7,New York,Forum\n"


@transaction.atomic
def add_fleet(owner: User) -> Organization | None:
    """An organization of `owner` with a fleet to look at. Doing it again adds nothing."""
    if Organization.objects.filter(name=NAME).exists():
        return None
    organization = create_organization(name=NAME, owner=owner, actor=owner)
    sites = [
        create_site(organization=organization, name=name, time_zone=zone, actor=owner)
        for name, zone in SITES.items()
    ]
    hubs = [
        _enrol(create_room(site=site, name=room, actor=owner), number, owner)
        for number, (site, room) in enumerate((s, r) for s in sites for r in ROOMS)
    ]
    for number, hub in enumerate(hubs):
        _let_live(hub, number)
    _look_after(organization, hubs, owner)
    import_hubs(organization=organization, text=EXPECTED, actor=owner, dry_run=False)
    return organization


def live(server: str) -> None:
    """The demonstration's hubs sign in, are heard and do their tasks, until the process ends."""
    herd = Herd(server, threads=1)
    for folder in sorted(_folder().glob("NW-*")):
        if (kept := Kept.load(folder)) is not None:
            herd.adopt(kept, SimulatedDevice(serial=folder.name, firmware=FIRMWARE))
    herd.live(float("inf"), lambda count, inside: None)


def _folder() -> Path:
    return settings.DATA_DIR / "demo-hubs"


def _enrol(room: Room, number: int, owner: User) -> Hub:
    _row, code = create_enrolment_code(organization=room.organization, room=room, actor=owner)
    credential = new_credential(settings.HUB_ITERATIONS, settings.HUB_SALT_BYTES)
    made = verifier(credential.secret, decoded(credential.salt), credential.iterations)
    device = Device(MODELS[number % len(MODELS)], f"NW-10{number:02}", FIRMWARE)
    enrolment = enrol_hub(code=code, device=device, verifiers=[Verifier(**made)])
    credential.generation = enrolment.generation
    if number not in SILENT:
        folder = _folder() / device.serial
        Kept(str(enrolment.hub.pk), credential, folder=folder).save()
    return enrolment.hub


def _let_live(hub: Hub, number: int) -> None:
    """Each has a past but the one that was never heard; one has been offline for hours."""
    silence = SILENT.get(number, timedelta(0))
    if silence is None:
        return
    now = timezone.now()
    Presence.objects.create(
        hub=hub,
        seen_at=now - silence,
        address=f"192.0.2.{number + 20}",
        firmware=hub.firmware,
        uptime=86_400 * (number + 1),
        temperature=38 + number / 2,
        peripherals=[
            {"kind": "camera", "name": "Front camera", "condition": "ok"},
            {"kind": "microphone", "name": "Table", "condition": "ok"},
        ],
        software="Conference",
        software_version="6.2.1",
    )
    hour = now.replace(minute=0, second=0, microsecond=0)
    Hour.objects.bulk_create(
        Hour(
            hub=hub,
            start=hour - timedelta(hours=back),
            beats=60 - secrets.randbelow(4),
            hottest=40 + secrets.randbelow(60) / 10,
        )
        for back in range(CHART_HOURS)
        if timedelta(hours=back) >= silence
    )


def _look_after(organization: Organization, hubs: list[Hub], owner: User) -> None:
    pilots = create_group(organization=organization, name="Pilots", actor=owner)
    add_to_group(group=pilots, hubs=hubs[:3], actor=owner)
    set_tags(hub=hubs[1], tags=["large room", "board"], actor=owner)
    quarantine_hub(hub=hubs[4], reason="Clone suspected: looked at by Priya", actor=owner)
    tonight = (timezone.now() + timedelta(days=1)).replace(tzinfo=None)
    order_task(
        organization=organization,
        kind=Kind.UPDATE,
        hubs=hubs[:3],
        addressed_to="Group: Pilots",
        parameters={"version": "2.5.0"},
        local_time=tonight.replace(hour=23, minute=0, second=0, microsecond=0),
        actor=owner,
    )
    order_task(
        organization=organization,
        kind=Kind.COLLECT_LOGS,
        hubs=hubs[6:9],
        addressed_to="Site: New York",
        actor=owner,
    )
