"""Searching the trail, newest first and never counted whole, so that a page costs the same at any size.

What is sealed is found along its marks; the newest events, which may not be marked yet, are read as
they stand. So a search is never behind what was recorded.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Model, Q, QuerySet

from mago.core.keyset import Listing, Order

from . import numbering
from .cleaning import clean_text
from .models import AuditEvent
from .pseudonyms import found_by
from .selectors import newest_sealed
from .services import BATCH

# So many numbers below the newest sealed one are read as they stand too: an event whose transaction
# ended after later ones were sealed is among them.
MARGIN = 1000
_ORDERS = {"time": Order(("id",), downwards=True)}
# What to look along, where several things are given: what tells most. The rest is asked of each event.
LEADING = (("actor_id",), ("target_id",), ("address",), ("organization_id", "tag"), ("outcome",))
_PLAIN, _MARKED = "id", "mark__event_id"


@dataclass(frozen=True)
class Found:
    """Events, newest first: in one query or two, of which the second has the older ones."""

    listing: Listing

    def newest(self, most: int) -> list[AuditEvent]:
        """As many as that, or all."""
        found: list[AuditEvent] = []
        for part in self.listing.queries:
            found += part[: most - len(found)]
        return found

    def oldest_first(self) -> Iterator[AuditEvent]:
        """All of them, a batch at a time."""
        for part, (number,) in reversed(self.listing.parts()):
            yield from oldest_first(part, number)


def find(
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
) -> Found:
    """Events that match all that is given, by their numbers: the key to page on.

    `since` is included and `until` is not. `text` is a part of what, somebody's whole
    e-mail address, or a whole request id or address; text is cleaned as it was when the event was told,
    so that both sides agree.
    """
    exact = {"tag": tag, "outcome": outcome, "address": address}
    wanted: dict[str, Any] = {name: clean_text(value) for name, value in exact.items() if value}
    if actor is not None:
        wanted["actor_id"] = _key(actor)
    if organization is not None:
        wanted["organization_id"] = _key(organization)
    rest = _matches(clean_text(text)) if text else Q()
    if isinstance(target, Model):
        wanted["target_id"] = str(target.pk)
        rest &= Q(target_type=target._meta.label_lower)
    elif target is not None:
        wanted["target_id"] = clean_text(target)

    def query(number: str, **more: Any) -> QuerySet[AuditEvent]:
        within = numbering.within(since, until, number)
        return AuditEvent.objects.filter(within, rest, **more).order_by(f"-{number}")

    if not wanted:
        return Found(Listing((query(_PLAIN),), key=("id",), orders=_ORDERS))
    border = newest_sealed() - MARGIN
    leading = next(names for names in LEADING if not wanted.keys().isdisjoint(names))
    along = {f"mark__{name}" if name in leading else name: wanted[name] for name in wanted}
    newest = query(_PLAIN, id__gt=border, **wanted)
    older = query(_MARKED, mark__event_id__lte=border, **along)
    return Found(
        Listing((newest, older), key=("id",), paths=((_PLAIN,), (_MARKED,)), orders=_ORDERS)
    )


def oldest_first(found: QuerySet[AuditEvent], number: str = _PLAIN) -> Iterator[AuditEvent]:
    """All of them, a batch at a time; not `iterator()`, which without a cursor takes all at once."""
    after = 0
    while batch := list(found.filter(**{f"{number}__gt": after}).order_by(number)[:BATCH]):
        yield from batch
        after = batch[-1].id


def _key(thing: Model | UUID) -> Any:
    return thing.pk if isinstance(thing, Model) else thing


def _matches(text: str) -> Q:
    people, names = found_by(text)
    who = Q(actor_id__in=people) | Q(on_behalf_of_id__in=people)
    what = Q(target_id__in=[str(key) for key in people]) | Q(target_label__icontains=text)
    for name in names:
        what |= Q(target_label__contains=name)
    return who | what | Q(actor_label__icontains=text) | Q(request_id=text) | Q(address=text)
