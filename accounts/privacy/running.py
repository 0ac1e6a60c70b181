"""A worker does what was asked for: one worker a request, and another if the first one dies."""

import logging
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import F, Q
from django.utils import timezone

from mago.core.context import Caller, calling

from . import services
from .models import DataRequest, State

LEASE = timedelta(minutes=10)
MOST_ATTEMPTS = 3

logger = logging.getLogger(__name__)


def due() -> list[UUID]:
    found = DataRequest.objects.filter(_is_due(timezone.now())).order_by("created_at")
    return list(found.values_list("id", flat=True)[:10])


def run(request_id: UUID) -> None:
    """The request is done, or has failed for good; or it was not there to be done."""
    request = _lease(request_id)
    if request is None:
        return
    ours = DataRequest.objects.filter(pk=request.pk, state=State.RUNNING, attempts=request.attempts)
    done = {"finished_at": timezone.now(), "leased_until": None}
    try:
        with calling(Caller(request_id=request.request_id, address=request.address)):
            services.carry_out(request)
    except Exception:
        logger.exception("request about a person's data failed: %s", request)
        ours.update(state=State.FAILED, **done)
    else:
        ours.update(state=State.DONE, **done)


def _is_due(now: datetime) -> Q:
    return Q(state=State.WAITING) | Q(state=State.RUNNING, leased_until__lt=now)


def _lease(request_id: UUID) -> DataRequest | None:
    now = timezone.now()
    free = DataRequest.objects.filter(_is_due(now), pk=request_id)
    if free.filter(attempts__gte=MOST_ATTEMPTS).update(state=State.FAILED, finished_at=now):
        return None
    taken = {"state": State.RUNNING, "leased_until": now + LEASE}
    if not free.update(attempts=F("attempts") + 1, **taken):
        return None
    return DataRequest.objects.filter(pk=request_id).first()
