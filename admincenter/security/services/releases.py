"""Releases, and the checkpoints that they must pass."""

from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from mago.audit.services import record
from mago.audit.tags import Tag
from mago.core.errors import Conflict, Refused

from ..models import Checkpoint, CheckpointKind, Programme, Release, ReleaseState, Ticket
from ..selectors.tickets import worked_on
from ..workflow import PENDING
from .common import person_of


@transaction.atomic
def create_release(
    *,
    programme: Programme,
    version: str,
    actor: Any,
    target_on: date | None = None,
    notes: str = "",
) -> Release:
    """A release for which fixes can be planned, with a gate for each kind of checkpoint."""
    release = Release(
        programme=programme, version=version.strip(), target_on=target_on, notes=notes
    )
    _save_named(release)
    Checkpoint.objects.bulk_create(
        Checkpoint(release=release, kind=kind) for kind in CheckpointKind.values
    )
    record(
        Tag.RELEASE_CREATED,
        actor=actor,
        target=release,
        organization_id=release.organization_id,
        target_on=str(target_on or ""),
    )
    return release


@transaction.atomic
def edit_release(
    *, release: Release, version: str, target_on: date | None, notes: str, actor: Any
) -> Release:
    """Its name, day and notes are these."""
    row = hold_planned(release, release.programme_id)
    names = ("version", "target_on", "notes")
    before = {name: str(getattr(row, name) or "") for name in names}
    row.version, row.target_on, row.notes = version.strip(), target_on, notes
    after = {name: str(getattr(row, name) or "") for name in names}
    if before != after:
        _save_named(row)
        record(
            Tag.RELEASE_EDITED,
            actor=actor,
            target=row,
            organization_id=row.organization_id,
            before=before,
            after=after,
        )
    return row


def _save_named(release: Release) -> None:
    try:
        with transaction.atomic():
            release.save()
    except IntegrityError:
        words = _("There is a release of this name already.")
        raise Conflict(words, fields={"version": [words]}, code="taken") from None


@transaction.atomic
def sign_off(*, checkpoint: Checkpoint, actor: Any, note: str = "") -> Checkpoint:
    """The gate is open to this release. Refused for who wrote, or was to write, a fix that it carries."""
    release = hold_planned(checkpoint.release, checkpoint.release.programme_id)
    gate = release.checkpoints.select_for_update().get(pk=checkpoint.pk)
    if gate.signed_at:
        raise Conflict(_("This checkpoint is signed off already."), code="signed")
    person = person_of(actor)
    if person is None:
        raise Refused(_("Only a person can sign this off."), code="no_person")
    fixes = Ticket.objects.of(release.programme_id).filter(release=release)
    if fixes.filter(worked_on(person)).exists():
        words = _("Somebody else has to sign this off: you worked on a fix in this release.")
        raise Refused(words, code="own_fix")
    gate.signed_by, gate.signed_label, gate.signed_at = person, str(person)[:254], timezone.now()
    gate.note = note.strip()[:500]
    gate.save()
    record(
        Tag.CHECKPOINT_SIGNED,
        actor=actor,
        target=release,
        organization_id=release.organization_id,
        checkpoint=gate.kind,
        note=gate.note,
    )
    return gate


@transaction.atomic
def deploy_release(*, release: Release, actor: Any) -> Release:
    """The release is deployed. Conflict while a checkpoint is open, or a fix in it is not verified."""
    row = hold_planned(release, release.programme_id)
    gates = [gate.get_kind_display() for gate in row.checkpoints.filter(signed_at=None)]
    if gates:
        words = _("These checkpoints are open: %(gates)s.") % {"gates": ", ".join(gates)}
        raise Conflict(words, code="open_gate")
    owed = Ticket.objects.of(row.programme_id).filter(release=row, state__in=PENDING)
    if keys := [str(one) for one in owed.order_by("number")[:20]]:
        words = _("These tickets are not verified: %(keys)s.") % {"keys": ", ".join(keys)}
        raise Conflict(words, code="not_verified")
    return _end(row, ReleaseState.DEPLOYED, Tag.RELEASE_DEPLOYED, actor)


@transaction.atomic
def cancel_release(*, release: Release, actor: Any, reason: str = "") -> Release:
    """The release will not come. Conflict while it is to carry a fix that is owed."""
    row = hold_planned(release, release.programme_id)
    owed = Ticket.objects.of(row.programme_id).filter(release=row, state__in=PENDING)
    if owed.exists():
        words = _("Plan its tickets for another release first.")
        raise Conflict(words, code="carries_fixes")
    return _end(row, ReleaseState.CANCELLED, Tag.RELEASE_CANCELLED, actor, reason=reason)


def _end(row: Release, state: ReleaseState, tag: Tag, actor: Any, **told: Any) -> Release:
    row.state, row.ended_at, row.ended_by = state, timezone.now(), person_of(actor)
    row.save()
    record(tag, actor=actor, target=row, organization_id=row.organization_id, **told)
    return row


def hold_planned(release: Release, programme_id: Any) -> Release:
    """The release as it is now, held until the transaction ends; Conflict where it takes nothing up any more."""
    if release.programme_id != programme_id:
        words = _("Choose one of what is offered.")
        raise Refused(words, fields={"release": [words]})
    row: Release = Release.objects.of(programme_id).select_for_update().get(pk=release.pk)
    if row.state != ReleaseState.PLANNED:
        words = _("This release is deployed or cancelled.")
        raise Conflict(words, fields={"release": [words]}, code="release_ended")
    return row


def withdraw_signatures(release: Release, *, actor: Any, why: str) -> None:
    """What was signed off before the release changed counts no longer."""
    row = Release.objects.of(release.programme_id).select_for_update().get(pk=release.pk)
    signed = row.checkpoints.filter(signed_at__isnull=False)
    withdrawn = signed.update(signed_at=None, signed_by=None, signed_label="", note="")
    if withdrawn:
        record(
            Tag.CHECKPOINT_WITHDRAWN,
            actor=actor,
            target=row,
            organization_id=row.organization_id,
            checkpoints=withdrawn,
            why=why,
        )
