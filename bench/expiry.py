"""Old events are made, or removed; or somebody writes, and tells how long that took at most."""

import json
import select
import sys
import time
from datetime import timedelta
from typing import Any
from unittest import mock

import django

DAYS = 90
PIECE = 5_000  # events in a transaction
GAP = 0.005  # seconds between two writes


def make(count: int) -> None:
    """As many events as old as can be, sealed: in bulk, with what `record` and `seal` would have written.

    What an earlier run has made, and not removed, is counted.
    """
    from django.db import connection, transaction
    from django.utils import timezone

    from mago.audit import canonical, marks, selectors
    from mago.audit.models import AuditEvent, AuditLink, AuditMark
    from mago.audit.tags import Tag

    long_ago = timezone.now() - timedelta(days=DAYS + 2)
    nothing = dict.fromkeys(canonical.FIELDS, "")
    for first in range(AuditLink.objects.count(), count, PIECE):
        events = []
        for number in range(first, min(first + PIECE, count)):
            content: dict[str, Any] = {
                **nothing,
                **dict.fromkeys(("actor_id", "on_behalf_of_id", "organization_id")),
                "time": long_ago + timedelta(milliseconds=number),
                "tag": Tag.SIGN_IN_SUCCEEDED.value,
                "outcome": "success",
                "detail": {"number": number, "method": "password"},
            }
            events.append(AuditEvent(**content, mac=canonical.sign(canonical.columns_of(content))))
        with transaction.atomic():
            last = selectors.last_link()
            sequence, previous = (last.sequence, bytes(last.hash)) if last else (0, bytes(32))
            links: list[AuditLink] = []
            for event in AuditEvent.objects.bulk_create(events):
                sequence += 1
                links.append(canonical.make_link(previous, sequence, event))
                previous = bytes(links[-1].hash)
            marks.mark([event.id for event in events])
            AuditLink.objects.bulk_create(links)
    # As a database does by itself, in its own time: without it none knows how few rows a step is about.
    with connection.cursor() as cursor:
        for model in (AuditEvent, AuditLink, AuditMark):
            cursor.execute(f"ANALYZE {model._meta.db_table}")


def remove() -> None:
    """All that is due goes, in as many runs as it takes; how long each transaction of it kept others from writing."""
    from django.conf import settings
    from django.db import connection

    from mago.audit import retention

    settings.AUDIT_RETENTION_DAYS = DAYS
    connection.ensure_connection()
    holds: list[tuple[float, float]] = [(0.0, 0.0)]
    begun = (0.0, 0.0)
    change = connection.set_autocommit

    def timed(autocommit: bool, **named: Any) -> None:
        nonlocal begun
        change(autocommit, **named)
        now = time.perf_counter(), time.thread_time()
        if autocommit:
            holds.append((now[0] - begun[0], now[1] - begun[1]))
        begun = now

    begin, removed = time.perf_counter(), 0
    with mock.patch.object(connection, "set_autocommit", timed):
        while (step := retention.remove_expired()) or is_unfinished():
            removed += step
    figures = {"removed": removed, "seconds": time.perf_counter() - begin, "holds": len(holds) - 1}
    for name, found in zip(("hold", "cpu"), zip(*holds, strict=True), strict=True):
        figures |= {
            name: max(found) * 1000,
            f"{name} p99": sorted(found)[int(len(found) * 0.99)] * 1000,
        }
    print(json.dumps(figures))


def is_unfinished() -> bool:
    """Whether a run had no time to remove what it signed for."""
    from mago.audit.models import AuditLink
    from mago.audit.segments import newest_segment

    newest = newest_segment()
    return (
        newest is not None and AuditLink.objects.filter(sequence__lte=newest.last_sequence).exists()
    )


def write() -> None:
    """Transactions such as a sign-in's, until standard input ends."""
    from django.db import transaction

    from mago.audit.services import record
    from mago.audit.tags import Tag
    from mago.core.ids import new_secret
    from mago.core.models import LimitState

    waits: list[float] = []
    begun = False
    while not select.select([sys.stdin], [], [], GAP)[0]:
        begin = time.perf_counter()
        with transaction.atomic():
            LimitState.objects.create(key=new_secret(), full_until=0.0)
            record(Tag.SIGN_IN_SUCCEEDED, method="password")
        waits.append((time.perf_counter() - begin) * 1000)
        if not begun and len(waits) == 20:
            begun = True
            waits.clear()  # The first ones open the connection and load modules.
            print("begun", flush=True)
    waits.sort()
    print(
        json.dumps(
            {"writes": len(waits), "longest": waits[-1], "p99": waits[int(len(waits) * 0.99)]}
        )
    )


if __name__ == "__main__":
    django.setup()
    command, *arguments = sys.argv[1:]
    {"make": lambda: make(int(arguments[0])), "remove": remove, "write": write}[command]()
