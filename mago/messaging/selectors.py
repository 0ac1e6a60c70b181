"""Messages for those who look after them; what a message says stays sealed."""

from datetime import datetime
from typing import NamedTuple

from django.db.models import QuerySet
from django.utils import timezone

from .models import Message, Status

COUNTED = 1000


class Backlog(NamedTuple):
    """How many messages are due and how many are dead, up to COUNTED, and since when the oldest is due."""

    due: int
    dead: int
    oldest: datetime | None


def backlog() -> Backlog:
    now = timezone.now()
    due = Message.objects.filter(status=Status.WAITING, due_at__lte=now)
    dead = Message.objects.filter(status=Status.DEAD)
    return Backlog(
        due=due.values("pk")[:COUNTED].count(),
        dead=dead.values("pk")[:COUNTED].count(),
        oldest=due.order_by("due_at").values_list("due_at", flat=True).first(),
    )


def messages(status: str = "", recipient: str = "") -> QuerySet[Message]:
    """Newest first, of one status or of all, to one address or number or to all; ordered by `id`, which is unique and
    sorts by time."""
    rows = Message.objects.order_by("-id")
    if recipient:
        rows = rows.filter(recipient=recipient)
    return rows.filter(status=status) if status else rows


def counts() -> dict[str, int]:
    """How many there are of each status, counted up to `COUNTED` and no further."""
    return {
        s.value: Message.objects.filter(status=s).values("pk")[:COUNTED].count() for s in Status
    }
