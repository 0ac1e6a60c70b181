"""What hubs were asked to do, what came of it, and asking them."""

from datetime import datetime, timedelta
from typing import Any, ClassVar

from django.utils.translation import gettext as _
from rest_framework import serializers

from accounts.access.permissions import Permission
from accounts.api.bodies import Body, PageQuery
from accounts.api.resources import OrganizationResource, acted, created, listed, read
from accounts.api.serializers import StringField, TextField
from hubs.life.selectors import AWAITED
from hubs.models import Hub
from hubs.operations.kinds import Kind
from hubs.operations.models import Stage, Task
from hubs.operations.orders import MOST_HUBS, MOST_LOG_LINES, cancel_task, order_task
from hubs.operations.selectors import (
    assignment_for,
    assignments_of,
    assignments_of_hub,
    count_stages,
)
from mago.core.keyset import Listing

from ..selectors.hubs import find_tasks, hubs_that_match, task_seen_by
from .hub_groups import chosen_hubs
from .hubs import HubFilters, OfOneHub
from .shapes import PersonRefSerializer

LOCAL_TIME = "%Y-%m-%dT%H:%M"


class TaskSerializer(serializers.Serializer[Any]):
    changing = ("hubs", "open", "done", "failed", "cancelled_at")

    id = serializers.UUIDField()
    kind = serializers.ChoiceField(choices=Kind.values)
    parameters = serializers.DictField()
    addressed_to = serializers.CharField(help_text="Which hubs, in words.")
    local_time = serializers.CharField(help_text="By the clock of each site; empty: at once.")
    expires_after_hours = serializers.SerializerMethodField()
    hubs = serializers.IntegerField(help_text="How many it went to; and of those")
    open = serializers.IntegerField()
    done = serializers.IntegerField()
    failed = serializers.IntegerField()
    created_at = serializers.DateTimeField()
    created_by = PersonRefSerializer(allow_null=True)
    cancelled_at = serializers.DateTimeField(allow_null=True)

    def get_expires_after_hours(self, task: Task) -> float:
        hours: float = task.expires_after / timedelta(hours=1)
        return hours


class HubRefSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()
    serial = serializers.CharField()


class AssignmentSerializer(serializers.Serializer[Any]):
    """A task as one hub has it."""

    id = serializers.UUIDField()
    task = serializers.UUIDField(source="task_id")
    hub = HubRefSerializer()
    stage = serializers.ChoiceField(choices=Stage.values)
    due_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()
    delivered_at = serializers.DateTimeField(allow_null=True)
    finished_at = serializers.DateTimeField(allow_null=True)
    result = serializers.CharField()


class WholeAssignmentSerializer(AssignmentSerializer):
    log = serializers.CharField(help_text="What the hub sent of its log.")


class CancelledSerializer(serializers.Serializer[Any]):
    hubs = serializers.IntegerField(help_text="How many it was kept from.")


class TaskQuery(PageQuery):
    kind = serializers.ChoiceField(choices=Kind.values, required=False)
    state = serializers.ChoiceField(choices=["open", "failed", "done"], required=False)


class TaskBody(Body):
    """To the hubs that are named, or to all that the filters find."""

    example: ClassVar = {"kind": "restart", "hubs": ["01a20316-43cb-7bea-bb8c-1c7bbd9fe824"]}

    kind = serializers.ChoiceField(choices=Kind.values)
    hubs = serializers.ListField(
        child=serializers.UUIDField(), required=False, min_length=1, max_length=MOST_HUBS
    )
    filters = HubFilters(required=False)
    version = TextField(max_length=64, required=False, help_text="For an update.")
    lines = serializers.IntegerField(
        required=False, min_value=1, max_value=MOST_LOG_LINES, help_text="For a log."
    )
    local_time = StringField(
        required=False,
        max_length=16,
        help_text="2026-11-22T03:00, by the clock on the wall of each site; else at once.",
    )
    expires_after_hours = serializers.IntegerField(
        required=False, default=24, min_value=1, max_value=720
    )

    def validate_local_time(self, text: str) -> datetime:
        try:
            return datetime.strptime(text, LOCAL_TIME)  # noqa: DTZ007 - each site has its own
        except ValueError:
            raise serializers.ValidationError(_("Write 2026-11-22T03:00.")) from None

    def validate(self, data: dict[str, Any]) -> dict[str, Any]:
        if ("hubs" in data) == ("filters" in data):
            words = _("Name hubs, or give filters that find them.")
            raise serializers.ValidationError({"hubs": [words]})
        return data


