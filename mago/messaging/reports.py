"""What becomes of an SMS after it was handed over: its carrier reports, more than once and in any order."""

import uuid

from .models import Delivery, Message

# Twilio's words for a message's state, and ours (twilio.com/docs/messaging/api/message-resource).
STATES = {
    "accepted": Delivery.QUEUED,
    "scheduled": Delivery.QUEUED,
    "queued": Delivery.QUEUED,
    "sending": Delivery.QUEUED,
    "sent": Delivery.PASSED_ON,
    "delivered": Delivery.DELIVERED,
    "read": Delivery.DELIVERED,
    "undelivered": Delivery.UNDELIVERED,
    "canceled": Delivery.FAILED,
    "failed": Delivery.FAILED,
}
_ORDER = ["", Delivery.QUEUED, Delivery.PASSED_ON]


def note_report(*, reference: str, carrier_id: str, state: str, error: str = "") -> None:
    """The message tells what its carrier says of it. A report that is repeated, late, unknown, or of another
    attempt to send it changes nothing."""
    delivery = STATES.get(state)
    if delivery is None or not carrier_id:
        return
    try:
        key = uuid.UUID(reference)
    except ValueError:
        return
    before = _ORDER[: _ORDER.index(delivery)] if delivery in _ORDER else _ORDER
    # A report may be quicker than our own note of what the message is called there.
    Message.objects.filter(pk=key, carrier_id__in=["", carrier_id], delivery__in=before).update(
        carrier_id=carrier_id[:64], delivery=delivery, delivery_error=error[:20]
    )
