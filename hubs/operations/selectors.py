"""Reads of groups, tags and tasks."""

from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from accounts.access.permissions import Permission
from accounts.access.selectors import Actor, can
from accounts.organizations.models import Organization
from mago.core.errors import NotFound

from ..models import Hub
from ..selectors import hubs_of
from .kinds import kinds_for
from .models import OPEN, Assignment, Group, Stage, Tag, Task


def tasks_wait(hub: Any) -> bool:
    """Whether there is something that the hub (a `HubPrincipal`) should ask for now."""
    return deliverable(hub).exists()


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
    """The organization's tasks, each with how many hubs have it, and how many of those are where."""
    tasks: QuerySet[Task] = Task.objects.of(organization).select_related("created_by")
    return tasks.annotate(
        hubs=Count("assignments"),
        open=Count("assignments", Q(assignments__stage__in=OPEN)),
        done=Count("assignments", Q(assignments__stage=Stage.DONE)),
        failed=Count("assignments", Q(assignments__stage__in=(Stage.FAILED, Stage.EXPIRED))),
    )


def task_for(organization: Organization, key: UUID) -> Task:
    """One task of the organization, or NotFound."""
    task = tasks_of(organization).filter(pk=key).first()
    if task is None:
        raise NotFound
    task.organization = organization
    return task


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


def tasks_of_hub(hub: Hub, most: int) -> list[Assignment]:
    """The newest tasks of a hub."""
    found = Assignment.objects.filter(hub=hub).select_related("task__created_by")
    return list(found.defer("log").order_by("-id")[:most])
