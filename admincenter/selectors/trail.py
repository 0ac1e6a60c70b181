"""Reading the audit trail as an administrator does."""

from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.models import User
from mago.audit import selectors
from mago.audit.models import AuditEvent, AuditLink, name_together
from mago.audit.search import AROUND, LONGEST_PERIOD, find
from mago.audit.streams.selectors import streams

from ..keyset import Listing, Order


def find_events(*, actor: UUID | None = None, about: UUID | None = None, **filters: Any) -> Listing:
    """Events that match all that is given, newest first; `actor` and `about` are keys of people."""
    target = str(about) if about else None
    return find(actor=actor, target=target, **filters).listing


def give_a_period() -> str:
    """What is said of a text without a period, or with a longer one than it is looked for in."""
    words = _("Say from when: text is looked for within %(days)d days at most.")
    return words % {"days": LONGEST_PERIOD.days}


def not_a_request() -> str:
    return _("No request has this identifier. Copy it from an error, or from an event.")


def find_streams(**chosen: Any) -> Listing:
    """Where the trail is sent on to, by name; `chosen` as `mago.audit.streams.selectors.streams` takes it."""
    orders = {"name": Order(("name",))}
    return Listing((streams(**chosen),), key=("name",), descending=False, orders=orders)


def events_of(person: User, most: int) -> list[AuditEvent]:
    """The newest events by or about a person."""
    by, about = find(actor=person).newest(most), find(target=person).newest(most)
    found = {event.pk: event for event in (*by, *about)}
    newest = sorted(found.values(), key=lambda event: event.pk, reverse=True)[:most]
    name_together(newest)
    return newest


def events_beside(event: AuditEvent, most: int) -> list[AuditEvent]:
    """What else the same request did."""
    if not event.request_id:
        return []
    near = selectors.events(since=event.time - AROUND, until=event.time + AROUND)
    return list(near.filter(request_id=event.request_id).exclude(pk=event.pk)[:most])


def link_of(event: AuditEvent) -> AuditLink | None:
    """The link of the chain that seals this event, once there is one."""
    return AuditLink.objects.filter(event_id=event.pk).first()
