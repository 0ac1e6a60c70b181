"""What the services share: locking a ticket, writing its history, and telling who watches it."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.utils import translation

from accounts.access.permissions import Permission
from accounts.models import User
from mago.audit.services import record
from mago.audit.tags import Tag
from mago.messaging.services import send_mail

from ..models import Entry, EntryKind, Programme, Ticket, Told
from ..selectors.people import holds

MOST_TOLD = 50
# Longer values are kept in the ticket's history and not in the audit trail a second time.
LONGEST_IN_TRAIL = 300


def person_of(actor: Any) -> User | None:
    """The actor as a person; None for a program, and for the system itself."""
    return actor if isinstance(actor, User) else None


def locked(ticket: Ticket) -> Ticket:
    """The ticket as it is now, held until the transaction ends."""
    rows: QuerySet[Ticket] = Ticket.objects.of(ticket.programme_id).select_for_update(of=("self",))
    row = rows.get(pk=ticket.pk)
    row.programme = ticket.programme
    return row


def lock(programme: Programme) -> Programme:
    """The programme as it is now, held until the transaction ends."""
    return Programme.objects.select_for_update().get(pk=programme.pk)


def set_due_by_policy(ticket: Ticket, programme: Programme) -> None:
    """The ticket is due by the days of its severity."""
    days = programme.days_for(ticket.severity)
    ticket.due_on = None if days is None else ticket.counted_from + timedelta(days=days)


def write_change(
    ticket: Ticket,
    *,
    before: dict[str, Any],
    after: dict[str, Any],
    actor: Any,
    tag: Tag,
    because: str = "",
) -> bool:
    """The history and the audit trail say what differs, and why; False, and nothing written, where nothing does."""
    names = [name for name in after if after[name] != before.get(name)]
    if not names:
        return False
    changes = [
        {"name": name, "before": _shown(before.get(name)), "after": _shown(after[name])}
        for name in names
    ]
    Entry.objects.create(
        ticket=ticket,
        kind=EntryKind.CHANGE,
        actor=person_of(actor),
        actor_label=label_of(actor),
        body=because,
        changes=changes,
    )
    trail: dict[str, Any] = {
        side: {one["name"]: one[side] for one in changes if len(one[side]) <= LONGEST_IN_TRAIL}
        for side in ("before", "after")
    }
    if because:
        trail["reason"] = because
    record(
        tag,
        actor=actor,
        target=ticket,
        organization_id=ticket.organization_id,
        fields=names,
        **trail,
    )
    return True


def label_of(actor: Any) -> str:
    return str(actor)[:254] if actor is not None else ""


def _shown(value: Any) -> str:
    return "" if value is None else str(value)


def watch(ticket: Ticket, *people: User | None) -> None:
    """They are told of what happens from now on."""
    ticket.watchers.add(*[person for person in people if person])


# Who is told of a due date, one after the other.
STEPS = ("due-soon", "overdue", "long-overdue")


def step_of(step: str, ticket: Ticket) -> str:
    """What is told once: with the day, as what is due on another day is told anew."""
    return f"{step}:{ticket.pk}:{ticket.due_on}"


def forget_steps(ticket: Ticket) -> None:
    """Nobody has been told yet that it is due."""
    told = [step_of(step, ticket) for step in STEPS]
    Told.objects.filter(programme_id=ticket.programme_id, what__in=told).delete()


def link_to(ticket: Ticket) -> str:
    return f"{settings.MAGO_BASE_URL}/admincenter/security/{ticket.programme.slug}/tickets/{ticket.number}/"


def tell_watchers(ticket: Ticket, template: str, *, actor: Any, **context: Any) -> None:
    """A mail to whoever watches and may still read the ticket, but not to who did it."""
    doer = person_of(actor)
    for person in ticket.watchers.filter(is_active=True).order_by("pk")[:MOST_TOLD]:
        if person != doer and holds(person, Permission.TICKETS_READ, ticket.programme):
            tell(ticket, person, template, by=label_of(actor), **context)


def tell(ticket: Ticket, person: User, template: str, **context: Any) -> None:
    """One mail about the ticket; neither its title nor what was written: mail is no safe place for them."""
    known = {"name": person, "key": ticket, "programme": ticket.programme, "link": link_to(ticket)}
    send(person, template, **known, **context)


def send(person: User, template: str, **context: Any) -> None:
    """One mail of the programme, whose words are in the language of who reads it."""
    with translation.override(person.language or settings.LANGUAGE_CODE):
        words = {
            key: value if isinstance(value, list | int) else str(value)
            for key, value in context.items()
        }
    send_mail(f"security/{template}", to=person.email, context=words, language=person.language)
