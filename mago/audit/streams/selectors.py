"""Reading streams, what they have not been sent yet, and what was refused."""

from typing import Any
from uuid import UUID

from django.db.models import (
    BooleanField,
    Count,
    ExpressionWrapper,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
)
from django.db.models.functions import Coalesce

from mago.core.errors import NotFound

from .. import selectors
from ..exporting import lines_after
from ..models import AuditDeadLetter, AuditEvent, AuditLink, AuditStream
from ..segments import start

# So many dead letters a stream has at most, and so many without one event between them that was taken.
MOST_LETTERS, IN_A_ROW = 50, 10

_STATES: dict[str, dict[str, Any]] = {
    "sending": {"dead_since": None, "is_enabled": True, "failures": 0},
    "failing": {"dead_since": None, "is_enabled": True, "failures__gt": 0},
    "paused": {"dead_since": None, "is_enabled": False},
    "dead": {"dead_since__isnull": False},
}


def streams(state: str = "") -> QuerySet[AuditStream]:
    """Streams by name; of one state (`AuditStream.state`) or of all. Each with its number of `dead_letters`."""
    of_stream = AuditDeadLetter.objects.filter(stream=OuterRef("pk")).order_by().values("stream")
    number = Coalesce(Subquery(of_stream.values(number=Count("pk"))), 0)
    found = AuditStream.objects.filter(**_STATES.get(state, {}))
    return found.annotate(dead_letters=number).order_by("name")


def needing_somebody() -> QuerySet[Any]:
    """Streams that fail, gave up or have dead letters: as `streams`, with the time of the `newest_letter`."""
    newest = AuditDeadLetter.objects.filter(stream=OuterRef("pk")).order_by("-created_at")
    found = streams().filter(Q(is_enabled=True, failures__gt=0) | Q(dead_letters__gt=0))
    return found.annotate(newest_letter=Subquery(newest.values("created_at")[:1]))


def stream_for(stream_id: UUID) -> AuditStream:
    """The stream with this key, or NotFound."""
    stream = streams().filter(pk=stream_id).first()
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


def letters_of(stream: AuditStream) -> QuerySet[AuditDeadLetter]:
    """Its dead letters, MOST_LETTERS at most, the newest first.

    Each with `is_removed`, as the function tells it, and the number of its (last) event, which is None by then.
    """
    gone = ExpressionWrapper(Q(last__lte=start().sequence), output_field=BooleanField())
    event = AuditLink.objects.filter(sequence=OuterRef("last")).values("event_id")
    found = stream.letters.annotate(is_removed=gone, event_id=Subquery(event))
    return found.order_by("-created_at", "-id")


def letter_for(stream: AuditStream, letter_id: UUID) -> AuditDeadLetter:
    """The dead letter of this stream with this key, or NotFound."""
    letter = letters_of(stream).filter(pk=letter_id).first()
    if letter is None:
        raise NotFound
    return letter


def has_room(stream: AuditStream) -> bool:
    """Whether one more event may be set aside.

    Not where many in a row were: who refuses all that comes does not refuse it for what it says. And
    not for ever, with nobody looking: that an event was set aside is an event itself, which may be refused.
    """
    letters = stream.letters.order_by()
    in_a_row = letters.filter(last__gt=stream.position - IN_A_ROW, last__lte=stream.position)
    return in_a_row.count() < IN_A_ROW and letters.count() < MOST_LETTERS


def is_removed(letter: AuditDeadLetter) -> bool:
    """Whether its events are gone, or signed for and about to go: it cannot be sent again."""
    return letter.last <= start().sequence


def lines_of(letter: AuditDeadLetter) -> list[str]:
    """What it says, as it was sent."""
    before = letter.first - 1
    return lines_after(before, letter.last - max(before, start().sequence))[0]
