"""Reads of groups, tags and tasks."""

from collections.abc import Iterable
from functools import cache
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, QuerySet
from django.utils import timezone

from accounts.access.permissions import Permission
from accounts.access.selectors.decisions import Actor, can
from accounts.organizations.models import Organization
from mago.core.errors import NotFound
from mago.core.sql import Statement

from ..models import Hub
from ..selectors import hubs_of
from .kinds import kinds_for
from .models import OPEN, Assignment, Group, Stage, Tag, Task


def tasks_wait(hub: Any) -> bool:
    """Whether there is something that the hub (a `HubPrincipal`) should ask for now."""
    kinds = kinds_for(hub.scopes)
    now = timezone.now()
    return bool(kinds) and _waiting_of(*kinds).run([hub.id, now, now]) is not None


@cache
def _waiting_of(*kinds: str) -> Statement:
    """Each heartbeat asks it: `deliverable` by hand, which Django takes five times as long to put into words."""
    listed = ", ".join(f"'{kind}'" for kind in kinds)
    return Statement(
        f"SELECT 1 FROM {Assignment._meta.db_table} a"  # noqa: S608 - our own names
        f" JOIN {Task._meta.db_table} t ON t.id = a.task_id"
        f" WHERE a.hub_id = %s AND a.stage = '{Stage.WAITING.value}' AND a.due_at <= %s"
        f" AND a.expires_at > %s AND t.kind IN ({listed}) LIMIT 1"
    )


def deliverable(hub: Any) -> QuerySet[Assignment]:
    """What waits for the hub, is due, has not expired, and is open to it in its state."""
    now = timezone.now()
    return Assignment.objects.filter(
        hub=hub.id,
        stage=Stage.WAITING,
        due_at__lte=now,
        expires_at__gt=now,
        task__kind__in=kinds_for(hub.scopes),
    )


def groups_of(organization: Organization) -> QuerySet[Group]:
    """The organization's groups by name, each with the number of its hubs."""
    groups: QuerySet[Group] = Group.objects.of(organization)
    return groups.annotate(size=Count("memberships")).order_by("name", "id")


def group_for(organization: Organization, key: UUID) -> Group:
    """One group of the organization, or NotFound."""
    group: Group | None = Group.objects.of(organization).filter(pk=key).first()
    if group is None:
        raise NotFound
    group.organization = organization
    return group


def tags_in(organization: Organization) -> list[str]:
    """The words that are in use there."""
    tags = Tag.objects.filter(hub__organization=organization).order_by("name")
    return list(tags.values_list("name", flat=True).distinct()[:500])


def tasks_of(organization: Organization) -> QuerySet[Task]:
    """The organization's tasks."""
    tasks: QuerySet[Task] = Task.objects.of(organization).select_related("created_by")
    return tasks


def where_stage(*stages: str) -> Exists:
    """Of tasks: those that are at one of these stages at some hub."""
    return Exists(Assignment.objects.filter(task=OuterRef("pk"), stage__in=stages))


def count_stages(tasks: Iterable[Task]) -> None:
    """Each task has `hubs`, how many have it, and of those `open`, `done` and `failed` ones. One read for all."""
    found: list[Any] = list(tasks)
    counts: dict[Any, dict[str, int]] = {task.pk: {} for task in found}
    kept = Assignment.objects.filter(task__in=list(counts)).values_list("task", "stage")
    for task_id, stage, number in kept.annotate(number=Count("pk")).order_by():
        counts[task_id][stage] = number
    for task in found:
        of = counts[task.pk]
        task.hubs = sum(of.values())
        task.open = sum(of.get(stage, 0) for stage in OPEN)
        task.done = of.get(Stage.DONE, 0)
        task.failed = of.get(Stage.FAILED, 0) + of.get(Stage.EXPIRED, 0)


def assignments_of(actor: Actor, task: Task) -> QuerySet[Assignment]:
    """What became of the task at the hubs that somebody may see."""
    found = Assignment.objects.filter(task=task).select_related("hub__site", "hub__room")
    if can(actor, Permission.HUBS_READ, task.organization):
        return found
    return found.filter(hub__in=hubs_of(actor, task.organization).order_by().values("pk"))


def assignment_for(actor: Actor, task: Task, key: UUID) -> Assignment:
    """One of them, or NotFound."""
    found = assignments_of(actor, task).filter(pk=key).first()
    if found is None:
        raise NotFound
    return found


def assignments_of_hub(hub: Hub) -> QuerySet[Assignment]:
    """What a hub was asked to do, the newest first, without its logs."""
    found = Assignment.objects.filter(hub=hub).select_related("task__created_by", "hub")
    return found.defer("log").order_by("-id")


def tasks_of_hub(hub: Hub, most: int) -> list[Assignment]:
    """The newest of them."""
    return list(assignments_of_hub(hub)[:most])
