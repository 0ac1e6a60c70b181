"""Old events are made, or removed; or somebody writes, and tells how long that took at most."""

import json
import select
import sys
import time
from datetime import timedelta
from typing import Any

import django

DAYS = 90
PIECE = 5_000  # events in a transaction
GAP = 0.005  # seconds between two writes


def make(count: int) -> None:
    """As many events as old as can be, sealed: in bulk, with what `record` and `seal` would have written.

    What an earlier run has made, and not removed, is counted.
    """
    from django.db import transaction
    from django.utils import timezone

    from mago.audit import canonical, marks, selectors
    from mago.audit.models import AuditEvent, AuditLink
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
            events.append(AuditEvent(**content, mac=canonical.sign(content)))
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


def remove() -> None:
    from django.conf import settings

    from mago.audit import retention

    settings.AUDIT_RETENTION_DAYS = DAYS
    holds, take_away = [0.0], retention._remove

    def timed(*arguments: Any) -> None:
        begin = time.perf_counter()
        take_away(*arguments)
        holds.append((time.perf_counter() - begin) * 1000)

    retention._remove = timed
    begin, removed = time.perf_counter(), 0
    while step := retention.remove_expired():
        removed += step
    seconds = time.perf_counter() - begin
    print(json.dumps({"removed": removed, "seconds": seconds, "hold": max(holds)}))


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
