"""Fills a trail, or prints what its pages take, as JSON."""

import json
import os
import random
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import django

RUNS = 60
# So few that each fills a page in the small trail already.
PEOPLE = [UUID(int=number << 64 | 7 << 76) for number in range(1, 101)]
TAGS = ["signin:session:opened"] * 90 + ["signin:session:failed"] * 9 + ["access:role:granted"]
OUTCOMES = ["success"] * 99 + ["refused"]
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
MAC = os.urandom(48)
MARKS = "tag, outcome, actor_id, target_id, organization_id, address"


# Written one by one; more are copies of these.
FIRST = 10_000


def main(command: str, size: int) -> None:
    django.setup()
    if command == "read":
        print(json.dumps(figures(size)))
        return
    fill(0, min(size, FIRST))
    if size > FIRST:
        fill(FIRST, size)


def rows(first: int, last: int) -> Iterator[tuple[Any, ...]]:
    """Events of people that come back, a second apart, in the order of the columns."""
    for number in range(first, last):
        person = PEOPLE[number * 7919 % len(PEOPLE)]
        name = f"person-{person.int >> 64}@example.com"
        yield (
            BEGIN + timedelta(seconds=number),
            TAGS[number * 31 % 100],
            OUTCOMES[number * 17 % 100],
            person,
            name,
            None,
            "",
            "accounts.user",
            str(person),
            name,
            None,
            f"192.0.2.{number % 100}",
            "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
            f"{number:032x}",
            {"method": "password"},
            MAC,
        )


def fill(first: int, last: int) -> None:
    """Events stand in the table with what they are searched by, and one link that says how far."""
    from django.db import connection

    from mago.audit.models import AuditEvent, AuditLink, AuditMark

    # Made at the end, each in one pass: kept up row by row they take most of the time.
    spelling = connection.schema_editor(atomic=False)
    for index in AuditMark._meta.indexes:
        run(f"DROP INDEX {index.name}")
    if first:
        repeat(first, last)
    else:
        insert(last)
    for index in AuditMark._meta.indexes:
        run(str(index.create_sql(AuditMark, spelling)))
    newest = AuditEvent.objects.latest("id")
    link = AuditLink(sequence=newest.id, event=newest, salt=os.urandom(16), hash=MAC, mac=MAC)
    link.save(force_insert=True)
    run("ANALYZE audit_auditevent")
    run("ANALYZE audit_auditmark")


def insert(count: int) -> None:
    """The first events."""
    from django.db import connection, transaction

    from mago.audit.canonical import FIELDS
    from mago.audit.models import AuditEvent

    columns = (*FIELDS, "mac")
    fields: list[Any] = [AuditEvent._meta.get_field(name) for name in columns]
    with transaction.atomic(), connection.cursor() as cursor:
        before = newest_number()
        cursor.executemany(
            f"INSERT INTO audit_auditevent ({', '.join(columns)})"
            f" VALUES ({', '.join(['%s'] * len(columns))})",
            [
                [
                    field.get_db_prep_save(value, connection)
                    for field, value in zip(fields, row, strict=True)
                ]
                for row in rows(0, count)
            ],
        )
        mark_after(before)


def repeat(first: int, last: int) -> None:
    """The newest `first` events happen again and again, each time so many seconds later: copied by the database."""
    from django.db import connection, transaction

    from mago.audit.canonical import FIELDS

    others = ", ".join((*FIELDS[1:], "mac"))
    later = {
        "sqlite": "datetime(time, '+' || %s || ' seconds')",
        "postgresql": "time + make_interval(secs => %s)",
    }[connection.vendor]
    newest = newest_number()
    for start in range(first, last, first):
        with transaction.atomic(), connection.cursor() as cursor:
            before = newest_number()
            cursor.execute(
                f"INSERT INTO audit_auditevent (time, {others})"
                f" SELECT {later}, {others} FROM audit_auditevent"
                " WHERE id > %s AND id <= %s ORDER BY id LIMIT %s",
                [start, newest - first, newest, last - start],
            )
            mark_after(before)


def newest_number() -> int:
    from django.db.models import Max

    from mago.audit.models import AuditEvent

    return AuditEvent.objects.aggregate(newest=Max("id"))["newest"] or 0


def mark_after(number: int) -> None:
    """What is newer has its marks."""
    run(
        f"INSERT INTO audit_auditmark (event_id, {MARKS})"
        f" SELECT id, {MARKS} FROM audit_auditevent WHERE id > {number}"
    )


def run(statement: str) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(statement)


def figures(size: int) -> dict[str, float]:
    """Seconds for each kind of page, the best of several."""
    from admincenter.keyset import Cursor, KeysetPage
    from admincenter.selectors.trail import find_events
    from mago.audit.models import AuditEvent

    person, rare = random.choice(PEOPLE), "access:role:granted"
    bounds = AuditEvent.objects.order_by("id").values_list("id", flat=True)
    middle = str(Cursor((bounds.first() + size // 2,)))
    day = BEGIN + timedelta(seconds=size // 2)
    period = {"since": day - timedelta(minutes=30), "until": day}
    pages: dict[str, Callable[[], KeysetPage]] = {
        "newest page": lambda: KeysetPage(find_events()),
        "page in the middle": lambda: KeysetPage(find_events(), middle),
        "page of a person": lambda: KeysetPage(find_events(actor=person)),
        "page about a person": lambda: KeysetPage(find_events(about=person)),
        "page of a rare kind": lambda: KeysetPage(find_events(tag=rare)),
        "page of an address": lambda: KeysetPage(find_events(address="192.0.2.1")),
        "page of a rare outcome": lambda: KeysetPage(find_events(outcome="refused")),
        "page of a period": lambda: KeysetPage(find_events(**period)),
        "page of a kind in a period": lambda: KeysetPage(find_events(tag=TAGS[0], **period)),
        "text that is nowhere": lambda: KeysetPage(find_events(text="nobody@example.com")),
    }
    return {
        name: best(page, 1 if name.startswith("text") else RUNS) for name, page in pages.items()
    }


def best(page: Callable[[], object], runs: int) -> float:
    times = []
    for _ in range(runs):
        begin = time.perf_counter()
        page()
        times.append(time.perf_counter() - begin)
    return min(times)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
