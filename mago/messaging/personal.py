"""What the outbox holds of a person: messages to their addresses and numbers."""

from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet

from mago.core.holdings import Elsewhere

from .models import InboxEntry, Message

HOLDINGS = ()
EXEMPT = ()


def _to(addresses: list[str]) -> QuerySet[Message]:
    return Message.objects.filter(recipient__in=addresses)


def _messages(person: Any, addresses: list[str]) -> Iterator[dict[str, Any]]:
    """That a message was sent, and not what it said: that is wiped, or a link that still works."""
    shown = ("channel", "template", "recipient", "status", "created_at", "sent_at")
    for row in _to(addresses).values(*shown).iterator():
        yield dict(row)


def _forget(person: Any, addresses: list[str]) -> None:
    _to(addresses).delete()
    InboxEntry.objects.filter(to__in=addresses).delete()


ELSEWHERE = (Elsewhere("messaging.Message", _messages, _forget),)
