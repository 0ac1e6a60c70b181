"""Searching the trail, newest first and never counted whole, so that a page costs the same at any size.

What is sealed is found along its marks; the newest events, which may not be marked yet, are read as
they stand. So a search is never behind what was recorded.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import zip_longest
from typing import Any
from uuid import UUID

from django.db.models import Model, Q, QuerySet
from django.utils import timezone

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
# Longer than any request takes: what one did lies in it, but for what it left to a worker that was late.
AROUND = timedelta(minutes=5)
# So many events a page looks at for a text or a request, in less than a second.
LOOKS_AT = 100_000
# In so long a period at most people look for a text: a page for each LOOKS_AT of its events.
LONGEST_PERIOD = timedelta(days=31)


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

    def oldest_first(self, alive: Callable[[], None] = lambda: None) -> Iterator[AuditEvent]:
        """All of them, a batch at a time; `alive` is called whenever LOOKS_AT events were looked at, found or not."""
        parts = zip_longest(self.listing.parts(), self.listing.among)
        for (part, (number,)), among in reversed(list(parts)):
            if among is None:
                yield from oldest_first(part, number)
                continue
            for window in _windows(part, among, number):
                yield from oldest_first(window, number)
                alive()


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
    request_id: str | None = None,
    text: str | None = None,
) -> Found:
    """Events that match all that is given, by their numbers: the key to page on.

    `since` is included and `until` is not. `text` is a part of what, somebody's whole
    e-mail address, or a whole request id or address; text is cleaned as it was when the event was told,
    so that both sides agree. No index leads to a request or a text: what a request did is looked for around the
    moment that its id tells, and of either a page looks at LOOKS_AT events and goes on from there.
    """
    exact = {"tag": tag, "outcome": outcome, "address": address}
    wanted: dict[str, Any] = {name: clean_text(value) for name, value in exact.items() if value}
    if actor is not None:
        wanted["actor_id"] = _key(actor)
    if organization is not None:
        wanted["organization_id"] = _key(organization)
    rest, scanned = Q(), _matches(clean_text(text)) if text else Q()
    if request_id:
        scanned &= Q(request_id=clean_text(request_id))
        since, until = _around(request_id, since, until)
    if isinstance(target, Model):
        wanted["target_id"] = str(target.pk)
        rest &= Q(target_type=target._meta.label_lower)
    elif target is not None:
        wanted["target_id"] = clean_text(target)

    def query(number: str, **more: Any) -> QuerySet[AuditEvent]:
        within = numbering.within(since, until, number)
        return AuditEvent.objects.filter(within, rest, **more).order_by(f"-{number}")

    if not wanted:
        return _found((query(_PLAIN),), ((_PLAIN,),), scanned)
    border = newest_sealed() - MARGIN
    leading = next(names for names in LEADING if not wanted.keys().isdisjoint(names))
    along = {f"mark__{name}" if name in leading else name: wanted[name] for name in wanted}
    newest = query(_PLAIN, id__gt=border, **wanted)
    older = query(_MARKED, mark__event_id__lte=border, **along)
    return _found((newest, older), ((_PLAIN,), (_MARKED,)), scanned)


def _found(
    queries: tuple[QuerySet[AuditEvent], ...], paths: tuple[tuple[str, ...], ...], scanned: Q
) -> Found:
    """Those of `queries` that match `scanned`, to which no index leads."""
    among = queries if scanned else ()
    queries = tuple(query.filter(scanned) for query in queries)
    return Found(
        Listing(queries, key=("id",), paths=paths, orders=_ORDERS, among=among, looks_at=LOOKS_AT)
    )


def request_of(text: str) -> str | None:
    """The id of a request as the trail has it; None for what is none of ours."""
    try:
        found = UUID(text)
    except ValueError:
        return None
    return found.hex if found.version == 7 else None


def is_long(since: datetime | None, until: datetime | None) -> bool:
    """Whether this is more than a text is looked for in, up to now where it has no end."""
    return since is None or (until or timezone.now()) - since > LONGEST_PERIOD


def _around(
    request_id: str, since: datetime | None, until: datetime | None
) -> tuple[datetime | None, datetime | None]:
    """The period, narrowed to when the request was: its id begins with the milliseconds since 1970 (RFC 9562)."""
    if (key := request_of(request_id)) is None:
        return since, until
    try:
        moment = datetime.fromtimestamp((UUID(key).int >> 80) / 1000, UTC)
        first, last = moment - AROUND, moment + AROUND
    except (ValueError, OverflowError, OSError):
        return since, until
    return max(first, since or first), min(last, until or last)


def oldest_first(found: QuerySet[AuditEvent], number: str = _PLAIN) -> Iterator[AuditEvent]:
    """All of them, a batch at a time; not `iterator()`, which without a cursor takes all at once."""
    after = 0
    while batch := list(found.filter(**{f"{number}__gt": after}).order_by(number)[:BATCH]):
        yield from batch
        after = batch[-1].id


def _windows(
    found: QuerySet[AuditEvent], among: QuerySet[AuditEvent], number: str
) -> Iterator[QuerySet[AuditEvent]]:
    """What of `found` lies among each LOOKS_AT rows of `among`, the oldest first."""
    after, ahead = 0, among.order_by(number).values_list(number, flat=True)
    while end := ahead.filter(**{f"{number}__gt": after})[LOOKS_AT - 1 : LOOKS_AT].first():
        yield found.filter(**{f"{number}__gt": after, f"{number}__lte": end})
        after = end
    yield found.filter(**{f"{number}__gt": after})


def _key(thing: Model | UUID) -> Any:
    return thing.pk if isinstance(thing, Model) else thing


def _matches(text: str) -> Q:
    people, names = found_by(text)
    who = Q(actor_id__in=people) | Q(on_behalf_of_id__in=people)
    what = Q(target_id__in=[str(key) for key in people]) | Q(target_label__icontains=text)
    for name in names:
        what |= Q(target_label__contains=name)
    return who | what | Q(actor_label__icontains=text) | Q(request_id=text) | Q(address=text)
