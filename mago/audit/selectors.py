"""Reading the trail and its chain."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Exists, OuterRef, QuerySet

from mago.core.errors import NotFound
from mago.core.sql import Statement

from . import numbering
from .models import AuditEvent, AuditLink


def events(*, since: datetime | None = None, until: datetime | None = None) -> QuerySet[AuditEvent]:
    """Events of a period, newest first by their numbers; `since` is included and `until` is not.

    `search.find` has them by more than that.
    """
    return AuditEvent.objects.filter(numbering.within(since, until)).order_by("-id")


def event(id: int) -> AuditEvent:
    """The event of that number, or NotFound."""
    found = AuditEvent.objects.filter(id=id).first()
    if found is None:
        raise NotFound
    return found


def last_link() -> AuditLink | None:
    return AuditLink.objects.order_by("-sequence").first()


def links_after(sequence: int | None) -> QuerySet[AuditLink]:
    links = AuditLink.objects.order_by("sequence")
    return links if sequence is None else links.filter(sequence__gt=sequence)


def newest_sealed() -> int:
    """The highest number of an event that has a link; 0 when none has."""
    newest: int | None = _NEWEST.run([])[0]
    return newest or 0


# Asked at each search.
_NEWEST = Statement(f"SELECT MAX(event_id) FROM {AuditLink._meta.db_table}")  # noqa: S608


def unsealed(after: int | None) -> QuerySet[AuditEvent, int]:
    """Numbers of events without a link, oldest first; of those above `after`, where it is given."""
    found, links = AuditEvent.objects.order_by("id"), AuditLink.objects.filter(event=OuterRef("id"))
    if after is not None:
        # Said twice, so that no database reads the whole chain to look at its end.
        found, links = found.filter(id__gt=after), links.filter(event_id__gt=after)
    return found.filter(~Exists(links)).values_list("id", flat=True)


def without_link(found: QuerySet[AuditEvent]) -> QuerySet[AuditEvent]:
    """Those of `found` that stand outside the chain."""
    return found.filter(~Exists(AuditLink.objects.filter(event=OuterRef("id"))))


def sealed_salts(salts: Iterable[bytes]) -> set[bytes]:
    """Those of `salts` that an event in the chain has."""
    found = AuditLink.objects.filter(salt__in=list(salts)).values_list("salt", flat=True)
    return {bytes(salt) for salt in found}


def readable(ids: Iterable[int]) -> dict[int, AuditEvent]:
    """The events of these numbers, but for those that are gone or cannot be an event."""
    ids = list(ids)
    try:
        return AuditEvent.objects.in_bulk(ids)
    except (AttributeError, TypeError, ValueError):  # SQLite keeps any type in any column.
        if len(ids) == 1:
            return {}
        return {id: event for one in ids for id, event in readable([one]).items()}
