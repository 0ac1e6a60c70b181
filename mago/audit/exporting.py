"""The trail as a file: CSV for people, JSON Lines for programs and for scripts/verify_audit.py.

Both are written piece by piece, in constant memory. An export of a period is a piece of the chain
without gaps, which ends in a checkpoint, so that whoever has the file can check it without us; an
export of a search shows what was found, and proves nothing.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.db.models import Max, Min
from django.utils import timezone

from mago.core.csv_text import csv_of

from . import canonical, selectors
from .checkpoints import checkpoints_between, make_checkpoint
from .models import AuditCheckpoint, AuditEvent, AuditLink
from .search import find, oldest_first
from .segments import Place, segments, start
from .services import BATCH, LOOK_BACK, record, seal
from .statements import installation, keys
from .tags import Tag

VERSION = 1
COLUMNS = ("id", *canonical.FIELDS)


class Format(StrEnum):
    CSV = "csv"
    JSONL = "jsonl"

    @property
    def content_type(self) -> str:
        return {Format.CSV: "text/csv; charset=utf-8", Format.JSONL: "application/jsonl"}[self]


def export(
    format: Format,
    *,
    actor: object | None,
    since: datetime | None = None,
    until: datetime | None = None,
    filters: Mapping[str, Any] | None = None,
) -> Iterator[str]:
    """The lines of the file; that somebody took them is recorded before the first is given.

    `filters` are those of `search.find`. With any, JSON Lines hold what was found; without,
    the piece of the chain that holds the period, and at its ends perhaps a few events beside it.
    """
    asked = {name: str(value) for name, value in (filters or {}).items() if value is not None}
    record(Tag.AUDIT_EXPORTED, actor=actor, format=format, since=since, until=until, filters=asked)
    return lines_of(format, since=since, until=until, filters=filters)


def lines_of(
    format: Format,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    filters: Mapping[str, Any] | None = None,
    alive: Callable[[], None] = lambda: None,
) -> Iterator[str]:
    """As `export`, for whoever has recorded it already; `alive` is called now and then while nothing is found."""
    filters = {name: value for name, value in (filters or {}).items() if value is not None}
    if format is Format.CSV:
        return _csv(find(since=since, until=until, **filters).oldest_first(alive))
    if filters:
        return _search(find(since=since, until=until, **filters).oldest_first(alive))
    return _chain(since, until)


def lines_after(position: int, most: int) -> tuple[list[str], int]:
    """What comes after the link `position`, as the lines of an export: up to `most` links, and
    before them the segments that were removed; and the link that they end in."""
    begin = start().sequence
    lines = [_line(segment) for segment in segments() if segment["last"] > position]
    position = max(position, begin)
    for line, link in _links(position + 1, position + most, named=True):
        lines.append(line)
        position = link.sequence if link else position
    return lines, position


def _csv(events: Iterable[AuditEvent]) -> Iterator[str]:
    yield from csv_of([COLUMNS])
    yield from csv_of([event.id, *map(_plain, _named(event).values())] for event in events)


def _named(event: AuditEvent) -> dict[str, Any]:
    """The content as people read it, with names and not with pseudonyms."""
    names = {
        "actor_label": event.actor_name,
        "on_behalf_of_label": event.on_behalf_of_name,
        "target_label": event.target_name,
        "detail": event.told_detail,
    }
    return canonical.content_of(event) | names


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return canonical.moment(value)
    return canonical.encode(value) if isinstance(value, dict) else value


def _search(events: Iterable[AuditEvent]) -> Iterator[str]:
    yield _header(whole=False)
    count = 0
    for event in events:
        count += 1
        yield _line({"type": "event", **_members(event)})
    yield _line({"type": "end", "events": count})


def _chain(since: datetime | None, until: datetime | None) -> Iterator[str]:
    seal()
    make_checkpoint(now=True)
    return piece(*_links_of(since, until), since, until)


def piece(
    first: int,
    last: int,
    since: datetime | None = None,
    until: datetime | None = None,
    *,
    named: bool = True,
) -> Iterator[str]:
    """The lines of these links, with all that is needed to check them; `named`, with who is meant by it beside."""
    before = _place_before(first)
    place = {"sequence": before.sequence, "hash": before.hash.hex()}
    period = {
        "since": since and canonical.moment(since),
        "until": until and canonical.moment(until),
    }
    yield _header(whole=True, **period, before=place)
    yield from (_line(key.statement) for key in keys())
    yield from (_line(segment) for segment in segments() if segment["last"] < first)
    count = 0
    for line, link in _links(first, last, named=named):
        if link is not None:
            count, place = count + 1, {"sequence": link.sequence, "hash": bytes(link.hash).hex()}
        yield line
    yield from _outside(since, until)
    yield _line({"type": "end", "events": count, **place})


def _links_of(since: datetime | None, until: datetime | None) -> tuple[int, int]:
    """The first and the last link to export: those around the period, up to the next checkpoint."""
    newest = selectors.last_link()
    end = newest.sequence if newest else 0
    within = selectors.events(since=since, until=until).aggregate(first=Min("id"), last=Max("id"))
    if within["first"] is None:
        return end + 1, end
    oldest = AuditLink.objects.order_by("sequence").first()
    first, last = max(oldest.sequence if oldest else 1, start().sequence + 1), end
    # Links stand in the order of numbers, but for events that were committed late.
    if since is not None:
        first = _sequence(Min("sequence"), within["first"], within["first"] + LOOK_BACK) or first
    if until is not None:
        last = _sequence(Max("sequence"), within["last"] - LOOK_BACK, within["last"]) or last
        signed = AuditCheckpoint.objects.filter(sequence__gte=last).order_by("sequence").first()
        last = signed.sequence if signed else end
    return first, last


def _sequence(of: Min | Max, first: int, last: int) -> int | None:
    near = AuditLink.objects.filter(event_id__gte=first, event_id__lte=last)
    found: int | None = near.aggregate(found=of)["found"]
    return found


def _place_before(sequence: int) -> Place:
    link = AuditLink.objects.filter(sequence=sequence - 1).first()
    return Place(link.sequence, bytes(link.hash)) if link else start()


def _links(first: int, last: int, *, named: bool) -> Iterator[tuple[str, AuditLink | None]]:
    after = first - 1
    while after < last:
        links = list(selectors.links_after(after).filter(sequence__lte=last)[:BATCH])
        if not links:
            return
        events = selectors.readable(link.event_id for link in links)
        stated = checkpoints_between(links[0].sequence, links[-1].sequence)
        for link in links:
            yield _linked(link, events.get(link.event_id), named=named), link
            if link.sequence in stated:
                yield _line(stated[link.sequence]), None
        after = links[-1].sequence


def _linked(link: AuditLink, event: AuditEvent | None, *, named: bool) -> str:
    place = {"sequence": link.sequence, "hash": bytes(link.hash).hex()}
    if event is None:
        return _line({"type": "missing", **place, "id": link.event_id})
    return _line({"type": "event", **place, **_members(event, named=named)})


def _outside(since: datetime | None, until: datetime | None) -> Iterator[str]:
    """Events of the period that are not ours, or are copies: they are not hidden either."""
    for event in oldest_first(selectors.without_link(selectors.events(since=since, until=until))):
        # What was recorded meanwhile is ours, and has its link in a moment.
        if not canonical.is_ours(event) or selectors.sealed_salts([canonical.salt_of(event)]):
            yield _line({"type": "unsealed", **_members(event)})


def _members(event: AuditEvent, *, named: bool = True) -> dict[str, Any]:
    content = json.loads(canonical.canonical_bytes(canonical.content_of(event)))
    members = {"id": event.id, "mac": bytes(event.mac).hex(), "event": content}
    # Beside the event, as no hash covers it: whoever checks the file needs no names.
    names = event.names.within(event) if named else {}
    return members | {"names": names} if names else members


def _header(**members: Any) -> str:
    made = canonical.moment(timezone.now())
    head = {"type": "mago-audit-export", "version": VERSION, "installation": installation()}
    return _line({**head, "made": made, **members})


def _line(members: dict[str, Any]) -> str:
    return json.dumps(members, ensure_ascii=False, separators=(",", ":")) + "\n"
