"""Delivering what is due: lease rows, send, settle each in a commit of its own.

A worker may die at any moment. Its lease ends, and whoever sweeps next takes the rows again: so no
message is lost, and at most the one that was in flight goes out twice, with the same Message-ID.
"""

import logging
import random
import re
import time
import traceback
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.module_loading import import_string

from mago.core.crypto import SealBroken
from mago.core.sql import Statement

from . import pace
from .gateways.base import Gateway, GatewayDown, Letter, Permanent, Temporary
from .models import Message, Status
from .render import render

logger = logging.getLogger("mago.messaging")

# Sending stops early enough that even a slow last letter ends within the lease.
LEASE = timedelta(seconds=30)
SENDING_SECONDS = 3.0
# What is of no more use so soon goes before all the rest: somebody sits and waits for a code.
URGENT = timedelta(minutes=35)
# Rendered in one go: templates that are in the processor's caches take half the time.
AHEAD = 100
FIRST_DELAY = 10.0
LONGEST_DELAY = 3600.0
# A gateway that is down is tried once a batch and not once a message, so it can be asked often.
LONGEST_DELAY_DOWN = 300.0
# Given up after both: a day of age says nothing where the worker itself was off for that day.
GIVE_UP_AGE = timedelta(hours=24)
GIVE_UP_ATTEMPTS = 10
# Done for every message, and the ORM takes several times as long to say it.
_MARK_SENT = Statement(
    f"""
    UPDATE {Message._meta.db_table}
    SET status = %s, sent_at = %s, gateway = %s, carrier_id = %s,
        context = '', last_error = '', leased_until = NULL
    WHERE id = %s AND leased_until = %s
    """  # noqa: S608
)
ABANDONED = "the worker ended while this was being sent"


def deliver_batch(limit: int = 100) -> int:
    """Up to `limit` due messages are sent or put off; how many were looked at."""
    rows = _lease(limit)
    started, down = time.monotonic(), dict[str, GatewayDown]()
    with ExitStack() as stack:

        @cache
        def gateway(channel: str) -> Gateway:
            opened: Gateway = import_string(settings.MESSAGE_GATEWAYS[channel])()
            return stack.enter_context(opened)

        for position, (row, letter) in enumerate(_written(rows)):
            if time.monotonic() - started > SENDING_SECONDS:
                _release(rows[position:])
                break
            try:
                if row.channel in down:
                    raise down[row.channel]
                _deliver(row, letter, gateway(row.channel))
            except GatewayDown as error:
                down[row.channel] = error
                _put_off(row, str(error), LONGEST_DELAY_DOWN)
            except Temporary as error:
                _put_off(row, str(error), LONGEST_DELAY)
            except Permanent as error:
                _bury(row, str(error))
    return len(rows)


def _lease(limit: int) -> list[Message]:
    """Due rows that are now ours alone until `leased_until`, and no more than their providers take now (`pace.py`)."""
    now = timezone.now()
    due = Message.objects.filter(status=Status.WAITING, due_at__lte=now)
    if not due.exists():
        return []  # an idle tick takes no write lock
    if held := pace.held():
        due = due.exclude(channel__in=held)
        if not due.exists():
            return []
    with transaction.atomic():
        # SQLite knows no row locks and needs none: its transaction holds the only write lock.
        ours = due.select_for_update(skip_locked=True)
        urgent = ours.filter(expires_at__gt=now, expires_at__lte=now + URGENT)
        rows = list(urgent.order_by("expires_at")[:limit])
        if len(rows) < limit:
            others = ours.exclude(pk__in=[row.pk for row in rows]).order_by("due_at")
            rows += others[: limit - len(rows)]
        rows = pace.within(rows, now)
        until = now + LEASE
        Message.objects.filter(pk__in=[row.pk for row in rows]).update(
            leased_until=until, due_at=until, attempts=F("attempts") + 1
        )
    for row in rows:
        if row.leased_until:
            row.last_error = ABANDONED
        row.leased_until, row.attempts = until, row.attempts + 1
    return rows


