"""Reading the outbox as an administrator does; what a message says stays sealed."""

from uuid import UUID

from accounts.models import normalize_email
from mago.core.errors import NotFound
from mago.messaging.models import Message, Status
from mago.messaging.selectors import messages

from ..keyset import Listing, Order
from .figures import Count, count


def find_messages(*, q: str = "", status: str = "") -> Listing:
    """Messages of one status or of all, to the address or number `q` or to all; identifiers sort by time, so the newest
    first."""
    recipient = normalize_email(q) if "@" in q else "".join(q.split())
    return Listing(
        (messages(status, recipient),),
        key=("id",),
        orders={"created": Order(("id",), downwards=True)},
    )


def message_for(message_id: UUID) -> Message:
    """The message with this key, or NotFound."""
    message = messages().filter(pk=message_id).first()
    if message is None:
        raise NotFound
    return message


def waiting() -> Count:
    return count(messages(Status.WAITING))


def dead() -> Count:
    return count(messages(Status.DEAD))
