"""Messages for those who look after them; what a message says stays sealed."""

from django.db.models import QuerySet

from .models import Message, Status

COUNTED = 1000


def messages(status: str = "") -> QuerySet[Message]:
    """Newest first, of one status or of all; ordered by `id`, which is unique and sorts by time."""
    rows = Message.objects.order_by("-id")
    return rows.filter(status=status) if status else rows


def counts() -> dict[str, int]:
    """How many there are of each status, counted up to `COUNTED` and no further."""
    return {
        s.value: Message.objects.filter(status=s).values("pk")[:COUNTED].count() for s in Status
    }
