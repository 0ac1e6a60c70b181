"""How many messages a minute each provider is handed, by all workers together.

What is above that stays in the outbox as it is, in its order, and goes in one of the next minutes: nothing
is refused, and nothing counts as tried.
"""

from collections.abc import Iterable
from datetime import datetime

from django.conf import settings

from mago.core.ratelimit import Limit

from .models import Message

MINUTE = 60.0


def held() -> list[str]:
    """The channels by which nothing may go at this moment."""
    return [channel for channel, limit in _limits().items() if limit.wait() > 0]


def within(rows: Iterable[Message], now: datetime) -> list[Message]:
    """Of these rows, the first of each channel that may go now; they are counted.

    What has expired costs its provider nothing and is not counted.
    """
    limits, spent, kept = _limits(), set[str](), list[Message]()
    for row in rows:
        limit = None if _has_expired(row, now) else limits.get(row.channel)
        if limit and (row.channel in spent or limit.try_take() > 0):
            spent.add(row.channel)
        else:
            kept.append(row)
    return kept


def _has_expired(row: Message, now: datetime) -> bool:
    return row.expires_at is not None and row.expires_at <= now


def _limits() -> dict[str, Limit]:
    paces: dict[str, int] = settings.MESSAGES_PER_MINUTE
    return {
        channel: Limit(f"messages:{channel}", most, MINUTE)
        for channel, most in paces.items()
        if most
    }
