"""What people say of a ticket, and who is told."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from mago.audit.services import record
from mago.audit.tags import Tag
from mago.core.errors import Refused

from ..models import Entry, EntryKind, Ticket
from .common import label_of, locked, person_of, tell_watchers, watch

LONGEST_COMMENT = 10_000
MOST_WATCHERS = 50


@transaction.atomic
def comment_on(*, ticket: Ticket, body: str, actor: Any) -> Entry:
    """The comment stands in the ticket's history; who wrote it watches, and who watches is told."""
    text = body.strip()
    if not text or len(text) > LONGEST_COMMENT:
        words = _("Write something.") if not text else _("This is too long.")
        raise Refused(fields={"body": [words]})
    entry: Entry = Entry.objects.create(
        ticket=ticket,
        kind=EntryKind.COMMENT,
        actor=person_of(actor),
        actor_label=label_of(actor),
        body=text,
    )
    watch(ticket, person_of(actor))
    record(
        Tag.TICKET_COMMENTED,
        actor=actor,
        target=ticket,
        organization_id=ticket.organization_id,
        comment=str(entry.pk),
    )
    tell_watchers(ticket, "commented", actor=actor)
    return entry


@transaction.atomic
def set_watching(*, ticket: Ticket, person: User, watching: bool) -> None:
    """The person is told of what happens to the ticket, or no longer."""
    row = locked(ticket)
    if not watching:
        row.watchers.remove(person)
    elif row.watchers.count() >= MOST_WATCHERS:
        raise Refused(_("Too many people watch this ticket already."))
    else:
        watch(row, person)
