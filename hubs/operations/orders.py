"""People ask hubs to do something, and take it back."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import prefetch_related_objects
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access.services import demand_permission
from accounts.models import User
from accounts.organizations.models import Organization
from mago.audit.services import record
from mago.audit.tags import Tag as Event
from mago.core.errors import Refused

from ..devices import wrong_text
from ..models import Hub, State
from .clock import moment_at
from .kinds import PERMISSIONS, Kind
from .models import Assignment, Stage, Task

MOST_HUBS = 5000
SHORTEST, LONGEST = timedelta(minutes=5), timedelta(days=30)
FARTHEST = timedelta(days=365)
MOST_LOG_LINES = 1000
_REACHABLE = (State.ACTIVE, State.QUARANTINED)


@transaction.atomic
def order_task(
    *,
    organization: Organization,
    kind: Kind,
    hubs: Sequence[Hub],
    addressed_to: str,
    actor: User,
    parameters: dict[str, Any] | None = None,
    local_time: datetime | None = None,
    expires_after: timedelta = timedelta(days=1),
) -> Task:
    """Each of the hubs (with their sites) has the task: now, or when its site's clock shows `local_time`.

    All of them, or none: Forbidden where `actor` may not ask one of them, Refused where there is none that
    can be reached, the time is past at a site, or a parameter is missing. Retired, suspended and expected
    hubs are passed over.
    """
    kept = _read_parameters(kind, parameters or {})
    reached = [hub for hub in hubs if hub.state in _REACHABLE]
    if not reached:
        message = _("None of these hubs can be reached: they are expected, suspended or retired.")
        raise Refused(message, code="no_hubs", fields={"hubs": [message]})
    if len(reached) > MOST_HUBS:
        message = _("A task goes to at most %(most)s hubs.") % {"most": MOST_HUBS}
        raise Refused(message, code="too_many_hubs", fields={"hubs": [message]})
    if not SHORTEST <= expires_after <= LONGEST:
        message = _("A task expires after 5 minutes at the earliest and 30 days at the latest.")
        raise Refused(message, fields={"expires_after": [message]})
    # Conditions of roles may ask for them: one query, and not one a hub.
    prefetch_related_objects(reached, "tags")
    for hub in reached:
        if hub.organization_id != organization.pk:
            raise Refused(_("This belongs to another organization."), code="wrong_place")
        demand_permission(actor, PERMISSIONS[kind], hub)
    due = _moments(reached, local_time)
    task = Task.objects.create(
        organization=organization,
        kind=kind,
        parameters=kept,
        addressed_to=addressed_to[:200],
        local_time=f"{local_time:%Y-%m-%d %H:%M}" if local_time else "",
        expires_after=expires_after,
        # A service account has no row among people; the trail names it.
        created_by=actor if isinstance(actor, User) else None,
    )
    Assignment.objects.bulk_create(
        (
            Assignment(
                task=task, hub=hub, due_at=due[hub.pk], expires_at=due[hub.pk] + expires_after
            )
            for hub in reached
        ),
        batch_size=500,
    )
    record(
        Event.HUB_TASK_ORDERED,
        actor=actor,
        target=task,
        organization_id=organization.pk,
        kind=kind.value,
        parameters=kept,
        addressed_to=addressed_to,
        hubs=len(reached),
        local_time=task.local_time,
    )
    return task


def _read_parameters(kind: Kind, sent: dict[str, Any]) -> dict[str, Any]:
    if kind == Kind.UPDATE:
        version = sent.get("version", "")
        if why := wrong_text(version, 64):
            raise Refused(why, fields={"version": [why]})
        return {"version": version}
    if kind == Kind.COLLECT_LOGS:
        lines = sent.get("lines") or 200
        if type(lines) is not int or not 1 <= lines <= MOST_LOG_LINES:
            message = _("Between 1 and %(most)s lines can be asked for.") % {"most": MOST_LOG_LINES}
            raise Refused(message, fields={"lines": [message]})
        return {"lines": lines}
    return {}


def _moments(hubs: Sequence[Hub], local_time: datetime | None) -> dict[Any, datetime]:
    now = timezone.now()
    if local_time is None:
        return {hub.pk: now for hub in hubs}
    by_zone = {zone: moment_at(local_time, zone) for zone in {hub.site.time_zone for hub in hubs}}
    for hub in hubs:
        moment = by_zone[hub.site.time_zone]
        if moment <= now:
            message = _("At %(site)s this moment is past.") % {"site": hub.site}
            raise Refused(message, code="past", fields={"local_time": [message]})
        if moment > now + FARTHEST:
            message = _("This is more than a year ahead.")
            raise Refused(message, fields={"local_time": [message]})
    return {hub.pk: by_zone[hub.site.time_zone] for hub in hubs}


@transaction.atomic
def cancel_task(*, task: Task, actor: User) -> int:
    """No further hub is told of the task; how many it was kept from. Whoever has it already goes on."""
    waiting = Assignment.objects.filter(task=task, stage=Stage.WAITING)
    permission = PERMISSIONS[task.kind]
    held = list(waiting.select_related("hub__site"))
    for one in held:
        demand_permission(actor, permission, one.hub)
    if not held:
        demand_permission(actor, permission, task.organization)
        return 0
    now = timezone.now()
    stopped: int = waiting.filter(pk__in=[one.pk for one in held]).update(
        stage=Stage.CANCELLED, finished_at=now
    )
    Task.objects.of(task.organization_id).filter(pk=task.pk, cancelled_at=None).update(
        cancelled_at=now
    )
    record(
        Event.HUB_TASK_CANCELLED,
        actor=actor,
        target=task,
        organization_id=task.organization_id,
        kind=task.kind,
        hubs=stopped,
    )
    return stopped
