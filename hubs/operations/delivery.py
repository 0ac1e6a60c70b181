"""A hub fetches its tasks and says what came of them."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from mago.audit.services import Outcome, record
from mago.audit.tags import Tag as Event
from mago.core.errors import Conflict, NotFound, Refused

from .models import LONGEST_LOG, LONGEST_RESULT, OPEN, Assignment, Stage, Task
from .scrubbing import kept_log
from .selectors import deliverable

AT_ONCE = 20
KEPT = timedelta(days=90)
# Tasks that are let go in one run; each may have gone to thousands of hubs.
BATCH = 20
# What a hub may say of a task that it has, and from which stage.
_FROM = {
    Stage.RUNNING: (Stage.DELIVERED, Stage.RUNNING),
    Stage.DONE: (Stage.DELIVERED, Stage.RUNNING),
    Stage.FAILED: (Stage.DELIVERED, Stage.RUNNING),
}
# How much may be sent to be cut: a log is scrubbed before it is shortened.
LONGEST_BODY = 4 * LONGEST_LOG


@transaction.atomic
def deliver(hub: Any) -> list[Assignment]:
    """The tasks that the hub (a `HubPrincipal`) is given now, oldest first. Each is given once, whoever else asks at that moment.

    A hub that lost the answer asks for what it has: `held_by`.
    """
    waiting = deliverable(hub).select_related("task").order_by("due_at", "id")
    now = timezone.now()
    # One statement for each: of two who ask, one gets it.
    return [
        one
        for one in waiting[:AT_ONCE]
        if Assignment.objects.filter(pk=one.pk, stage=Stage.WAITING).update(
            stage=Stage.DELIVERED, delivered_at=now
        )
    ]


def held_by(hub: Any) -> list[Assignment]:
    """What the hub was given and has not finished: it asks after a restart, so that nothing is lost."""
    given = Assignment.objects.filter(
        hub=hub.id, stage__in=(Stage.DELIVERED, Stage.RUNNING), expires_at__gt=timezone.now()
    )
    return list(given.select_related("task").order_by("due_at", "id")[:AT_ONCE])


@dataclass(frozen=True)
class Told:
    """What a hub says of a task."""

    stage: Stage
    result: str = ""
    log: str = ""


def read_told(sent: dict[str, Any]) -> Told:
    """Refused beside the member that is wrong."""
    state, result, log = sent.get("state"), sent.get("result", ""), sent.get("log", "")
    wrong = {}
    if not isinstance(state, str) or state not in {stage.value for stage in _FROM}:
        names = ", ".join(stage.value for stage in _FROM)
        wrong["state"] = [_("This must be one of: %(names)s.") % {"names": names}]
    if not isinstance(result, str) or len(result) > 4 * LONGEST_RESULT:
        wrong["result"] = [_("A short text is needed.")]
    if not isinstance(log, str):
        wrong["log"] = [_("A text is needed.")]
    if wrong:
        raise Refused(fields=wrong)
    return Told(
        Stage(str(state)), kept_log(result, LONGEST_RESULT).strip(), kept_log(log, LONGEST_LOG)
    )


@transaction.atomic
def note_progress(*, hub: Any, key: UUID, told: Told) -> None:
    """The task of the hub is so far. Saying the same again changes nothing: the answer was lost.

    NotFound for what is not the hub's; Conflict for what it was not given, or has ended otherwise.
    """
    rows = Assignment.objects.select_for_update(of=("self",), no_key=True).select_related("task")
    one = rows.filter(pk=key, hub=hub.id).first()
    if one is None:
        raise NotFound
    if one.stage == told.stage and told.stage != Stage.RUNNING:
        return
    if one.stage not in _FROM[told.stage]:
        raise Conflict(_("This task is not yours to go on with any more."), code="wrong_state")
    one.stage, one.result, one.log = told.stage, told.result, told.log or one.log
    if told.stage != Stage.RUNNING:
        one.finished_at = timezone.now()
        _record(hub, one)
    one.save(update_fields=["stage", "result", "log", "finished_at"])


def _record(hub: Any, one: Assignment) -> None:
    record(
        Event.HUB_TASK_FINISHED,
        actor=hub,
        target=hub,
        outcome=Outcome.SUCCESS if one.stage == Stage.DONE else Outcome.FAILURE,
        organization_id=hub.organization_id,
        kind=one.task.kind,
        task=str(one.task_id),
        result=one.result,
    )


def expire() -> None:
    """What was not finished in time is expired; tasks of months ago are gone."""
    now = timezone.now()
    late = Assignment.objects.filter(stage__in=OPEN, expires_at__lte=now)
    late.update(stage=Stage.EXPIRED, finished_at=now)
    tasks = Task.objects.everywhere(reason="the clock looks after all")
    old = tasks.filter(created_at__lt=now - KEPT).exclude(assignments__stage__in=OPEN)
    tasks.filter(pk__in=list(old.values_list("pk", flat=True)[:BATCH])).delete()
