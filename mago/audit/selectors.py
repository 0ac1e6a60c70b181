"""Reading the trail: newest first, never counted, so that a page costs the same at any size."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Exists, Max, Model, OuterRef, Q, QuerySet

from mago.core.errors import NotFound

from . import numbering
from .cleaning import clean_text
from .models import AuditEvent, AuditLink
from .pseudonyms import found_by


def events(
    *,
    tag: str | None = None,
    actor: Model | UUID | None = None,
    target: Model | str | None = None,
    outcome: str | None = None,
    address: str | None = None,
    organization: Model | UUID | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    text: str | None = None,
) -> QuerySet[AuditEvent]:
    """Events that match all that is given, newest first by their numbers: the key to page on.

    `since` is included and `until` is not. `text` is a part of what, somebody's whole e-mail address,
    or a whole request id or address; text is cleaned as it was when the event was told, so that both sides agree.
    """
    exact = {"tag": tag, "outcome": outcome, "address": address}
    found = AuditEvent.objects.order_by("-id")
    found = found.filter(**{name: clean_text(value) for name, value in exact.items() if value})
    if actor is not None:
        found = found.filter(actor_id=_key(actor))
    if organization is not None:
        found = found.filter(organization_id=_key(organization))
    if target is not None:
        found = found.filter(_is_target(target))
    if since is not None:
        found = found.filter(numbering.since(since))
    if until is not None:
        found = found.filter(numbering.until(until))
    return found.filter(_matches(clean_text(text))) if text else found


def _key(thing: Model | UUID) -> Any:
    return thing.pk if isinstance(thing, Model) else thing


def _is_target(target: Model | str) -> Q:
    if isinstance(target, Model):
        return Q(target_type=target._meta.label_lower, target_id=str(target.pk))
    return Q(target_id=clean_text(target))


def _matches(text: str) -> Q:
    people, names = found_by(text)
    who = Q(actor_id__in=people) | Q(on_behalf_of_id__in=people)
    what = Q(target_id__in=[str(key) for key in people]) | Q(target_label__icontains=text)
    for name in names:
        what |= Q(target_label__contains=name)
    return who | what | Q(actor_label__icontains=text) | Q(request_id=text) | Q(address=text)


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
