"""Where in the order of numbers a moment lies: events are numbered as they happen.

So the primary key serves for the newest events and for a period as well, and no index on time has
to be kept up with each event.
"""

from datetime import datetime, timedelta

from django.db.models import BigIntegerField, BooleanField, DateTimeField, F, Func, Q, Value
from django.db.models.functions import Coalesce
from django.db.models.lookups import GreaterThanOrEqual, LessThan

from .models import AuditEvent

# How far the clocks of two machines may be apart, at most; and the time from clock to number.
SKEW = timedelta(minutes=1)


class NumberAt(Func):
    """The lowest number from which on no event is older than a moment.

    Found inside the database, as a part of the query that uses it: in halving steps, each of which
    is taken if the event there is older. Forty look-ups of a primary key, for up to 2^40 events.
    """

    output_field = BigIntegerField()
    template = f"""(
        WITH RECURSIVE walk(number, step) AS (
            SELECT min(id) - 1, 1099511627776 FROM {AuditEvent._meta.db_table}
            UNION ALL
            SELECT number + CASE WHEN (
                SELECT time FROM {AuditEvent._meta.db_table}
                WHERE id >= number + step ORDER BY id LIMIT 1
            ) < %(expressions)s THEN step ELSE 0 END, step / 2
            FROM walk WHERE step > 0
        )
        SELECT number + 1 FROM walk WHERE step = 0
    )"""  # noqa: S608 - our own name

    def __init__(self, moment: datetime) -> None:
        super().__init__(Value(moment, output_field=DateTimeField()))


def _unestimated(condition: GreaterThanOrEqual | LessThan) -> Coalesce:
    """A condition of which PostgreSQL does not estimate how many events it leaves.

    It would take a period, which numbers bound already, for a handful of events, and read and sort all that are in it.
    """
    return Coalesce(condition, Value(False), output_field=BooleanField())


def within(since: datetime | None, until: datetime | None, number: str = "id") -> Q:
    """Events of `since` and later and before `until`; `number` is the column to find them along."""
    period = Q()
    if since is not None:
        period &= Q(_unestimated(GreaterThanOrEqual(F("time"), since)))
        period &= Q((f"{number}__gte", NumberAt(since - SKEW)))
    if until is not None:
        period &= Q(_unestimated(LessThan(F("time"), until)))
        period &= Q((f"{number}__lt", NumberAt(until + SKEW)))
    return period
