"""What the security programme holds of a person: what they wrote into it."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Q

from mago.core.holdings import Elsewhere, Exempt, Holding

from .models import Assessment, Checkpoint, Entry, Retest, Ticket

_WORK = "The programme's; it only names who does or did the work."
_OWN = "one person's own"
_EVIDENCE = "The history of a ticket is evidence of the programme; it stays, without the author."

HOLDINGS = (
    Holding(
        "security.Entry",
        "actor",
        "id ticket kind body created_at",
        withheld="actor_label changes",
        kept=_EVIDENCE,
    ),
)
EXEMPT = (
    Exempt("security.Release", "ended_by", _WORK),
    Exempt("security.Checkpoint", "signed_by", _WORK),
    Exempt(
        "security.Ticket",
        "assignee reporter fixed_by fixed_with verified_by risk_owner watchers",
        _WORK,
    ),
    Exempt("security.Attachment", "uploaded_by", _WORK),
    Exempt("security.PenetrationTest", "created_by", _WORK),
    Exempt("security.Report", "uploaded_by", _WORK),
    Exempt("security.Retest", "recorded_by", _WORK),
    Exempt("security.Risk", "owner", _WORK),
    Exempt("security.Assessment", "author written_with signed_by", _WORK),
)


def _reported(person: Any, addresses: list[str]) -> Iterator[dict[str, Any]]:
    """Reports from outside by one of the addresses."""
    found = Ticket.objects.everywhere(reason=_OWN).filter(reporter_contact__in=addresses)
    yield from found.values("id", "title", "reporter_contact", "created_at")


def _forget(person: Any, addresses: list[str]) -> None:
    told = Ticket.objects.everywhere(reason=_OWN).filter(reporter_contact__in=addresses)
    told.update(reporter_contact="")
    Entry.objects.everywhere(reason=_OWN).filter(
        Q(actor=person) | Q(actor_label__in=addresses)
    ).update(actor_label="")
    recorded = Q(recorded_by=person) | Q(recorded_label__in=addresses)
    Retest.objects.everywhere(reason=_OWN).filter(recorded).update(recorded_label="")
    signed = Q(signed_by=person) | Q(signed_label__in=addresses)
    Checkpoint.objects.everywhere(reason=_OWN).filter(signed).update(signed_label="")
    Assessment.objects.everywhere(reason=_OWN).filter(signed).update(signed_label="")


ELSEWHERE = (Elsewhere("security.Ticket reported from outside", _reported, _forget),)
