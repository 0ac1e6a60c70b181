"""What the pages of a fleet share: whose it is, their tabs, what a path speaks of, and what an action answers."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.access.guards import actor
from accounts.access.permissions import Permission
from hubs.models import EnrolmentCode, Hub, Room
from hubs.operations.models import Group, Task
from hubs.operations.selectors import group_for
from hubs.selectors import hub_for

from ...frames import Frame
from ...pages import act
from ...selectors import hubs as selectors
from ...tabs import Tab
from ..organizations.common import organization

__all__ = [
    "act", "around", "code", "form_page", "group", "hub", "organization", "room",
    "section", "task",
]  # fmt: skip

FRAME = Frame(
    "organization",
    "hubs",
    (
        Tab(_("Hubs"), "fleet", Permission.HUBS_READ),
        Tab(_("Tasks"), "hub_tasks", Permission.HUBS_READ),
        Tab(_("Groups"), "hub_groups", Permission.HUBS_READ),
        Tab(_("Rooms"), "rooms", Permission.HUBS_READ),
        Tab(_("Enrolment"), "hub_codes", Permission.HUB_CODES_READ),
    ),
    within=True,
)
around, section, form_page = FRAME.around, FRAME.section, FRAME.form_page


def hub(request: HttpRequest, slug: str, hub_id: UUID) -> Hub:
    return _of(request, slug, hub_for, hub_id)


def room(request: HttpRequest, slug: str, room_id: UUID) -> Room:
    return _of(request, slug, selectors.room_for, room_id)


def code(request: HttpRequest, slug: str, code_id: UUID) -> EnrolmentCode:
    return _of(request, slug, selectors.code_for, code_id)


def task(request: HttpRequest, slug: str, task_id: UUID) -> Task:
    return _of(request, slug, selectors.task_seen_by, task_id)


def group(request: HttpRequest, slug: str, group_id: UUID) -> Group:
    return group_for(organization(request, slug), group_id)


def _of(request: HttpRequest, slug: str, find: Callable[..., Any], key: UUID) -> Any:
    whose = organization(request, slug)
    row = find(actor(request), whose, key)
    row.organization = whose  # Known already: no further query.
    return row
