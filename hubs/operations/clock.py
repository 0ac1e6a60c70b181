"""A time on the wall of a site, as a moment. Pure."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo


def moment_at(local: datetime, time_zone: str) -> datetime:
    """When it is `local` (without a zone) there, in UTC; as RFC 5545 section 3.3.5 has it.

    A time that comes twice, as clocks go back, is meant the first time. One that never comes, as they
    go forward, is counted as if they had not: half past two is half past three.

    >>> moment_at(datetime(2026, 10, 25, 2, 30), "Europe/Rome").isoformat()
    '2026-10-25T00:30:00+00:00'
    >>> moment_at(datetime(2026, 3, 29, 2, 30), "Europe/Rome").isoformat()
    '2026-03-29T01:30:00+00:00'
    """
    return local.replace(tzinfo=ZoneInfo(time_zone), fold=0).astimezone(UTC)
