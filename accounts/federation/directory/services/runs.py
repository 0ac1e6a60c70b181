"""Syncs are asked for, by the clock or by somebody; one that the brake has stopped is confirmed, or dropped."""

from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access.permissions import Permission
from accounts.access.services import demand_permission
from accounts.federation.enterprise.models import OPEN, IdentityProvider
from accounts.federation.enterprise.selectors import is_on_for, is_open
from accounts.models import User
from mago.audit.services import record
from mago.audit.tags import Tag
from mago.core.errors import Conflict, Refused

from ..models import Directory, RunState, SyncChange, SyncRun
from ..selectors import directory_of, runs_of

KEPT = 50
# Of so many runs it is kept who was concerned.
KEPT_IN_DETAIL = 10


@transaction.atomic
def request(
    *, provider: IdentityProvider, is_dry: bool = False, is_full: bool = True, actor: User | None
) -> SyncRun:
    """A worker reads the directory. Conflict while it is being read; Refused for a closed provider, but for a dry run."""
    if actor is not None:
        demand_permission(actor, Permission.IDENTITY_PROVIDERS_EDIT, provider)
    directory_of(provider)
    if not is_dry and not is_open(provider):
        words = _("Nobody comes in by this provider yet. A dry run shows what a sync would do.")
        raise Refused(words, code="provider_closed")
    try:
        with transaction.atomic():
            run = SyncRun.objects.create(
                provider=provider,
                is_full=is_full,
                is_dry=is_dry,
                asked_by=actor,
                version=provider.version,
            )
    except IntegrityError:
        words = _("The directory is being read already. Wait until that is finished.")
        raise Conflict(words, code="still_running") from None
    if actor is not None:
        _tell(Tag.DIRECTORY_SYNC_ASKED, run, actor, full=is_full, dry=is_dry)
        _set_off()
    return run


@transaction.atomic
def confirm(*, run: SyncRun, actor: User) -> None:
    """What the brake has stopped is carried out as it was shown. Conflict where it is held no longer, or not as it was."""
    demand_permission(actor, Permission.IDENTITY_PROVIDERS_EDIT, run.provider)
    held = SyncRun.objects.filter(pk=run.pk, state=RunState.HELD, version=run.provider.version)
    try:
        with transaction.atomic():
            is_held = held.update(state=RunState.APPLYING, confirmed_by=actor, leased_until=None)
    except IntegrityError:
        words = _("The directory is being read at this moment. Wait until that is finished.")
        raise Conflict(words, code="still_running") from None
    if not is_held:
        raise Conflict
    run.refresh_from_db()
    _tell(Tag.DIRECTORY_SYNC_CONFIRMED, run, actor, disabled=run.disabled, known=run.known)
    _set_off()


def _set_off() -> None:
    """Somebody waits for it: a worker begins at once. Where it cannot be told, the clock finds the run."""
    from ..tasks import work_off

    transaction.on_commit(work_off.delay, robust=True)


@transaction.atomic
def drop(*, run: SyncRun, actor: User) -> None:
    """What the brake has stopped is not carried out."""
    demand_permission(actor, Permission.IDENTITY_PROVIDERS_EDIT, run.provider)
    held = SyncRun.objects.filter(pk=run.pk, state=RunState.HELD)
    if not held.update(state=RunState.DROPPED, finished_at=timezone.now()):
        raise Conflict
    SyncChange.objects.filter(run=run).update(told=None)
    _tell(Tag.DIRECTORY_SYNC_DROPPED, run, actor, disabled=run.disabled, known=run.known)


def ask_due() -> None:
    """Every directory whose time has come is going to be read."""
    now = timezone.now()
    due = Directory.objects.filter(
        syncs=True, provider__state__in=OPEN, provider__organization__is_active=True
    ).select_related("provider__organization")
    for directory in due:
        if not _has_passed(directory.read_at, directory.every):
            continue
        if not is_on_for(directory.provider.organization):
            continue
        is_full = _has_passed(directory.fully_read_at, directory.full_every)
        try:
            request(provider=directory.provider, is_full=is_full, actor=None)
        except Refused:
            continue  # Somebody else was quicker.
        Directory.objects.filter(pk=directory.pk).update(read_at=now)


def forget_old() -> None:
    """Of long ago nothing is kept, and of a while ago only how many were concerned."""
    for provider in IdentityProvider.objects.everywhere(reason="a clean-up").filter(
        pk__in=SyncRun.objects.values("provider_id").distinct()
    ):
        newest = list(runs_of(provider).values_list("pk", flat=True)[:KEPT])
        mine = SyncRun.objects.filter(provider=provider)
        mine.exclude(pk__in=newest).delete()
        old = mine.filter(pk__in=newest[KEPT_IN_DETAIL:]).exclude(state=RunState.HELD)
        SyncChange.objects.filter(run__in=old).delete()


def _has_passed(moment: datetime | None, minutes: int) -> bool:
    return moment is None or timezone.now() - moment >= timedelta(minutes=minutes)


def _tell(tag: Tag, run: SyncRun, actor: User | None, **detail: Any) -> None:
    record(
        tag,
        actor=actor,
        target=run.provider,
        organization_id=run.provider.organization_id,
        run=str(run.pk),
        **detail,
    )
