"""How many SMS go where. They cost money, and fraudsters are paid for having them sent ("SMS pumping").

Each SMS is counted before it is sent: for its month (money), its day (everywhere, its dial code, and its
prefix, which is the number less its last four digits), each by one statement that refuses what is above the
cap. And codes must be entered: where many are sent and few come back, no person is at the other end, and
sending there stops until the hours in which that was so have passed.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Sum
from django.utils import timezone

from .models import SmsTally
from .numbers import dial_code_of

_TABLE = SmsTally._meta.db_table
_TAKE = f"""
INSERT INTO {_TABLE} (place, period, sent, entered) VALUES (%s, %s, 1, 0)
ON CONFLICT (place, period) DO UPDATE SET sent = {_TABLE}.sent + 1
WHERE {_TABLE}.sent < %s
RETURNING sent
"""  # noqa: S608
_ENTER = f"""
INSERT INTO {_TABLE} (place, period, sent, entered) VALUES (%s, %s, 0, 1)
ON CONFLICT (place, period) DO UPDATE SET entered = {_TABLE}.entered + 1
"""  # noqa: S608

PREFIX_DAY = 20
# Of the codes sent to a place in this hour and the one before, at least so many are entered…
CONVERSION = 0.2
# …as soon as so many were sent there.
ENOUGH_FOR_PREFIX = 10
ENOUGH_FOR_DIAL_CODE = 50
KEPT = timedelta(days=100)


@dataclass(frozen=True)
class Cap:
    """At most `most` SMS to `place` in `period`; None only counts."""

    name: str
    place: str
    period: str
    most: int | None


class _Full(Exception):
    def __init__(self, cap: Cap) -> None:
        self.cap = cap


def count(number: str) -> Cap | None:
    """The cap that holds an SMS to `number` back, or None: it is counted, and may be sent."""
    now = timezone.now()
    if (stopped := _without_readers(number, now)) is not None:
        return stopped
    try:
        with transaction.atomic():
            for cap in _caps(number, now):
                _take(cap)
    except _Full as full:
        return full.cap
    return None


def count_entered(number: str) -> None:
    """A code that was sent to `number` came back: somebody reads them there."""
    hour = _hour(timezone.now())
    with transaction.atomic(), connection.cursor() as cursor:
        for place in _places(number):
            cursor.execute(_ENTER, [place, hour])


def purge() -> None:
    """What was counted a season ago is gone."""
    SmsTally.objects.filter(period__lt=f"{timezone.now() - KEPT:%Y-%m-%d}").delete()


def _places(number: str) -> tuple[str, str]:
    return number[:-4], dial_code_of(number)


def _caps(number: str, now: datetime) -> Iterator[Cap]:
    # In one order for everybody: two at once wait for one another and never for each other.
    prefix, dial_code = _places(number)
    month, day, hour = f"{now:%Y-%m}", f"{now:%Y-%m-%d}", _hour(now)
    yield Cap("sms:prefix-day", prefix, day, PREFIX_DAY)
    yield Cap("sms:country-day", dial_code, day, settings.SMS_PER_COUNTRY_DAY)
    yield Cap("sms:day", "", day, settings.SMS_PER_DAY)
    yield Cap("sms:budget", "", month, int(settings.SMS_BUDGET / settings.SMS_PRICE))
    yield Cap("sms:hour", prefix, hour, None)
    yield Cap("sms:hour", dial_code, hour, None)


def _take(cap: Cap) -> None:
    most = 2**31 - 1 if cap.most is None else cap.most
    with connection.cursor() as cursor:
        # The statement refuses one more, not the first one.
        if most > 0:
            cursor.execute(_TAKE, [cap.place, cap.period, most])
            if cursor.fetchone():
                return
    raise _Full(cap)


def _without_readers(number: str, now: datetime) -> Cap | None:
    """The conversion breaker: the place to which many codes go and from which few come back."""
    hours = [_hour(now), _hour(now - timedelta(hours=1))]
    prefix, dial_code = _places(number)
    for place, enough in ((prefix, ENOUGH_FOR_PREFIX), (dial_code, ENOUGH_FOR_DIAL_CODE)):
        told = SmsTally.objects.filter(place=place, period__in=hours).aggregate(
            sent=Sum("sent", default=0), entered=Sum("entered", default=0)
        )
        if told["sent"] >= enough and told["entered"] < told["sent"] * CONVERSION:
            return Cap("sms:conversion", place, hours[0], None)
    return None


def _hour(now: datetime) -> str:
    return f"{now:%Y-%m-%dT%H}"
