"""Which organizations are watched whose figures take long to count: the worker counts those, and no others."""

from datetime import datetime, timedelta
from uuid import UUID

from django.core.cache import cache
from django.utils import timezone

# How old a figure may become that the worker counts, and how long it is remembered where no worker is.
FRESH, REMEMBERED = timedelta(minutes=15), timedelta(hours=1)
# Whoever looks is thought to look on for so long.
WATCHED = timedelta(minutes=30)
MOST = 200
# By organization, until when it is watched.
_KEY = "admincenter:asked"


def ask_for(organization: UUID) -> None:
    """The worker will soon count it. Where two ask at once, one of them is heard at their next look."""
    now = timezone.now()
    known: dict[UUID, datetime] = cache.get(_KEY, {})
    if known.get(organization, now) > now + FRESH:
        return
    known = {key: end for key, end in known.items() if end > now and key != organization}
    if len(known) < MOST:
        known[organization] = now + WATCHED
        cache.set(_KEY, known, WATCHED.total_seconds())


def asked_for() -> list[UUID]:
    """The organizations that somebody watches."""
    now = timezone.now()
    return [key for key, end in cache.get(_KEY, {}).items() if end > now]


def is_due(organization: UUID | None) -> bool:
    """Whether it was not counted lately (None: the platform); true once in a quarter of an hour."""
    return cache.add(f"admincenter:counted:{organization or ''}", True, FRESH.total_seconds())
