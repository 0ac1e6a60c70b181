"""How long messages stay: the row for a month, what it could say only as long as it is of use."""

from datetime import timedelta

from django.db.models import Q, QuerySet
from django.utils import timezone

from .models import Message, Status

ROW_KEPT = timedelta(days=30)
DEAD_CONTEXT_KEPT = timedelta(days=7)
# Small steps, each its own commit: nobody waits behind a purge of a million rows.
STEP = 1000


def purge_messages() -> int:
    """Old rows are gone, dead ones that nobody may retry any more are wiped; how many are gone."""
    now = timezone.now()
    dead = Message.objects.filter(status=Status.DEAD).exclude(context="")
    useless = Q(due_at__lt=now - DEAD_CONTEXT_KEPT) | Q(expires_at__lte=now)
    while wiped := list(dead.filter(useless).values_list("pk", flat=True)[:STEP]):
        Message.objects.filter(pk__in=wiped).update(context="")
    settled = [Status.SENT, Status.DEAD, Status.EXPIRED]
    return sum(
        _delete(Message.objects.filter(status=s, due_at__lt=now - ROW_KEPT)) for s in settled
    )


def _delete(old: QuerySet[Message]) -> int:
    gone = 0
    while ids := list(old.order_by("due_at").values_list("pk", flat=True)[:STEP]):
        gone += Message.objects.filter(pk__in=ids).delete()[0]
    return gone
