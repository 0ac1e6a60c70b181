"""Somebody without an account tells us of a vulnerability: it is a ticket of the platform, and they have a receipt."""

from django.conf import settings
from django.db import transaction
from django.utils import timezone, translation

from mago.core.context import caller
from mago.core.errors import TooMany
from mago.core.ratelimit import Limit, Taken, take_all
from mago.messaging.services import send_mail

from ..models import Source, Ticket
from ..selectors.programmes import programme_of
from .tickets import create_ticket

# From one address, to one mailbox, and from everybody together: a flood does not bury what is real.
BY_ADDRESS = Limit("security-report:address", count=5, seconds=3600)
BY_MAILBOX = Limit("security-report:mailbox", count=3, seconds=86_400)
BY_ALL = Limit("security-report:all", count=100, seconds=3600)


def report(*, title: str, description: str, component: str, email: str) -> Ticket:
    """The ticket is reported in the platform's programme; a receipt without any of these words is on its way.

    TooMany where a limit is reached; then nothing was written.
    """
    wanted: Taken = [(BY_ADDRESS, (caller().address,)), (BY_ALL, ("",))]
    if email:
        wanted.insert(1, (BY_MAILBOX, (email.lower(),)))
    if full := take_all(wanted):
        raise TooMany(full.seconds)
    with transaction.atomic():
        ticket = create_ticket(
            programme=programme_of(None),
            title=title,
            source=Source.OUTSIDE,
            description=description,
            component=component,
            reporter_contact=email,
            actor=None,
        )
        if email:
            send_mail(
                "security/receipt",
                to=email,
                context={"key": str(ticket), "received": timezone.now().isoformat()},
                language=translation.get_language() or settings.LANGUAGE_CODE,
            )
    return ticket
