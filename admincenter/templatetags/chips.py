"""The state of a thing as a coloured chip, in the rows of a list.

A page of fifty rows shows up to three in each: a template included for each of them would take half of
the page's time, so that what looks alike is written once for each language.
"""

from functools import lru_cache

from django import template
from django.db.models import TextChoices
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext

from hubs.life.selectors import Standing
from hubs.models import State

from ..security.models import Ticket
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


def chip(choice: TextChoices, tone: str, more: str = "") -> SafeString:
    return _written(get_language(), choice, tone, more)


@lru_cache(maxsize=1024)
def _written(language: str, choice: TextChoices, tone: str, more: str) -> SafeString:
    tone = f" {tone}" if tone else ""
    return format_html('<span class="chip{}">{}{}</span>', tone, choice.label, more)


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
    return format_html('{} <span class="chip {}">{}</span>', ticket.due_on.isoformat(), tone, word)
