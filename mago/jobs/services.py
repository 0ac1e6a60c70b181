"""Jobs are drafted, started, cancelled and undone."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from mago.audit.cleaning import clean_text
from mago.audit.services import record
from mago.audit.tags import Tag
from mago.core.context import caller
from mago.core.errors import Conflict, Refused

from .kinds import work_class
from .models import ENDED, Item, Job, Outcome, State

MOST_ITEMS = 10_000
DRAFTS_KEPT = timedelta(days=1)
REMEMBERED = timedelta(days=90)


@dataclass(frozen=True)
class Draft:
    """One item before it has its number; with `refused`, why nothing will be done about it."""

    label: str
    subject: Any
    refused: str = ""


@transaction.atomic
def draft_job(
    kind: str,
    items: Iterable[Draft],
    *,
    actor: Any,
    organization_id: UUID | None = None,
    undoes: Job | None = None,
    **options: Any,
) -> Job:
    """What would be done lies there to be looked at; nothing is, before `start_job`.

    Refused for no items, and for more than MOST_ITEMS.
    """
    rows = [
        Item(
            number=number,
            label=clean_text(draft.label, 254),
            subject=draft.subject,
            outcome=Outcome.REFUSED if draft.refused else Outcome.WAITING,
            message=clean_text(draft.refused, 300),
        )
        for number, draft in enumerate(items, 1)
    ]
    if not rows:
        raise Refused(_("There is nothing to be done: nothing was chosen."), code="nothing_chosen")
    if len(rows) > MOST_ITEMS:
        words = _("At most %(most)s at once. Narrow the choice.") % {"most": MOST_ITEMS}
        raise Refused(words, code="too_many")
    job = Job.objects.create(
        kind=kind,
        actor_id=actor.pk,
        actor_label=clean_text(actor.email, 254),
        organization_id=organization_id,
        caller=_asking(),
        language=translation.get_language() or "",
        options=options,
        total=len(rows),
        undoes=undoes,
        created_at=timezone.now(),
    )
    for row in rows:
        row.job = job
    Item.objects.bulk_create(rows, batch_size=500)
    return job


@transaction.atomic
def start_job(job: Job, *, actor: Any, **options: Any) -> None:
    """A worker does it, soon; `options` are added to those of the draft. Conflict where it was started already.

    It may do what this request may: who started it counts, and not by what they had drafted it.
    """
    row = _locked(job)
    if row.state != State.DRAFT:
        raise Conflict(_("This was started already."), code="already_started")
    row.state, row.options, row.caller = State.WAITING, row.options | options, _asking()
    row.save(update_fields=["state", "options", "caller"])
    record(
        Tag.JOB_STARTED,
        actor=actor,
        target=row,
        organization_id=row.organization_id,
        work=row.kind,
        items=row.total,
        reason=row.options.get("reason", ""),
    )


@transaction.atomic
def cancel_job(job: Job, *, actor: Any) -> None:
    """Nothing further is done; what is done stays. Conflict where it has ended."""
    row = _locked(job)
    if row.state in ENDED:
        raise Conflict(_("This has ended already."), code="already_ended")
    row.state, row.finished_at, row.leased_until = State.CANCELLED, timezone.now(), None
    row.save(update_fields=["state", "finished_at", "leased_until"])
    record(Tag.JOB_CANCELLED, actor=actor, target=row, organization_id=row.organization_id)


@transaction.atomic
def undo_job(job: Job, *, actor: Any) -> Job:
    """What the job did is being taken back by another, which has begun. Conflict where it cannot be, or was."""
    row = _locked(job)
    work = work_class(row.kind)
    if row.state not in ENDED or not work.undone_by:
        raise Conflict(_("This cannot be taken back."), code="cannot_undo")
    done = row.items.filter(outcome=Outcome.DONE).order_by("number")
    running = work(row)
    drafts = [Draft(item.label, running.subject_to_undo(item)) for item in done]
    try:
        with transaction.atomic():
            undoing = draft_job(
                work.undone_by,
                drafts,
                actor=actor,
                organization_id=row.organization_id,
                undoes=row,
                **row.options,
            )
    except IntegrityError:
        raise Conflict(_("This was taken back already."), code="already_undone") from None
    start_job(undoing, actor=actor)
    return undoing


def remove_old() -> None:
    """Drafts that nobody started, and jobs of long ago, are forgotten; the trail remembers what was done."""
    now = timezone.now()
    Job.objects.filter(state=State.DRAFT, created_at__lt=now - DRAFTS_KEPT).delete()
    Job.objects.filter(state__in=ENDED, finished_at__lt=now - REMEMBERED).delete()


def _asking() -> dict[str, Any]:
    """Who asks, from where and by what: as a job keeps it."""
    who = caller()
    return {
        "request_id": clean_text(who.request_id, 64),
        "address": clean_text(who.address, 45),
        "via": who.via,
        "method": who.method,
        "strength": int(who.strength),
        "authenticated_at": who.authenticated_at and who.authenticated_at.isoformat(),
        "permits": None if who.permits is None else sorted(who.permits),
        # Not said of others: a worker of the version before would not know the word.
        **({"application": who.application} if who.application else {}),
    }


def _locked(job: Job) -> Job:
    return Job.objects.select_for_update().get(pk=job.pk)
