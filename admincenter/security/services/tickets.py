"""Tickets are made and edited; how they move on is in moves.py."""

from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.access.permissions import Permission
from accounts.models import User
from mago.audit.services import record
from mago.audit.tags import Tag
from mago.core.errors import Conflict, Refused

from .. import cvss
from ..models import Programme, Source, Ticket
from ..models.tickets import LONGEST_TEXT
from ..selectors.people import holds
from ..selectors.tickets import workers_of
from ..severity import Severity
from ..workflow import State
from .common import lock as lock_programme
from .common import locked, person_of, set_due_by_policy, tell, watch, write_change

# What a form or a program may change; all else changes by moves.
FIELDS = ("title", "description", "component", "source")


@transaction.atomic
def create_ticket(
    *,
    programme: Programme,
    title: str,
    source: str,
    actor: Any,
    description: str = "",
    component: str = "",
    vector: str = "",
    severity: str = Severity.UNRATED,
    reporter_contact: str = "",
) -> Ticket:
    """The ticket is reported, with the next number of its programme and, where it is rated, a due date.

    Refused for a vector that is none, or a severity that contradicts it.
    """
    row = lock_programme(programme)
    ticket = Ticket(
        programme=programme,
        number=row.next_number,
        title=title.strip(),
        description=description,
        source=Source(source),
        component=component,
        reporter=person_of(actor),
        reporter_contact=reporter_contact,
    )
    _demand_words(ticket)
    row.next_number += 1
    row.save(update_fields=["next_number"])
    _set_rating(ticket, vector, severity)
    ticket.save()
    set_due_by_policy(ticket, row)
    ticket.save(update_fields=["due_on"])
    watch(ticket, person_of(actor))
    record(
        Tag.TICKET_CREATED,
        actor=actor,
        target=ticket,
        organization_id=ticket.organization_id,
        source=ticket.source,
        severity=ticket.severity,
        vector=ticket.vector,
    )
    return ticket


@transaction.atomic
def edit_ticket(*, ticket: Ticket, actor: Any, **fields: Any) -> Ticket:
    """Some of FIELDS are as given, with what differs in the history."""
    row = locked(ticket)
    before = {name: getattr(row, name) for name in fields}
    for name, value in fields.items():
        setattr(row, name, value.strip() if name == "title" else value)
    _demand_words(row)
    after = {name: getattr(row, name) for name in fields}
    if write_change(row, before=before, after=after, actor=actor, tag=Tag.TICKET_EDITED):
        row.save(update_fields=list(fields))
    return row


@transaction.atomic
def rate_ticket(*, ticket: Ticket, actor: Any, vector: str = "", severity: str = "") -> Ticket:
    """The ticket has this vector, or without one this severity; its due date is counted anew from its report, or from
    when it came back.

    Refused without either, once it is triaged. Once its fix is verified the due date stays: by it the fix was in time, or
    was not.
    """
    row = locked(ticket)
    names = ("vector", "score", "severity", "due_on")
    before = {name: getattr(row, name) for name in names}
    _set_rating(row, vector, severity or Severity.UNRATED)
    if row.severity == Severity.UNRATED and row.state not in (State.REPORTED, State.REJECTED):
        # It would be due on no day, and nobody would be told.
        words = _("Rate the ticket first: give a vector or a severity.")
        raise Refused(words, fields={"severity": [words]}, code="unrated")
    if row.state not in (State.VERIFIED, State.CLOSED):
        set_due_by_policy(row, row.programme)
    after = {name: getattr(row, name) for name in names}
    if write_change(row, before=before, after=after, actor=actor, tag=Tag.TICKET_EDITED):
        row.save(update_fields=[*names, "rank"])
    return row


@transaction.atomic
def assign_ticket(*, ticket: Ticket, assignee: User | None, actor: Any) -> Ticket:
    """Whoever is to do it; is told by mail and watches from now on. Refused for who could not do it.

    Of a ticket in progress, who had it and who gets it have worked on the fix, whoever records it in the end.
    """
    row = locked(ticket)
    if assignee and not holds(assignee, Permission.TICKETS_EDIT, row.programme):
        words = _("This person may not work on tickets here.")
        raise Refused(words, fields={"assignee": [words]}, code="not_permitted")
    if row.assignee == assignee:
        return row
    before = {"assignee": row.assignee, "fixed_with": workers_of(row)}
    if row.state == State.IN_PROGRESS:
        row.fixed_with.add(*[person for person in (row.assignee, assignee) if person])
    row.assignee = assignee
    row.save(update_fields=["assignee"])
    after = {"assignee": assignee, "fixed_with": workers_of(row)}
    write_change(row, before=before, after=after, actor=actor, tag=Tag.TICKET_EDITED)
    if assignee:
        watch(row, assignee)
        if assignee != actor:
            tell(row, assignee, "assigned", by=str(actor))
    return row


