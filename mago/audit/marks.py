"""What events are searched by, kept beside them and indexed, so that recording one need not do it.

Marks are made from the events and can be made again: they are no part of the trail, and nothing
that is proved rests on them. An event has its mark before it has its link.
"""

import logging
from collections.abc import Iterator, Sequence

from django.db import connection

from .models import AuditEvent, AuditLink, AuditMark

# At once, so that on SQLite nobody who writes waits for long.
STEP = 250

_EVENTS, _MARKS, _LINKS = (m._meta.db_table for m in (AuditEvent, AuditMark, AuditLink))
_NAMES = ", ".join(field.attname for field in AuditMark._meta.concrete_fields[1:])
_INSERT = f"""
    INSERT INTO {_MARKS} (event_id, {_NAMES})
    SELECT id, {_NAMES} FROM {_EVENTS} WHERE id IN ({{ids}}) ON CONFLICT DO NOTHING
"""  # noqa: S608 - our own names
_WRONG = f"""
    SELECT id, {_NAMES} FROM {_EVENTS} WHERE id IN ({{ids}})
    EXCEPT SELECT event_id, {_NAMES} FROM {_MARKS} WHERE event_id IN ({{ids}})
"""  # noqa: S608
_SEALED = f"SELECT event_id FROM {_LINKS} WHERE sequence BETWEEN %s AND %s"  # noqa: S608
# On PostgreSQL by a list, each of which is looked up, whatever the planner knows of the tables.
_DELETE = {
    "postgresql": f"DELETE FROM {_MARKS} WHERE event_id = ANY (ARRAY({_SEALED}))",  # noqa: S608
    "sqlite": f"DELETE FROM {_MARKS} WHERE event_id IN ({_SEALED})",  # noqa: S608
}

logger = logging.getLogger(__name__)


def mark(ids: Sequence[int]) -> None:
    """The events of these numbers are found by a search; those that were already, still are."""
    for some in _steps(ids):
        with connection.cursor() as cursor:
            cursor.execute(_INSERT.format(ids=_places(some)), some)


def mend(ids: Sequence[int]) -> int:
    """The marks of these events say what the events say; how many were missing or did not."""
    wrong: list[int] = []
    for some in _steps(ids):
        with connection.cursor() as cursor:
            cursor.execute(_WRONG.format(ids=_places(some)), [*some, *some])
            wrong += [id for id, *_ in cursor.fetchall()]
    if wrong:
        logger.warning("%d audit events had no mark or a wrong one, first %d", len(wrong), wrong[0])
        AuditMark.objects.filter(event_id__in=wrong).delete()
        mark(wrong)
    return len(wrong)


def remove(first: int, last: int) -> None:
    """The marks of what these links seal are gone; to be called in the transaction that removes it."""
    with connection.cursor() as cursor:
        cursor.execute(_DELETE[connection.vendor], [first, last])


def _steps(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    return (ids[first : first + STEP] for first in range(0, len(ids), STEP))


def _places(ids: Sequence[int]) -> str:
    return ", ".join(["%s"] * len(ids))
