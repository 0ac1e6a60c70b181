"""How often what happened: sums by the hour, so that a figure costs the same in a trail of any length."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet, Sum
from django.utils import timezone

from .models import AuditEvent, AuditTally

# Twice the longest period that is shown, so that it can be set beside the one before it.
KEPT = timedelta(days=62)
# In the place of a kind: events of all kinds.
ANY = ""
_COLUMNS = ("organization_id", "tag", "hour", "number")
_TABLE = AuditTally._meta.db_table
# Which adds up, and so is no INSERT that Django could make.
_ADD = (
    f"INSERT INTO {_TABLE} ({', '.join(_COLUMNS)}) VALUES (%s, %s, %s, %s) "  # noqa: S608 - our own names
    f"ON CONFLICT (organization_id, tag, hour) DO UPDATE SET number = {_TABLE}.number + excluded.number"
)


def hour_of(moment: datetime) -> datetime:
    return moment.replace(minute=0, second=0, microsecond=0)


def add(events: Iterable[AuditEvent]) -> None:
    """Each of these events counts once more, by its kind and as any: anywhere, and in its organization. For the sealer, in its transaction."""
    counted: Counter[tuple[UUID, str, datetime]] = Counter()
    for event in events:
        for place in {AuditTally.EVERYWHERE, event.organization_id or AuditTally.EVERYWHERE}:
            for tag in (ANY, event.tag):
                counted[place, tag, hour_of(event.time)] += 1
    fields: list[Any] = [AuditTally._meta.get_field(name) for name in _COLUMNS]
    rows = [
        [
            field.get_db_prep_save(value, connection)
            for field, value in zip(fields, (*key, number), strict=True)
        ]
        for key, number in sorted(counted.items())
    ]
    if rows:
        with connection.cursor() as cursor:
            cursor.executemany(_ADD, rows)


def by_hour(
    tags: Iterable[str], *, since: datetime, organization: UUID | None = None
) -> dict[str, dict[datetime, int]]:
    """By tag and hour, how many events there were since then (an hour's beginning); hours without any are left out."""
    found: dict[str, dict[datetime, int]] = {tag: {} for tag in tags}
    rows = _of(organization).filter(tag__in=list(found), hour__gte=since)
    for tag, hour, number in rows.values_list("tag", "hour", "number"):
        found[tag][hour] = number
    return found


def sums(
    tags: Iterable[str], *, since: datetime, until: datetime, organization: UUID | None = None
) -> Counter[str]:
    """By tag, how many events there were from `since` up to `until`, both an hour's beginning."""
    rows = _of(organization).filter(tag__in=list(tags), hour__gte=since, hour__lt=until)
    return Counter(dict(rows.values_list("tag").annotate(Sum("number"))))


def forget_old() -> None:
    AuditTally.objects.filter(hour__lt=timezone.now() - KEPT).delete()


def _of(organization: UUID | None) -> QuerySet[AuditTally]:
    return AuditTally.objects.filter(organization_id=organization or AuditTally.EVERYWHERE)
