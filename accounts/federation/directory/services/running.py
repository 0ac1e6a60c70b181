"""A worker reads a directory and takes over what is in it: one worker a run, and another if the first one dies.

Reading changes nothing. What would change is written down once the reading is whole; then it is
applied, each person in a transaction of their own, for a while, and on from there by the next task.
"""

import logging
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.utils import timezone

from accounts.federation.enterprise.asserted import Asserted
from accounts.federation.enterprise.models import IdentityProvider
from accounts.federation.enterprise.selectors import is_open
from accounts.federation.enterprise.services import Refused, deprovision, provision
from mago.audit.services import Outcome, record
from mago.audit.tags import Tag
from mago.core import errors

from .. import client, filters
from ..client import DirectoryFailed, Entry, Session
from ..comparing import Change, Found, Plan, Rules, compare, is_braked
from ..groups import AllGroups, all_groups
from ..models import AT_WORK, Action, Directory, Problem, RunState, SyncChange, SyncRun
from ..people import asserted_of, attributes_for, issuer_of
from ..selectors import directory_of, is_settled, known_people, person_known_as
from ..standing import standing_of

# A worker tells every second that it is alive; after so long somebody else goes on.
LEASE = timedelta(seconds=180)
TOLD_EVERY = 1.0
MOST_ATTEMPTS = 3
MOST_RUNNING = 2
# Of one directory; and the seconds for reading it, and for applying before others have their turn.
MOST_PEOPLE = 200_000
LONGEST_READING = 300.0
LONGEST_APPLYING = 60.0
BATCH = 500
# Clocks of several servers differ, and changes wander between them.
OVERLAP = timedelta(minutes=5)

logger = logging.getLogger(__name__)


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


def work(run_id: UUID) -> bool:
    """The run is a good piece further, or has ended; whether there is more to do."""
    run = _lease(run_id)
    if run is None:
        return False
    try:
        pulse = _Pulse(run)
        if run.state != RunState.APPLYING:
            _read(run, pulse)
        if run.state == RunState.APPLYING:
            return not _apply(run, pulse)
    except Stopped:
        pass
    except DirectoryFailed as failed:
        _fail(run, failed.reason.value, f"{failed.server} {failed.detail}".strip())
    except Failed as failed:
        _fail(run, failed.problem.value)
    except Exception:
        logger.exception("the sync of a directory failed: %s", run.pk)
        _fail(run, Problem.ERROR.value)
    return False


# --- whose turn it is ---


class _Pulse:
    """Tells how far a run has come, and keeps it ours; Stopped once it is not."""

    def __init__(self, run: SyncRun) -> None:
        self.run, self.next = run, 0.0

    def __call__(self, **progress: Any) -> None:
        if time.monotonic() < self.next:
            return
        self.next = time.monotonic() + TOLD_EVERY
        _write(self.run, leased_until=timezone.now() + LEASE, **progress)


def _is_due(now: datetime) -> Q:
    return Q(state__in=AT_WORK) & (Q(leased_until=None) | Q(leased_until__lt=now))


def _lease(run_id: UUID) -> SyncRun | None:
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


def _write(run: SyncRun, **fields: Any) -> None:
    # Each lease has its number: who lost it does not write over who has it now.
    mine = SyncRun.objects.filter(pk=run.pk, attempts_made=run.attempts_made, state__in=AT_WORK)
    if not mine.update(**fields):
        raise Stopped
    for name, value in fields.items():
        setattr(run, name, value)


# --- reading ---


def _read(run: SyncRun, pulse: _Pulse) -> None:
    _write(run, state=RunState.READING, started_at=run.started_at or timezone.now())
    directory = directory_of(run.provider)
    _demand_unchanged(run)

    def everybody(session: Session) -> tuple[list[Found], datetime | None]:
        entries = list(_told(_entries(session, directory, run), pulse))
        groups = all_groups(session, directory.groups) if entries else AllGroups(directory.groups)
        return list(_found(entries, groups, directory)), _newest(entries, directory)

    found, changed_until = client.ask(directory.target, everybody, longest=LONGEST_READING)
    if _is_whole(run, directory) and not found:
        raise Failed(Problem.EMPTY)
    known = known_people(directory)
    plan = compare(found, known, _rules(run, directory))
    if plan.unidentified and plan.unidentified == plan.read:
        raise Failed(Problem.NO_IDENTIFIER)
    until = max(filter(None, (changed_until, directory.changed_until)), default=None)
    _keep(run, directory, plan, sum(one.is_in for one in known.values()), until)


def _is_whole(run: SyncRun, directory: Directory) -> bool:
    """Whether everything is read: also where it is not known yet what was changed since."""
    return run.is_full or directory.changed_until is None


def _told(entries: Iterable[Entry], pulse: _Pulse) -> Iterator[Entry]:
    for count, entry in enumerate(entries, 1):
        pulse(read=count)
        yield entry


def _entries(session: Session, directory: Directory, run: SyncRun) -> Iterator[Entry]:
    asked = directory.people_filter
    if not _is_whole(run, directory):
        assert directory.changed_until is not None
        since = directory.changed_until - OVERLAP
        asked = filters.both(asked, filters.changed_since(directory.changed_attribute, since))
    wanted = attributes_for(directory.subject_attribute, directory.provider.attribute_mapping)
    return session.search(directory.base, asked, wanted, most=MOST_PEOPLE)