@transaction.atomic
def set_due(*, ticket: Ticket, due_on: date | None, actor: Any, reason: str) -> Ticket:
    """The ticket is due on that day, for this reason, until it is rated anew. Conflict where nothing is owed on it."""
    row = locked(ticket)
    if not row.is_pending:
        raise Conflict(_("Nothing is owed on this ticket."), code="nothing_owed")
    before, row.due_on = {"due_on": row.due_on}, due_on
    after = {"due_on": due_on}
    tag = Tag.TICKET_EDITED
    if write_change(row, before=before, after=after, actor=actor, tag=tag, because=reason):
        row.save(update_fields=["due_on"])
    return row


@transaction.atomic
def relate_tickets(*, ticket: Ticket, other: Ticket, actor: Any, related: bool = True) -> None:
    """The two point to each other, or do no longer."""
    if ticket.pk == other.pk or ticket.programme_id != other.programme_id:
        raise Refused(_("Name another ticket of the same programme."), code="bad_relation")
    row = locked(ticket)
    is_so = row.related.of(row.programme_id).filter(pk=other.pk).exists()
    if is_so == related:
        raise Conflict
    (row.related.add if related else row.related.remove)(other)
    before, after = ("", str(other)) if related else (str(other), "")
    write_change(
        row,
        before={"related": before},
        after={"related": after},
        actor=actor,
        tag=Tag.TICKET_EDITED,
    )


@transaction.atomic
def share_ticket(*, ticket: Ticket, platform: Programme, actor: Any) -> Ticket:
    """The platform has a ticket of the same words, and the organization sees how far that one is; nothing else of it.

    Conflict where it is shared already, or is the platform's own.
    """
    row = locked(ticket)
    if row.shared_as_id or row.programme_id == platform.pk:
        raise Conflict(_("This ticket is shared already."))
    words = {name: getattr(row, name) for name in ("title", "description", "component", "vector")}
    severity = Severity.UNRATED if row.vector else row.severity
    # Nobody of the organization works on it there, nor watches it.
    made = create_ticket(
        programme=platform,
        source=Source.CUSTOMER,
        severity=severity,
        reporter_contact=str(row.programme)[:254],
        actor=None,
        **words,
    )
    row.shared_as = made
    row.save(update_fields=["shared_as"])
    record(
        Tag.TICKET_SHARED,
        actor=actor,
        target=row,
        organization_id=row.organization_id,
        shared_as=str(made),
    )
    return made


def _demand_words(ticket: Ticket) -> None:
    """What a program sends has passed no form."""
    limits = {"title": 200, "component": 100, "description": LONGEST_TEXT}
    wrong = {
        name: _("This is too long.") for name, n in limits.items() if len(getattr(ticket, name)) > n
    }
    if not ticket.title:
        wrong["title"] = _("Give a title.")
    if ticket.source not in Source.values:
        wrong["source"] = _("Choose one of what is offered.")
    if wrong:
        raise Refused(fields={name: [words] for name, words in wrong.items()})


def _set_rating(ticket: Ticket, vector: str, severity: str) -> None:
    ticket.vector, ticket.score, ticket.severity = _rating(vector, severity)
    ticket.rank = cvss.rank_of(ticket.severity, ticket.score)


def _rating(vector: str, severity: str) -> tuple[str, Any, str]:
    """Vector, score and severity; the vector decides where there is one."""
    if not vector:
        if severity not in Severity.values:
            words = _("Choose one of what is offered.")
            raise Refused(fields={"severity": [words]})
        return "", None, severity
    try:
        rating = cvss.rate(vector)
    except cvss.BadVector:
        words = _("This is no vector of CVSS 3.1 or 4.0.")
        raise Refused(words, fields={"vector": [words]}, code="bad_vector") from None
    if severity not in (Severity.UNRATED, "", rating.severity):
        words = _("The vector says otherwise. Leave the severity to it.")
        raise Refused(words, fields={"severity": [words]})
    return rating.vector, rating.score, rating.severity
