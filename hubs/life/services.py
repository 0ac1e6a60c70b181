"""Heartbeats are taken in, and go to the database many at once."""

import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, TypeVar
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from mago.audit.services import record
from mago.audit.tags import Tag

from ..models import Hub
from .board import Board, board
from .models import Hour, Outage, Presence
from .reports import Beat, Report
from .selectors import as_presence

BATCH = 500
KEPT = timedelta(days=3)
OUTAGES_KEPT = timedelta(days=90)
T = TypeVar("T")

_COLUMNS = (
    "seen_at", "address", "firmware", "uptime", "temperature", "peripherals", "software",
    "software_version",
)  # fmt: skip
_HOUR = Hour._meta.db_table
# SQLite's MAX of two is PostgreSQL's GREATEST, and only the latter passes over a NULL: so it is spelt out.
_ADD_TO_HOUR = (
    f"INSERT INTO {_HOUR} (hub_id, start, beats, hottest) VALUES (%s, %s, 1, %s)"  # noqa: S608 - our own names
    f" ON CONFLICT (hub_id, start) DO UPDATE SET beats = {_HOUR}.beats + 1, hottest = CASE"
    f" WHEN {_HOUR}.hottest IS NULL OR EXCLUDED.hottest > {_HOUR}.hottest THEN EXCLUDED.hottest"
    f" ELSE {_HOUR}.hottest END"
)


def take_heartbeat(*, hub_id: UUID, address: str, report: Report) -> None:
    """The hub was heard now. Nothing is written to the database."""
    board().put(Beat(hub_id, timezone.now(), address, report))


def flush(source: Board | None = None) -> int:
    """What waits on the board stands in the database, but for what another run has; how many beats that were."""
    source = source or board()
    # Runs that overlap begin at different parts, so that they share the work.
    first = time.monotonic_ns() // 1000 % source.PARTS
    return sum(_flush_part(source, (first + part) % source.PARTS) for part in range(source.PARTS))


def _flush_part(source: Board, part: int) -> int:
    with source.leaving(part) as beats:
        for batch in _batches(beats):
            with transaction.atomic():
                _keep(batch)
        return len(beats)


def _batches(rows: list[T]) -> Iterator[list[T]]:
    for start in range(0, len(rows), BATCH):
        yield rows[start : start + BATCH]


def _keep(beats: list[Beat]) -> None:
    hubs = Hub.objects.everywhere(reason="heartbeats of whomever")
    known = {hub.pk: hub for hub in hubs.filter(pk__in=[beat.hub_id for beat in beats])}
    # In one order, so that two runs never wait for one another crosswise.
    beats = sorted((beat for beat in beats if beat.hub_id in known), key=lambda beat: beat.hub_id)
    Presence.objects.bulk_create(
        [as_presence(beat.hub_id, beat) for beat in beats],
        update_conflicts=True,
        unique_fields=["hub"],
        update_fields=_COLUMNS,
    )
    with connection.cursor() as cursor:
        cursor.executemany(_ADD_TO_HOUR, [_hour(beat) for beat in beats])
    for beat in beats:
        _note_firmware(known[beat.hub_id], beat.report.firmware)


def _hour(beat: Beat) -> list[Any]:
    start = beat.at.replace(minute=0, second=0, microsecond=0)
    values = {"hub": beat.hub_id, "start": start, "hottest": beat.report.temperature}
    fields = (Hour._meta.get_field(name) for name in values)
    return [
        field.get_db_prep_save(value, connection)  # type: ignore[union-attr]
        for field, value in zip(fields, values.values(), strict=True)
    ]


def _note_firmware(hub: Hub, firmware: str) -> None:
    if not firmware or firmware == hub.firmware:
        return
    before, hub.firmware = hub.firmware, firmware
    hub.save(update_fields=["firmware"])
    record(
        Tag.HUB_FIRMWARE_CHANGED,
        actor=hub,
        target=hub,
        organization_id=hub.organization_id,
        before={"firmware": before},
        after={"firmware": firmware},
    )


def forget_old() -> None:
    """Hours older than some days are gone, and outages that ended months ago."""
    now = timezone.now()
    Hour.objects.filter(start__lt=now - KEPT).delete()
    Outage.objects.filter(ended_at__lt=now - OUTAGES_KEPT).delete()
