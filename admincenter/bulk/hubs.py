"""Hubs are quarantined, suspended, let in again, retired; rooms, groups, codes and tasks are given up: many at once."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.access.permissions import Permission
from accounts.models import User
from hubs import services
from hubs.models import EnrolmentCode, Hub, Room, State
from hubs.operations.grouping import remove_group
from hubs.operations.kinds import PERMISSIONS
from hubs.operations.models import Assignment, Group, Stage, Task
from hubs.operations.orders import cancel_task
from hubs.operations.selectors import groups_of
from hubs.selectors import codes_of, hubs_anywhere, hubs_of, rooms_of
from hubs.services.locking import locked
from mago.core.errors import Conflict
from mago.jobs.models import Item

from ..keyset import Listing
from ..navigation import Permissions
from ..pages import Filters
from ..sections.hubs.forms.filters import (
    AnyHubFilters,
    CodeFilters,
    GroupFilters,
    HubFilters,
    RoomFilters,
    TaskFilters,
)
from ..selectors.hubs import (
    find_codes,
    find_groups,
    find_hubs,
    find_hubs_anywhere,
    find_rooms,
    find_tasks,
    tasks_seen_by,
)
from .rows import Rows, RowsWork

_CHANGES = {
    State.ACTIVE: services.reactivate_hub,
    State.QUARANTINED: services.quarantine_hub,
    State.SUSPENDED: services.suspend_hub,
}


class _AnyHubs(Rows):
    reads = Permission.HUBS_READ
    within = True

    def all(self) -> QuerySet[Hub]:
        seen = hubs_of(self.viewer, self.organization) if self.organization else hubs_anywhere(self.viewer)  # fmt: skip
        return seen.prefetch_related("tags")


class Hubs(_AnyHubs):
    # The boxes of its list are for tasks and groups as well.
    page, ticked = "fleet", "hub"

    def form(self, sent: Mapping[str, str]) -> Filters:
        return HubFilters(sent, viewer=self.viewer, organization=self.whose)

    def find(self, **chosen: Any) -> Listing:
        return find_hubs(self.viewer, self.whose, **chosen, whole=True)


class AllHubs(_AnyHubs):
    """Of every organization whose hubs the viewer may see."""

    page = "all_hubs"
    form_class = AnyHubFilters

    def find(self, **chosen: Any) -> Listing:
        found = find_hubs_anywhere(self.viewer, **chosen, whole=True)
        # A condition may ask for a hub's tags.
        return replace(found, queries=tuple(q.prefetch_related("tags") for q in found.queries))

    def address(self) -> str:
        if self.organization:
            return reverse("admincenter:fleet", args=[self.organization.slug])
        return super().address()

    def label(self, row: Hub) -> str:
        return f"{row} · {row.organization}"

    def all(self) -> QuerySet[Hub]:
        return super().all().select_related("organization")


class _HubWork(RowsWork):
    rows, permission = AllHubs, Permission.HUBS_EDIT


class _ToState(_HubWork):
    """The item keeps the state of before, so that taking it back leads there."""

    state: ClassVar[State]
    undone_by = "hubs.as_before"

    @classmethod
    def spared(cls, row: Hub, actor: User) -> str | Promise:
        if row.state == cls.state:
            return _("This is so already.")
        return "" if row.state in _CHANGES else _not_enrolled()

    def act(self, row: Hub, item: Item) -> None:
        now = locked(row)
        if why := self.spared(now, self.actor):
            raise Conflict(str(why), code="unchanged")
        before, because = now.state, now.state_reason
        changed = _CHANGES[self.state](hub=now, reason=self.reason, actor=self.actor)
        self.keep(item, before=before, because=because, since=_since(changed))


class Reactivate(_ToState):
    kind, state = "hubs.reactivate", State.ACTIVE
    title = gettext_lazy("Let hubs in again")


class Quarantine(_ToState):
    kind, state = "hubs.quarantine", State.QUARANTINED
    title = gettext_lazy("Quarantine hubs")


class Suspend(_ToState):
    kind, state = "hubs.suspend", State.SUSPENDED
    title = gettext_lazy("Suspend hubs")


class AsBefore(_HubWork):
    """`subject` has what the work that is taken back found there, `before` and `because` of what, and `since` when it
    was otherwise."""

    kind = "hubs.as_before"
    title = gettext_lazy("Set hubs back to what they were")

    def act(self, row: Hub, item: Item) -> None:
        kept, now = item.subject, locked(row)
        if _since(now) != kept["since"]:
            raise Conflict(_("Somebody has changed this since."), code="changed_since")
        reason = self.reason if kept["before"] == State.ACTIVE else kept["because"]
        _CHANGES[State(kept["before"])](hub=now, reason=reason, actor=self.actor)


class AskForRotation(_HubWork):
    kind, permission = "hubs.rotate", Permission.HUBS_ROTATE
    title = gettext_lazy("Ask hubs for new credentials")

    @classmethod
    def spared(cls, row: Hub, actor: User) -> str | Promise:
        return "" if row.state in _CHANGES else _not_enrolled()

    def act(self, row: Hub, item: Item) -> None:
        services.ask_for_rotation(hub=row, actor=self.actor)


class Retire(_HubWork):
    kind, permission = "hubs.retire", Permission.HUBS_RETIRE
    title = gettext_lazy("Retire hubs for good")
    warning = gettext_lazy("They are refused for good. This cannot be undone.")

    @classmethod
    def spared(cls, row: Hub, actor: User) -> str | Promise:
        return _("This is so already.") if row.state == State.RETIRED else ""

    def act(self, row: Hub, item: Item) -> None:
        services.retire_hub(hub=row, reason=self.reason, actor=self.actor)


class Rooms(Rows):
    page, reads = "rooms", Permission.HUBS_READ
    within = True

    def form(self, sent: Mapping[str, str]) -> Filters:
        return RoomFilters(sent, viewer=self.viewer, organization=self.whose)

    def find(self, **chosen: Any) -> Listing:
        return find_rooms(self.viewer, self.whose, **chosen)

    def all(self) -> QuerySet[Room]:
        return rooms_of(self.viewer, self.whose)

    def label(self, row: Room) -> str:
        return f"{row.site} · {row.name}"


class RemoveRooms(RowsWork):
    kind, rows, permission = "rooms.remove", Rooms, Permission.SITES_EDIT
    title = gettext_lazy("Remove rooms")
    warning = gettext_lazy(
        "Their enrolment codes go with them. Their hubs stay at the site, in no room. This cannot be undone."
    )

    def act(self, row: Room, item: Item) -> None:
        services.remove_room(room=row, actor=self.actor)


class Groups(Rows):
    page, reads = "hub_groups", Permission.HUBS_READ
    within = True
    form_class = GroupFilters

    def find(self, **chosen: Any) -> Listing:
        return find_groups(self.whose, **chosen)

    def all(self) -> QuerySet[Group]:
        return groups_of(self.whose)


class RemoveGroups(RowsWork):
    kind, rows, permission = "hub_groups.remove", Groups, Permission.HUBS_EDIT
    title = gettext_lazy("Remove groups of hubs")
    warning = gettext_lazy("Their hubs stay. This cannot be undone.")

    def act(self, row: Group, item: Item) -> None:
        remove_group(group=row, actor=self.actor)


class Codes(Rows):
    page, reads = "hub_codes", Permission.HUB_CODES_READ
    within = True

    def form(self, sent: Mapping[str, str]) -> Filters:
        return CodeFilters(sent, viewer=self.viewer, organization=self.whose)

    def find(self, **chosen: Any) -> Listing:
        return find_codes(self.viewer, self.whose, **chosen)

    def all(self) -> QuerySet[EnrolmentCode]:
        return codes_of(self.viewer, self.whose)

    def label(self, row: EnrolmentCode) -> str:
        where = " · ".join(str(part) for part in (row.site, row.room, row.hub) if part)
        return f"{where} · {row.created_at:%Y-%m-%d %H:%M}"


class RevokeCodes(RowsWork):
    kind, rows, permission = "hub_codes.revoke", Codes, Permission.HUBS_ENROL
    title = gettext_lazy("Revoke enrolment codes")

    def act(self, row: EnrolmentCode, item: Item) -> None:
        services.revoke_enrolment_code(code=row, actor=self.actor)


class Tasks(Rows):
    page, reads = "hub_tasks", Permission.HUBS_READ
    within = True
    form_class = TaskFilters

    def find(self, **chosen: Any) -> Listing:
        return find_tasks(self.viewer, self.whose, **chosen)

    def all(self) -> QuerySet[Task]:
        return tasks_seen_by(self.viewer, self.whose)

    def prepare(self, rows: list[Any]) -> None:
        waiting = Assignment.objects.filter(task__in=rows, stage=Stage.WAITING).order_by()
        awaited = set(waiting.values_list("task", flat=True).distinct())
        for row in rows:
            row.is_over = row.pk not in awaited

    def label(self, row: Task) -> str:
        return f"{row} · {row.created_at:%Y-%m-%d %H:%M}"


class CancelTasks(RowsWork):
    """By what kind of task it is, and hub by hub, is decided who may."""

    kind, rows, permission = "hub_tasks.cancel", Tasks, Permission.HUBS_OPERATE
    title = gettext_lazy("Cancel tasks of hubs")

    @classmethod
    def demand(cls, actor: User, row: Task, place: Any) -> None:
        """That is for `cancel_task` to do, which knows the hubs."""

    @classmethod
    def is_offered(cls, held: Permissions) -> bool:
        return any(permission in held for permission in PERMISSIONS.values())

    @classmethod
    def spared(cls, row: Task, actor: User) -> str | Promise:
        return _nobody_waits() if getattr(row, "is_over", False) else ""

    def act(self, row: Task, item: Item) -> None:
        if not cancel_task(task=row, actor=self.actor):
            raise Conflict(_nobody_waits(), code="unchanged")


def _nobody_waits() -> str:
    return _("No hub waits for this task any more.")


def _since(hub: Hub) -> str:
    """Since when it is what it is: another moment where anybody has changed it meanwhile, and be it back."""
    return hub.state_since.isoformat() if hub.state_since else ""


def _not_enrolled() -> str:
    return _("This hub is not enrolled.")


Hubs.kinds = AllHubs.kinds = (AskForRotation, Reactivate, Quarantine, Suspend, Retire)
Rooms.kinds = (RemoveRooms,)
Groups.kinds = (RemoveGroups,)
Codes.kinds = (RevokeCodes,)
Tasks.kinds = (CancelTasks,)
