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

from accounts.federation.enterprise.endings import Ending
from accounts.federation.enterprise.models import IdentityProvider, Kind
from accounts.federation.enterprise.models import State as ProviderState
from accounts.models import User
from accounts.provider.models import ApiToken
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

PROVIDERS = {
    ProviderState.TRIAL: "warning",
    ProviderState.LIVE: "success",
    ProviderState.DISABLED: "danger",
}

# What is no choice of a column, with its tone.
WORDS = {
    "active": (_("Active"), "success"),
    "disabled": (_("Disabled"), "danger"),
    "deleted": (_("In the recycle bin"), "danger"),
    "locked-down": (_("Locked down"), "danger"),
    "administrator": (_("Administrator"), "plain accent"),
    "live": (_("Valid"), "success"),
    "ended": (_("Expired"), "warning"),
    "revoked": (_("Revoked"), ""),
    "reads-only": (_("Reads only"), "plain"),
    "certificate-ended": (_("Certificate ended"), "danger"),
    "certificate-ends": (_("Certificate ends"), "warning"),
    "certificate-ends-soon": (_("Certificate ends"), "danger"),
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
def token_state(token: ApiToken) -> SafeString:
    """Whether a program is let in by it."""
    if token.revoked_at:
        return word("revoked")
    return word("ended" if token.has_ended else "live")


@register.filter
def reads_only(token: ApiToken) -> SafeString:
    return SafeString(f" {word('reads-only')}") if token.read_only else SafeString()


@register.filter
def provider_kind(provider: IdentityProvider) -> SafeString:
    return _label(get_language(), Kind(provider.kind))


@register.filter
def provider_state(provider: IdentityProvider) -> SafeString:
    """How a provider does, and which of its certificates are near their end."""
    state = ProviderState(provider.state)
    near = [_ending(one) for one in provider.endings]  # type: ignore[attr-defined]
    return SafeString(" ".join([chip(state, PROVIDERS.get(state, "")), *near]))


def _ending(ending: Ending) -> SafeString:
    if ending.is_over:
        return word("certificate-ended")
    return word("certificate-ends-soon" if ending.is_urgent else "certificate-ends")


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
