"""What the audit trail holds of a person: the events by and about them. It stays, and names nobody any more."""

from collections.abc import Iterable, Iterator
from typing import Any

from mago.core.holdings import Elsewhere, naming

from .jobs.services import forget_job
from .models import AuditEvent, AuditJob
from .pseudonyms import Names, erase
from .search import find

HOLDINGS = ()
EXEMPT = ()


def _events(person: Any, addresses: list[str]) -> Iterator[dict[str, Any]]:
    for event in _named(find(actor=person).oldest_first(), person, addresses):
        yield _told(event, person)
    for event in find(target=person).oldest_first():
        if event.actor_id != person.pk:
            yield _told(event, person)


def _named(events: Iterable[AuditEvent], person: Any, addresses: list[str]) -> Iterator[AuditEvent]:
    """The events, with nobody named in them but the person: whom else they dealt with is not theirs to take along."""
    # What was read together is named together.
    whole, own = Names(()), Names(())
    for event in events:
        if event.names is not whole:
            whole, own = event.names, event.names.of(person.pk, addresses)
        event.names = own
        yield event


def _told(event: AuditEvent, person: Any) -> dict[str, Any]:
    """All of what the person did; of what others did to them, not by whom and from where."""
    told = {"time": event.time, "event": event.tag, "outcome": event.outcome}
    if event.actor_id != person.pk:
        return told | {"about": "you"}
    return told | {
        "by": "you",
        "about": event.target_name,
        "address": event.address,
        "user_agent": event.user_agent,
        "detail": event.told_detail,
    }


def _forget(person: Any, addresses: list[str]) -> None:
    for job in AuditJob.objects.filter(actor_id=person.pk):
        forget_job(job)
    for address in addresses:
        AuditJob.objects.filter(naming("question", address)).delete()
    erase(person.pk, addresses)


ELSEWHERE = (Elsewhere("audit.AuditEvent", _events, _forget),)