def _found(entries: Iterable[Entry], groups: AllGroups, directory: Directory) -> Iterator[Found]:
    now = timezone.now()
    for entry in entries:
        asserted = asserted_of(
            entry,
            subject=directory.subject_attribute,
            chosen=directory.provider.attribute_mapping,
            groups=groups.of(entry),
        )
        yield Found(asserted, standing_of(entry, now))


def _newest(entries: Iterable[Entry], directory: Directory) -> datetime | None:
    """When the entry was changed that was changed last, by the directory's own clock."""
    return max(
        filter(None, (_moment(entry.text(directory.changed_attribute)) for entry in entries)),
        default=None,
    )


def _moment(text: str) -> datetime | None:
    try:
        return datetime.strptime(text[:14], "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        return None


def _rules(run: SyncRun, directory: Directory) -> Rules:
    provider = directory.provider
    return Rules(
        is_full=_is_whole(run, directory),
        imports=directory.imports and provider.provisions,
        required_groups=frozenset(provider.required_groups),
        updates_all=run.is_full and not is_settled(run),
    )


@transaction.atomic
def _keep(
    run: SyncRun, directory: Directory, plan: Plan, known: int, changed_until: datetime | None
) -> None:
    """The plan is written down; whether it is carried out is decided here."""
    is_held = is_braked(plan.disabled, known, directory.brake)
    if not run.is_dry:
        _supersede(run)
    rows = (_row(run, change) for change in plan.changes)
    SyncChange.objects.bulk_create(rows, batch_size=BATCH)
    state = RunState.HELD if is_held else RunState.APPLYING
    is_over = run.is_dry or is_held
    _write(
        run,
        state=RunState.DONE if run.is_dry else state,
        read=plan.read,
        known=known,
        unchanged=plan.unchanged,
        unidentified=plan.unidentified,
        counts=plan.counts,
        changed_until=changed_until,
        finished_at=timezone.now() if is_over else None,
    )
    if run.is_dry:
        SyncChange.objects.filter(run=run).update(told=None)
        return
    if run.is_full:
        # Read whole, also where it is held: it is read again when its time has come, not every minute.
        Directory.objects.filter(pk=directory.pk).update(fully_read_at=timezone.now())
    if is_held:
        _tell(run, Tag.DIRECTORY_SYNC_HELD, Outcome.REFUSED, disabled=plan.disabled, known=known)


def _supersede(run: SyncRun) -> None:
    """What an earlier reading was held for is decided by this one, if it has seen as much."""
    held = SyncRun.objects.filter(provider=run.provider, state=RunState.HELD)
    if not run.is_full:
        held = held.filter(is_full=False)
    SyncChange.objects.filter(run__in=held).update(told=None)
    held.update(state=RunState.DROPPED, finished_at=timezone.now())


def _row(run: SyncRun, change: Change) -> SyncChange:
    is_nothing = change.action == Action.IGNORE
    return SyncChange(
        run=run,
        action=change.action,
        subject=change.subject[:512],
        label=change.label,
        why=change.why[:300],
        told=_as_json(change.told) if change.told else None,
        is_applied=False if is_nothing else None,
    )


def _as_json(asserted: Asserted) -> dict[str, Any]:
    kept = ("issuer", "subject", "email", "name", "groups")
    return {name: asdict(asserted)[name] for name in kept}


# --- applying ---


def _apply(run: SyncRun, pulse: _Pulse) -> bool:
    """Whether all is applied."""
    directory = directory_of(run.provider)
    end = time.monotonic() + LONGEST_APPLYING
    while rows := list(_next(run)):
        _demand_unchanged(run)
        for row in rows:
            _apply_one(run, row, directory)
            pulse(applied=run.applied, failures=run.failures)
        if time.monotonic() > end:
            _write(run, applied=run.applied, failures=run.failures, leased_until=None)
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


def _demand_unchanged(run: SyncRun) -> None:
    """Failed where the settings are others than those that the run began with, or the provider was closed."""
    now = IdentityProvider.objects.of(run.provider.organization_id).filter(pk=run.provider_id)
    if now.values_list("version", flat=True).first() != run.version:
        raise Failed(Problem.CHANGED)
    if not run.is_dry and not is_open(run.provider):
        raise Failed(Problem.CLOSED)


@transaction.atomic
def _finish(run: SyncRun, directory: Directory) -> None:
    if run.changed_until is not None:
        Directory.objects.filter(pk=directory.pk).update(changed_until=run.changed_until)
    _write(
        run,
        applied=run.applied,
        failures=run.failures,
        leased_until=None,
        finished_at=timezone.now(),
        state=RunState.DONE,
    )
    if run.asked_by_id or run.applied or run.failures:
        told: dict[str, Any] = {"applied": run.applied, "failed": run.failures}
        _tell(run, Tag.DIRECTORY_SYNC_FINISHED, read=run.read, disabled=run.disabled, **told)


@transaction.atomic
def _fail(run: SyncRun, reason: str, detail: str = "") -> None:
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
        _tell(run, Tag.DIRECTORY_SYNC_FAILED, Outcome.FAILURE, reason=reason, detail=detail[:300])


def _tell(run: SyncRun, tag: Tag, outcome: Outcome = Outcome.SUCCESS, **detail: Any) -> None:
    record(
        tag,
        actor=run.confirmed_by or run.asked_by,
        target=run.provider,
        outcome=outcome,
        organization_id=run.provider.organization_id,
        run=str(run.pk),
        **detail,
    )
