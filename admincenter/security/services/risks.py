"""Risks are registered, reviewed and closed; the register is assessed and signed off."""

from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access.permissions import Permission
from mago.audit.services import record
from mago.audit.tags import Tag
from mago.core.errors import Conflict, Refused

from ..models import Assessment, Programme, Risk, Ticket
from ..models.tickets import today
from ..selectors.people import holds, people_behind
from ..selectors.risks import figures_of_register
from .common import lock, person_of

FIELDS = (
    "asset", "threat", "likelihood", "impact", "treatment", "plan", "residual_likelihood",
    "residual_impact", "owner", "review_on",
)  # fmt: skip


@transaction.atomic
def register_risk(*, programme: Programme, actor: Any, **fields: Any) -> Risk:
    """The risk stands in the register. Refused where treatment makes it worse, or its owner may not see it."""
    risk = Risk(programme=programme, **fields)
    _demand_sense(risk)
    risk.save()
    _record(Tag.RISK_CREATED, risk, actor, score=risk.score, residual=risk.residual)
    return risk


@transaction.atomic
def edit_risk(*, risk: Risk, actor: Any, **fields: Any) -> Risk:
    row = _locked(risk)
    if row.closed_at:
        raise Conflict(_("This risk is closed."))
    before = {name: str(getattr(row, name) or "") for name in fields}
    for name, value in fields.items():
        setattr(row, name, value)
    _demand_sense(row)
    after = {name: str(getattr(row, name) or "") for name in fields}
    if before != after:
        row.save(update_fields=list(fields))
        told = [name for name in fields if before[name] != after[name] and name != "plan"]
        _record(
            Tag.RISK_EDITED,
            row,
            actor,
            before={name: before[name] for name in told},
            after={name: after[name] for name in told},
        )
    return row


@transaction.atomic
def close_risk(*, risk: Risk, actor: Any) -> Risk:
    """It is there no longer; what was known of it stays."""
    row = _locked(risk)
    if row.closed_at:
        raise Conflict
    row.closed_at = timezone.now()
    row.save(update_fields=["closed_at"])
    _record(Tag.RISK_CLOSED, row, actor)
    return row


@transaction.atomic
def link_ticket(*, risk: Risk, ticket: Ticket, actor: Any, linked: bool = True) -> None:
    """The risk and the ticket point to each other, or no longer."""
    row = _locked(risk)
    if ticket.programme_id != row.programme_id:
        raise Refused(_("Name another ticket of the same programme."))
    if row.tickets.of(row.programme_id).filter(pk=ticket.pk).exists() == linked:
        raise Conflict
    (row.tickets.add if linked else row.tickets.remove)(ticket)
    before, after = ("", str(ticket)) if linked else (str(ticket), "")
    _record(Tag.RISK_EDITED, row, actor, before={"tickets": before}, after={"tickets": after})


@transaction.atomic
def hold_assessment(*, programme: Programme, held_on: date, summary: str, actor: Any) -> Assessment:
    """The register was looked through, with the figures of this moment. Refused for a day to come."""
    if held_on > today():
        words = _("This day has not come yet.")
        raise Refused(words, fields={"held_on": [words]})
    made: Assessment = Assessment.objects.create(
        programme=lock(programme),
        held_on=held_on,
        summary=summary,
        figures=figures_of_register(programme),
        author=person_of(actor),
    )
    made.written_with.set(people_behind(actor))
    record(
        Tag.ASSESSMENT_CREATED,
        actor=actor,
        target=made,
        organization_id=made.organization_id,
        figures=made.figures,
    )
    return made


@transaction.atomic
def sign_assessment(*, assessment: Assessment, actor: Any) -> Assessment:
    """It is signed off. Refused for its author, or who stands behind the program that wrote it, and for a program."""
    rows: Any = Assessment.objects.of(assessment.programme_id).select_for_update()
    row: Assessment = rows.get(pk=assessment.pk)
    if row.signed_at:
        raise Conflict(_("This assessment is signed off already."), code="signed")
    person = person_of(actor)
    if person is None or person.pk == row.author_id or person in row.written_with.all():
        raise Refused(_("Somebody else has to sign this off: you wrote it."), code="own_work")
    row.signed_by, row.signed_label, row.signed_at = person, str(person)[:254], timezone.now()
    row.save(update_fields=["signed_by", "signed_label", "signed_at"])
    record(Tag.ASSESSMENT_SIGNED, actor=actor, target=row, organization_id=row.organization_id)
    return row


def _locked(risk: Risk) -> Risk:
    rows: Any = Risk.objects.of(risk.programme_id).select_for_update(of=("self",))
    row: Risk = rows.get(pk=risk.pk)
    row.programme = risk.programme
    return row


def _demand_sense(risk: Risk) -> None:
    wrong: dict[str, list[str]] = {}
    for name in ("likelihood", "impact"):
        if getattr(risk, f"residual_{name}") > getattr(risk, name):
            wrong[f"residual_{name}"] = [_("Treatment does not make a risk worse.")]
    if risk.owner and not holds(risk.owner, Permission.RISKS_READ, risk.programme):
        wrong["owner"] = [_("This person may not see the register.")]
    if wrong:
        raise Refused(fields=wrong)


def _record(tag: Tag, risk: Risk, actor: Any, **told: Any) -> None:
    record(tag, actor=actor, target=risk, organization_id=risk.organization_id, **told)
