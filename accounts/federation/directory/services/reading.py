"""A directory is read, and what would change is written down; nothing is changed yet."""

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.federation.enterprise.asserted import Asserted
from mago.audit.services import Outcome
from mago.audit.tags import Tag

from .. import client, filters
from ..client import Entry, Session
from ..comparing import Change, Found, Plan, Rules, compare, is_braked
from ..groups import AllGroups, all_groups
from ..models import Action, Directory, Problem, RunState, SyncChange, SyncRun
from ..people import asserted_of, attributes_for
from ..selectors import directory_of, is_settled, known_people
from ..standing import standing_of
from .leasing import Failed, Pulse, demand_unchanged, tell, write

# Of one directory; and the seconds for reading it.
MOST_PEOPLE = 200_000
LONGEST_READING = 300.0
BATCH = 500
# Clocks of several servers differ, and changes wander between them.
OVERLAP = timedelta(minutes=5)


def read(run: SyncRun, pulse: Pulse) -> None:
    """The run has its plan, or Failed; whether the plan is carried out is decided, too."""
    write(run, state=RunState.READING, started_at=run.started_at or timezone.now())
    directory = directory_of(run.provider)
    demand_unchanged(run)

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


def _told(entries: Iterable[Entry], pulse: Pulse) -> Iterator[Entry]:
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
    write(
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
        tell(run, Tag.DIRECTORY_SYNC_HELD, Outcome.REFUSED, disabled=plan.disabled, known=known)


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