def _written(rows: list[Message]) -> Iterator[tuple[Message, Letter | Temporary]]:
    """Each row with its letter, or with what is in its way; some are rendered ahead of the sending."""
    for first in range(0, len(rows), AHEAD):
        some = rows[first : first + AHEAD]
        yield from zip(some, [_letter(row) for row in some], strict=True)


def _letter(row: Message) -> Letter | Temporary:
    try:
        return render(row)
    except SealBroken:
        return Temporary("sealed by a key that is no longer on the ring")
    except Exception as error:  # noqa: BLE001  (one message's fault must not stop the others)
        return _fault(row, error)


def _deliver(row: Message, letter: Letter | Temporary, gateway: Gateway) -> None:
    """`row` is sent, expired or given up."""
    now = timezone.now()
    if row.expires_at and row.expires_at <= now:
        _settle(row, status=Status.EXPIRED, context="")
    elif row.last_error == ABANDONED and _is_worn_out(row, now):
        _bury(row, ABANDONED)
    elif isinstance(letter, Temporary):
        raise letter
    else:
        name = _send(row, letter, gateway)
        now = timezone.now()
        _MARK_SENT.run([Status.SENT.value, now, gateway.name, name, row.pk, row.leased_until])


def _send(row: Message, letter: Letter, gateway: Gateway) -> str:
    try:
        return gateway.send(letter)
    except (Temporary, Permanent):
        raise
    except Exception as error:  # noqa: BLE001  (one message's fault must not stop the others)
        raise _fault(row, error) from None


def _fault(row: Message, error: Exception) -> Temporary:
    """A fault of our own, logged. Its words may quote the context, so only its name and place are kept."""
    place = traceback.extract_tb(error.__traceback__)[-1]
    reason = f"{type(error).__name__} at {place.name}, line {place.lineno}"
    logger.error("Message %s (%s) failed: %s", row.pk, row.template, reason)
    return Temporary(reason)


def _put_off(row: Message, reason: str, longest: float) -> None:
    """Tried again later: twice as late each time, at random, so that many do not come back at once."""
    now = timezone.now()
    if _is_worn_out(row, now):
        _bury(row, reason)
        return
    delay = min(longest, FIRST_DELAY * 2 ** min(row.attempts - 1, 16)) * random.uniform(0.5, 1)  # noqa: S311
    _settle(row, due_at=now + timedelta(seconds=delay), last_error=scrub(reason))


def _is_worn_out(row: Message, now: datetime) -> bool:
    return row.attempts >= GIVE_UP_ATTEMPTS and now - row.created_at >= GIVE_UP_AGE


def _bury(row: Message, reason: str) -> None:
    """Dead; the context stays sealed for some days, so that an administrator may retry."""
    _settle(row, status=Status.DEAD, last_error=scrub(reason))
    logger.warning("Message %s (%s) is dead: %s", row.pk, row.template, scrub(reason))


def _settle(row: Message, **values: Any) -> None:
    """The row's new state, unless our lease ended and another worker has it."""
    # A settled row has no lease, so this is never true of one.
    ours = Message.objects.filter(pk=row.pk, leased_until=row.leased_until)
    ours.update(leased_until=None, **values)


def _release(rows: list[Message]) -> None:
    """Rows that were leased and not tried are due at once."""
    ours = Message.objects.filter(
        pk__in=[row.pk for row in rows],
        leased_until=rows[0].leased_until,
    )
    ours.update(leased_until=None, due_at=timezone.now(), attempts=F("attempts") - 1)


_SECRET_LIKE = re.compile(r"\S*://\S*|[\w-]{24,}|\d{6,}")


def scrub(reason: str) -> str:
    """`reason` on one line; what may be a link, key or code is gone, as servers quote what they refuse."""
    line = " ".join("".join(c if c.isprintable() else " " for c in reason).split())
    return _SECRET_LIKE.sub("…", line)[:300]
