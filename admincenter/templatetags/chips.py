"""The state of a thing as a coloured chip, in the rows of a list.

A page of fifty rows shows up to three in each: a template included for each of them would take half of
the page's time, so that what looks alike is written once for each language.
"""

from functools import lru_cache

from django import template
from django.db.models import TextChoices
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from hubs.life.selectors import Standing
from hubs.models import State
from mago.core.markup import fill
from mago.messaging.models import Message, Status

from ..security.models import Ticket
from ..security.models.tickets import Source
from ..security.severity import Severity
from ..security.workflow import State as TicketState

register = template.Library()

SOON = 7  # days
STANDINGS = {Standing.ONLINE: "success", Standing.STALE: "warning", Standing.OFFLINE: "danger"}
HUBS = {
    State.EXPECTED: "plain info",
    State.ACTIVE: "plain success",
    State.QUARANTINED: "plain danger",
    State.SUSPENDED: "plain warning",
    State.RETIRED: "plain",
}
SEVERITIES = {
    Severity.CRITICAL: "plain danger",
    Severity.HIGH: "plain danger",
    Severity.MEDIUM: "plain warning",
    Severity.LOW: "plain info",
}
TICKETS = {
    TicketState.CLOSED: "success",
    TicketState.VERIFIED: "success",
    TicketState.ACCEPTED: "warning",
    TicketState.REPORTED: "danger",
    TicketState.REJECTED: "",
}

# What is no choice of a column, with its tone.
WORDS = {
    "active": (_("Active"), "success"),
    "disabled": (_("Disabled"), "danger"),
    "deleted": (_("In the recycle bin"), "danger"),
    "locked-down": (_("Locked down"), "danger"),
    "administrator": (_("Administrator"), "plain accent"),
    Status.WAITING.value: (_("Waiting"), "info"),
    Status.SENT.value: (_("Sent"), "success"),
    Status.DEAD.value: (_("Dead"), "danger"),
    Status.EXPIRED.value: (_("Expired"), ""),
    "delivered": (_("Delivered"), "success"),
    "undelivered": (_("Not delivered"), "danger"),
}


def chip(choice: TextChoices, tone: str, more: str = "") -> SafeString:
    return _written(get_language(), choice, tone, more)


@lru_cache(maxsize=1024)
def _written(language: str, choice: TextChoices, tone: str, more: str) -> SafeString:
    tone = f" {tone}" if tone else ""
    return fill('<span class="chip{}">{}{}</span>', tone, choice.label, more)


@lru_cache(maxsize=256)
def _label(language: str, choice: TextChoices) -> SafeString:
    return fill("{}", choice.label)


def word(name: str) -> SafeString:
    """One of WORDS."""
    return _word(get_language(), name)


@lru_cache(maxsize=64)
def _word(language: str, name: str) -> SafeString:
    text, tone = WORDS[name]
    return fill('<span class="chip {}">{}</span>', tone, text)


@register.filter
def message_state(message: Message) -> SafeString:
    """What became of a mail or an SMS; what its gateway says of the delivery comes first."""
    if message.delivery in ("undelivered", "failed"):
        return word("undelivered")
    return word("delivered" if message.delivery == "delivered" else message.status)


@register.filter
def person_state(person: User) -> SafeString:
    """Whether somebody can sign in, and if they administer the platform; of `find_people`."""
    if person.is_deleted:  # type: ignore[attr-defined]
        state = word("deleted")
    elif person.is_locked_down:  # type: ignore[attr-defined]
        state = word("locked-down")
    else:
        state = word("active" if person.is_active else "disabled")
    if person.is_administrator:  # type: ignore[attr-defined]
        return SafeString(f"{state} {word('administrator')}")
    return state


@register.filter
def standing(value: Standing) -> SafeString:
    """How a hub stands, by its last heartbeat."""
    return chip(value, STANDINGS.get(value, ""))


@register.filter
def hub_state(value: str) -> SafeString:
    """What a hub may do."""
    return chip(State(value), HUBS[State(value)])


@register.filter
def ticket_state(value: str) -> SafeString:
    """Where a ticket is on its way."""
    return chip(TicketState(value), TICKETS.get(TicketState(value), "info"))


@register.filter
def ticket_source(ticket: Ticket) -> SafeString:
    """Where a ticket came from, and the component that it is about."""
    source = _label(get_language(), Source(ticket.source))
    if not ticket.component:
        return source
    return fill("{} · <bdi>{}</bdi>", source, ticket.component)


@register.filter
def severity(ticket: Ticket) -> SafeString:
    """How bad it is, with its score where there is one."""
    bad = Severity(ticket.severity)
    score = "" if ticket.score is None else f" {ticket.score}"
    return chip(bad, SEVERITIES.get(bad, "plain"), score)


@register.filter
def due(ticket: Ticket) -> SafeString:
    """The day on which a ticket is due, and whether that is soon or was already."""
    if ticket.due_on is None:
        return SafeString("–")
    left = ticket.days_left
    if left is None or left > SOON:
        return SafeString(ticket.due_on.isoformat())
    tone, word = ("danger", gettext("Overdue")) if left < 0 else ("warning", gettext("Soon"))
    return fill('{} <span class="chip {}">{}</span>', ticket.due_on.isoformat(), tone, word)
