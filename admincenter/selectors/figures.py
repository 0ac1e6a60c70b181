"""The overview's figures. Each is counted as far as it tells something, along an index, and no further."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.core.cache import cache
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.formats import number_format

from mago.audit.models import AuditEvent
from mago.audit.selectors import events, newest_sealed
from mago.audit.tags import Tag

MOST = 10_000
MOST_A_DAY = 100_000
# The trail is sealed every few seconds; so long after, somebody should look.
SEAL_LATE = timedelta(minutes=10)
# Seconds. A day that is over changes no more; the present one is counted once for all who watch it.
PAST_KEPT = 15 * 24 * 3600
TODAY_KEPT = 20
# What began before midnight is written a moment after it.
OVER_AFTER = timedelta(hours=1)


@dataclass(frozen=True)
class Count:
    """A number, or the highest that was counted to."""

    number: int
    more: bool = False

    def __bool__(self) -> bool:
        return self.number > 0

    def __str__(self) -> str:
        return number_format(self.number, use_l10n=True, force_grouping=True) + (
            "+" if self.more else ""
        )


def count(rows: QuerySet[Any], most: int = MOST) -> Count:
    """How many `rows` there are, counted to `most`."""
    found = rows.order_by().values("pk")[: most + 1].count()
    return Count(min(found, most), found > most)


def told_since(tag: Tag, since: datetime) -> Count:
    """How many events of a kind there were since then."""
    return count(events(tag=tag, since=since))


def told_by_day(tag: Tag, days: list[date]) -> list[int]:
    """How many events of a kind there were on each of these days, each counted to MOST_A_DAY."""
    keys = {f"admincenter:told:{tag}:{day}": day for day in days}
    known, over = cache.get_many(keys), timezone.localdate(timezone.now() - OVER_AFTER)
    for key, day in keys.items():
        if key not in known:
            known[key] = _told_on(tag, day)
            cache.set(key, known[key], PAST_KEPT if day < over else TODAY_KEPT)
    return [known[key] for key in keys]


def _told_on(tag: Tag, day: date) -> int:
    start = timezone.make_aware(datetime.combine(day, time.min))
    rows = events(tag=tag, since=start, until=start + timedelta(days=1))
    return count(rows, MOST_A_DAY).number


def unsealed_since() -> datetime | None:
    """When the oldest event was recorded that should have been sealed by now; None if all is well."""
    waiting = AuditEvent.objects.filter(id__gt=newest_sealed()).order_by("id")
    oldest = waiting.values_list("time", flat=True).first()
    return oldest if oldest and oldest < timezone.now() - SEAL_LATE else None
