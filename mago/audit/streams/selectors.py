"""Reading streams, and what they have not been sent yet."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from mago.core.errors import NotFound

from .. import selectors
from ..models import AuditEvent, AuditLink, AuditStream

_STATES: dict[str, dict[str, Any]] = {
    "sending": {"dead_since": None, "is_enabled": True, "failures": 0},
    "failing": {"dead_since": None, "is_enabled": True, "failures__gt": 0},
    "paused": {"dead_since": None, "is_enabled": False},
    "dead": {"dead_since__isnull": False},
}


def streams(state: str = "") -> QuerySet[AuditStream]:
    """Streams by name; of one state (`AuditStream.state`) or of all."""
    return AuditStream.objects.filter(**_STATES.get(state, {})).order_by("name")


def stream_for(stream_id: UUID) -> AuditStream:
    """The stream with this key, or NotFound."""
    stream = AuditStream.objects.filter(pk=stream_id).first()
    if stream is None:
        raise NotFound
    return stream


def end_of_chain() -> int:
    """The link that a stream ends at that has everything."""
    last = selectors.last_link()
    return last.sequence if last else 0


def waiting_for(stream: AuditStream, most: int) -> list[AuditEvent]:
    """The events that it is sent next, the oldest first."""
    links = AuditLink.objects.filter(sequence__gt=stream.position).order_by("sequence")[:most]
    found = selectors.readable(links.values_list("event_id", flat=True))
    return sorted(found.values(), key=lambda event: event.pk)
