"""What a reading has found is taken over: each person in a transaction of their own, for a while at a time."""

import time
from collections.abc import Callable, Iterable
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.federation.enterprise.asserted import Asserted
from accounts.federation.enterprise.services import Refused, deprovision, provision
from mago.audit.tags import Tag
from mago.core import errors

from ..models import Action, Directory, RunState, SyncChange, SyncRun
from ..people import issuer_of
from ..selectors import directory_of, person_known_as
from .leasing import Pulse, demand_unchanged, tell, write

# The seconds before others have their turn, and people at once.
LONGEST = 60.0
BATCH = 500


def apply(run: SyncRun, pulse: Pulse) -> bool:
    """Whether all is applied; otherwise the next task goes on."""
    directory = directory_of(run.provider)
    end = time.monotonic() + LONGEST
    while rows := list(_next(run)):
        demand_unchanged(run)
        for row in rows:
            _apply_one(run, row, directory)
            pulse(applied=run.applied, failures=run.failures)
        if time.monotonic() > end:
            write(run, applied=run.applied, failures=run.failures, leased_until=None)
            return False
    _finish(run, directory)
    return True


def _next(run: SyncRun) -> Iterable[SyncChange]:
    waiting = SyncChange.objects.filter(run=run, is_applied=None)
    return waiting.order_by("action", "id")[:BATCH]


def _apply_one(run: SyncRun, row: SyncChange, directory: Directory) -> None:
    """One person is as the directory says, or it is written down why not."""
    try:
        _WORK[Action(row.action)](run, row, directory)
    except errors.Refused as refusal:
        why = refusal.for_administrator if isinstance(refusal, Refused) else str(refusal.detail)
        row.is_applied, row.why = False, (why or refusal.code)[:300]
        run.failures += 1
    except IntegrityError:
        # Somebody else made the same account at this moment; the next reading sees it.
        row.is_applied, row.why = False, "changed by somebody else at the same moment"
        run.failures += 1
    else:
        row.is_applied = True
        run.applied += 1
    row.told = None
    row.save(update_fields=["is_applied", "why", "told"])


def _disable(run: SyncRun, row: SyncChange, directory: Directory) -> None:
    identity = person_known_as(run, row.subject, issuer_of(directory.subject_attribute))
    if identity is not None:
        deprovision(provider=run.provider, user=identity.user, reason=f"directory: {row.why}")


def _provision(run: SyncRun, row: SyncChange, directory: Directory) -> None:
    assert row.told is not None
    told = Asserted(**row.told | {"groups": tuple(row.told["groups"])})
    may_create = row.action == Action.CREATE and directory.imports
    provision(provider=run.provider, asserted=told, create=may_create)


_WORK: dict[Action, Callable[[SyncRun, SyncChange, Directory], None]] = {
    Action.DISABLE: _disable,
    Action.UPDATE: _provision,
    Action.CREATE: _provision,
}


@transaction.atomic
def _finish(run: SyncRun, directory: Directory) -> None:
    if run.changed_until is not None:
        Directory.objects.filter(pk=directory.pk).update(changed_until=run.changed_until)
    write(
        run,
        applied=run.applied,
        failures=run.failures,
        leased_until=None,
        finished_at=timezone.now(),
        state=RunState.DONE,
    )
    if run.asked_by_id or run.applied or run.failures:
        told: dict[str, Any] = {"applied": run.applied, "failed": run.failures}
        tell(run, Tag.DIRECTORY_SYNC_FINISHED, read=run.read, disabled=run.disabled, **told)
