"""A run belongs to one worker at a time, and to another if the first one dies."""

import time
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from accounts.federation.enterprise.models import IdentityProvider
from accounts.federation.enterprise.selectors import is_open
from mago.audit.services import Outcome, record
from mago.audit.tags import Tag

from ..models import AT_WORK, Problem, RunState, SyncChange, SyncRun

# A worker tells every second that it is alive; after so long somebody else goes on.
LEASE = timedelta(seconds=180)
TOLD_EVERY = 1.0
MOST_ATTEMPTS = 3
MOST_RUNNING = 2


class Stopped(Exception):
    """The run is somebody else's by now, or was removed with its provider."""


class Failed(Exception):
    """The run comes to nothing."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.value)
        self.problem = problem


def due_runs() -> list[UUID]:
    """Those that nobody works for, as many as may run beside those that somebody does."""
    now = timezone.now()
    busy = SyncRun.objects.filter(state__in=AT_WORK, leased_until__gte=now).count()
    due = SyncRun.objects.filter(_is_due(now)).order_by("created_at", "id")
    return list(due.values_list("id", flat=True)[: max(0, MOST_RUNNING - busy)])


class Pulse:
    """Tells how far a run has come, and keeps it ours; Stopped once it is not."""

    def __init__(self, run: SyncRun) -> None:
        self.run, self.next = run, 0.0

    def __call__(self, **progress: Any) -> None:
        if time.monotonic() < self.next:
            return
        self.next = time.monotonic() + TOLD_EVERY
        write(self.run, leased_until=timezone.now() + LEASE, **progress)


def _is_due(now: datetime) -> Q:
    return Q(state__in=AT_WORK) & (Q(leased_until=None) | Q(leased_until__lt=now))


def lease(run_id: UUID) -> SyncRun | None:
    """The run is ours for now; None where it is somebody else's, has ended, or ends here, given up after MOST_ATTEMPTS."""
    now = timezone.now()
    free = SyncRun.objects.filter(_is_due(now), pk=run_id)
    worn_out = free.exclude(state=RunState.APPLYING).filter(attempts_made__gte=MOST_ATTEMPTS)
    if worn_out.update(
        state=RunState.FAILED, finished_at=now, reason=Problem.INTERRUPTED, leased_until=None
    ):
        return None
    if not free.update(leased_until=now + LEASE, attempts_made=F("attempts_made") + 1):
        return None
    return SyncRun.objects.select_related("provider__organization").filter(pk=run_id).first()


def write(run: SyncRun, **fields: Any) -> None:
    """These fields of the run, if it is still ours; otherwise Stopped."""
    # Each lease has its number: who lost it does not write over who has it now.
    mine = SyncRun.objects.filter(pk=run.pk, attempts_made=run.attempts_made, state__in=AT_WORK)
    if not mine.update(**fields):
        raise Stopped
    for name, value in fields.items():
        setattr(run, name, value)


def demand_unchanged(run: SyncRun) -> None:
    """Failed where the settings are others than those that the run began with, or the provider was closed."""
    now = IdentityProvider.objects.of(run.provider.organization_id).filter(pk=run.provider_id)
    if now.values_list("version", flat=True).first() != run.version:
        raise Failed(Problem.CHANGED)
    if not run.is_dry and not is_open(run.provider):
        raise Failed(Problem.CLOSED)


@transaction.atomic
def fail(run: SyncRun, reason: str, detail: str = "") -> None:
    """The run has come to nothing, and why, if it is still ours. What it had found out about people is gone."""
    mine = SyncRun.objects.filter(pk=run.pk, attempts_made=run.attempts_made, state__in=AT_WORK)
    is_mine = mine.update(
        state=RunState.FAILED,
        reason=reason,
        detail=detail[:300],
        finished_at=timezone.now(),
        leased_until=None,
    )
    if is_mine:
        SyncChange.objects.filter(run=run).update(told=None)
        tell(run, Tag.DIRECTORY_SYNC_FAILED, Outcome.FAILURE, reason=reason, detail=detail[:300])


def tell(run: SyncRun, tag: Tag, outcome: Outcome = Outcome.SUCCESS, **detail: Any) -> None:
    """The trail knows it, by whoever confirmed the run or asked for it."""
    record(
        tag,
        actor=run.confirmed_by or run.asked_by,
        target=run.provider,
        outcome=outcome,
        organization_id=run.provider.organization_id,
        run=str(run.pk),
        **detail,
    )
