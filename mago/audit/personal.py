"""What the audit trail holds of a person: the events by and about them. It stays, and names nobody any more."""

from collections.abc import Iterator
from typing import Any

from mago.core.holdings import Elsewhere, naming

from .jobs.services import delete_job
from .models import AuditEvent, AuditJob
from .pseudonyms import erase
from .search import find

HOLDINGS = ()
EXEMPT = ()


def _events(person: Any, addresses: list[str]) -> Iterator[dict[str, Any]]:
    for event in find(actor=person).oldest_first():
        yield _told(event, person)
    for event in find(target=person).oldest_first():
        if event.actor_id != person.pk:
            yield _told(event, person)


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
        delete_job(job)
    for address in addresses:
        AuditJob.objects.filter(naming("question", address)).delete()
    erase(person.pk, addresses)


ELSEWHERE = (Elsewhere("audit.AuditEvent", _events, _forget),)
