"""Reads of who is there."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ..models import Hub, State
from .board import board
from .models import Hour, Presence

CHART_HOURS = 24
# In which states a hub is awaited.
AWAITED = (State.ACTIVE, State.QUARANTINED)


class Standing(models.TextChoices):
    """How it stands with a hub by its last heartbeat."""

    ONLINE = "online", _("Online")
    STALE = "stale", _("Late")
    OFFLINE = "offline", _("Offline")
    NEVER = "never", _("Never seen")


# What lists of hubs are narrowed by beside that: those that need somebody.
INCIDENT = "incident"
STANDINGS = ((INCIDENT, _("Missing or in quarantine")), *Standing.choices)


def late_after() -> timedelta:
    """Two intervals: one heartbeat may be lost."""
    return settings.HUB_HEARTBEAT_INTERVAL * 2


def offline_after() -> timedelta:
    return settings.HUB_HEARTBEAT_INTERVAL * 3


def standing_of(seen_at: datetime | None, now: datetime) -> Standing:
    """How a hub stands that was heard then."""
    if seen_at is None:
        return Standing.NEVER
    silence = now - seen_at
    if silence <= late_after():
        return Standing.ONLINE
    return Standing.STALE if silence <= offline_after() else Standing.OFFLINE


def where_standing(standing: str, now: datetime | None = None) -> Q:
    """Of hubs that are awaited: those that stand so (one of STANDINGS), by what the database knows, which is seconds old."""
    now = now or timezone.now()
    if standing == INCIDENT:
        return Q(state=State.QUARANTINED) | where_standing(Standing.OFFLINE, now)
    late, offline = now - late_after(), now - offline_after()
    if standing == Standing.NEVER:
        return Q(presence=None)
    when = {
        Standing.ONLINE: {"seen_at__gte": late},
        Standing.STALE: {"seen_at__lt": late, "seen_at__gte": offline},
        Standing.OFFLINE: {"seen_at__lt": offline},
    }[Standing(standing)]
    # Asked of each hub in the list's own order: SQLite would join, and then sort, all that are silent.
    return Q(Exists(Presence.objects.filter(hub=OuterRef("pk"), **when)))


def look_at(hubs: Iterable[Hub], now: datetime | None = None) -> None:
    """Each hub has `seen_at` and `standing` as of this moment, whatever has reached the database.

    Read them with `select_related("presence")`.
    """
    now = now or timezone.now()
    found: list[Any] = list(hubs)
    waiting = board().look([hub.pk for hub in found])
    for hub in found:
        kept, beat = getattr(hub, "presence", None), waiting.get(hub.pk)
        hub.seen_at = beat.at if beat else kept.seen_at if kept else None
        hub.standing = standing_of(hub.seen_at, now)


def presence_of(hub: Hub) -> Presence | None:
    """What the hub said last, whether or not it has reached the database."""
    if (beat := board().look([hub.pk]).get(hub.pk)) is not None:
        return as_presence(beat.hub_id, beat)
    return Presence.objects.filter(hub=hub).first()


def as_presence(hub_id: UUID, beat: Any) -> Presence:
    """The row that a beat becomes."""
    report = beat.report
    return Presence(
        hub_id=hub_id,
        seen_at=beat.at,
        address=beat.address,
        firmware=report.firmware,
        uptime=report.uptime,
        temperature=report.temperature,
        peripherals=list(report.peripherals),
        software=report.software,
        software_version=report.software_version,
    )


def hours_of(hub: Hub, now: datetime | None = None) -> list[Hour]:
    """The last hours of the hub, the present one last; hours without a heartbeat too."""
    this = (now or timezone.now()).replace(minute=0, second=0, microsecond=0)
    starts = [this - timedelta(hours=back) for back in reversed(range(CHART_HOURS))]
    kept = {hour.start: hour for hour in Hour.objects.filter(hub=hub, start__gte=starts[0])}
    return [kept.get(start) or Hour(hub=hub, start=start, beats=0) for start in starts]
