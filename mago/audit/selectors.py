"""Reading the trail: newest first, never counted, so that a page costs the same at any size."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, Max, Model, OuterRef, Q, QuerySet

from mago.core.errors import NotFound

from .cleaning import clean_text
from .models import AuditEvent, AuditLink


def events(
    *,
    tag: str | None = None,
    actor: Model | UUID | None = None,
    target: Model | str | None = None,
    outcome: str | None = None,
    address: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    text: str | None = None,
) -> QuerySet[AuditEvent]:
    """Events that match all that is given, newest first by (time, id): the key to page on.

    `since` is included and `until` is not. `text` is a part of who or what, or a whole request id
    or address; text is cleaned as it was when the event was told, so that both sides agree.
    """
    exact = {"tag": tag, "outcome": outcome, "address": address}
    found = AuditEvent.objects.order_by("-time", "-id")
    found = found.filter(**{name: clean_text(value) for name, value in exact.items() if value})
    if actor is not None:
        found = found.filter(actor_id=actor.pk if isinstance(actor, Model) else actor)
    if target is not None:
        found = found.filter(_is_target(target))
    if since is not None:
        found = found.filter(time__gte=since)
    if until is not None:
        found = found.filter(time__lt=until)
    return found.filter(_matches(clean_text(text))) if text else found


def _is_target(target: Model | str) -> Q:
    if isinstance(target, Model):
        return Q(target_type=target._meta.label_lower, target_id=str(target.pk))
    return Q(target_id=clean_text(target))


def _matches(text: str) -> Q:
    who = Q(actor_label__icontains=text) | Q(on_behalf_of_label__icontains=text)
    return who | Q(target_label__icontains=text) | Q(request_id=text) | Q(address=text)


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
    newest: int | None = AuditLink.objects.aggregate(newest=Max("event_id"))["newest"]
    return newest or 0


def unsealed(after: int | None) -> QuerySet[AuditEvent, int]:
    """Numbers of events without a link, oldest first; of those above `after`, where it is given."""
    found, links = AuditEvent.objects.order_by("id"), AuditLink.objects.filter(event=OuterRef("id"))
    if after is not None:
        # Said twice, so that no database reads the whole chain to look at its end.
        found, links = found.filter(id__gt=after), links.filter(event_id__gt=after)
    return found.filter(~Exists(links)).values_list("id", flat=True)


def copies(ids: Iterable[int]) -> set[int]:
    """Those of `ids` that repeat another event, MAC and all: rows that somebody duplicated."""
    twins = AuditEvent.objects.filter(time=OuterRef("time"), mac=OuterRef("mac"))
    earlier = twins.exclude(id=OuterRef("id")).filter(
        Q(id__lt=OuterRef("id")) | Exists(AuditLink.objects.filter(event=OuterRef("id")))
    )
    return set(AuditEvent.objects.filter(Exists(earlier), id__in=ids).values_list("id", flat=True))


def readable(ids: Iterable[int]) -> dict[int, AuditEvent]:
    """The events of these numbers, but for those that are gone or cannot be an event."""
    ids = list(ids)
    try:
        return AuditEvent.objects.in_bulk(ids)
    except (AttributeError, TypeError, ValueError):  # SQLite keeps any type in any column.
        if len(ids) == 1:
            return {}
        return {id: event for one in ids for id, event in readable([one]).items()}