class _Tasks(OrganizationResource):
    within = True

    def prepare(self, rows: list[Any]) -> None:
        count_stages(rows)


class Tasks(_Tasks):
    access = Permission.HUBS_READ
    changes = {"POST": Permission.HUBS_READ}

    @listed(TaskSerializer, query=TaskQuery, summary="What hubs were asked to do, newest first")
    def get(self, **chosen: Any) -> Listing:
        return find_tasks(self.actor, self.organization, **chosen)

    @created(
        TaskBody,
        TaskSerializer,
        at=("api-hub-task", "task_id"),
        summary="Ask hubs to do something",
        description="Each kind takes a permission of its own, at each hub: all of them are asked, or none. Retired, "
        "suspended and expected hubs are passed over.",
    )
    def post(self, kind: str, expires_after_hours: int, **data: Any) -> Task:
        hubs, addressed_to = self._addressed(data)
        return order_task(
            organization=self.organization,
            kind=Kind(kind),
            hubs=hubs,
            addressed_to=addressed_to,
            actor=self.actor,
            parameters={name: data[name] for name in ("version", "lines") if name in data},
            local_time=data.get("local_time"),
            expires_after=timedelta(hours=expires_after_hours),
        )

    def _addressed(self, data: dict[str, Any]) -> tuple[list[Hub], str]:
        if "hubs" in data:
            hubs = chosen_hubs(self, "hubs", data["hubs"])
            return hubs, ", ".join(str(hub) for hub in hubs[:5]) + (" …" if hubs[5:] else "")
        filters = data["filters"]
        found = hubs_that_match(self.actor, self.organization, **filters).filter(state__in=AWAITED)
        # One more than a task goes to tells that there are too many.
        words = ", ".join(f"{name}: {value}" for name, value in filters.items())
        return list(found[: MOST_HUBS + 1]), words or _("all hubs")


class OneTask(_Tasks):
    access = Permission.HUBS_READ

    def row(self) -> Task:
        return task_seen_by(self.actor, self.organization, self.kwargs["task_id"])

    get = read(TaskSerializer, summary="One task, and how far it is")


class CancelTask(OrganizationResource):
    access = Permission.HUBS_READ
    changes = {"POST": Permission.HUBS_READ}
    within = True

    @acted(
        None,
        CancelledSerializer,
        summary="Cancel a task",
        description="Takes what ordering it takes. Whoever has fetched it already goes on.",
    )
    def post(self) -> dict[str, int]:
        task = task_seen_by(self.actor, self.organization, self.kwargs["task_id"])
        return {"hubs": cancel_task(task=task, actor=self.actor)}


class Assignments(OrganizationResource):
    access = Permission.HUBS_READ
    within = True

    @listed(AssignmentSerializer, summary="What became of a task at each hub that you may see")
    def get(self) -> Listing:
        task = task_seen_by(self.actor, self.organization, self.kwargs["task_id"])
        return Listing((assignments_of(self.actor, task).defer("log"),), key=("id",))


class OneAssignment(OrganizationResource):
    access = Permission.HUBS_READ
    within = True

    def row(self) -> Any:
        task = task_seen_by(self.actor, self.organization, self.kwargs["task_id"])
        return assignment_for(self.actor, task, self.kwargs["assignment_id"])

    get = read(WholeAssignmentSerializer, summary="What became of a task at one hub, with its log")


class TasksOfHub(OfOneHub):
    access = Permission.HUBS_READ

    @listed(AssignmentSerializer, summary="What one hub was asked to do, newest first")
    def get(self) -> Listing:
        return Listing((assignments_of_hub(self.row()),), key=("id",))
