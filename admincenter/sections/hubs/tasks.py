"""What hubs were asked to do, what came of it, and asking them."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access.guards import actor, require
from accounts.access.permissions import Permission
from accounts.organizations.models import Organization
from hubs.life.selectors import AWAITED
from hubs.models import Hub
from hubs.operations.kinds import PERMISSIONS
from hubs.operations.models import Stage, Task
from hubs.operations.orders import MOST_HUBS, cancel_task, order_task
from hubs.operations.selectors import assignment_for, assignments_of, count_stages
from mago.core.errors import Refused
from mago.core.form_pages import get_or_post, posted

from ...bulk import hubs as bulk
from ...bulk.ways import way_to_choose
from ...exports import lists
from ...exports.ways import way_to_export
from ...keyset import Listing
from ...navigation import Permissions
from ...once import nothing_made, once
from ...pages import Filters, list_page, submit
from ...selectors.hubs import find_tasks, hubs_that_match
from .common import act, around, organization, section
from .common import task as the_task
from .fleet import chosen_hubs
from .forms.filters import HubFilters, TaskFilters
from .forms.tasks import TaskForm

TAB = "hub_tasks"
NAMED = 5


@require(Permission.HUBS_READ, of=organization, within=True)
@require_safe
def tasks(request: HttpRequest, whose: Organization) -> HttpResponse:
    return list_page(
        request,
        "admincenter/hubs/tasks.html",
        title=_("Tasks"),
        filters=TaskFilters(request.GET),
        find=lambda **chosen: find_tasks(actor(request), whose, **chosen),
        **way_to_choose(request, bulk.Tasks, whose),
        **way_to_export(request, lists.HubTasks, whose),
        **around(request, whose, TAB),
    )


@require(Permission.HUBS_READ, of=the_task, within=True)
@require_safe
def task(request: HttpRequest, task: Task) -> HttpResponse:
    found = assignments_of(actor(request), task).defer("log")
    count_stages([task])
    may_cancel = PERMISSIONS[task.kind] in Permissions(
        actor(request), task.organization, within=True
    )
    return list_page(
        request,
        "admincenter/hubs/task.html",
        title=str(task),
        filters=Filters(request.GET),
        find=lambda: Listing((found,), key=("id",)),
        task=task,
        may_cancel=may_cancel
        and not task.cancelled_at
        and found.filter(stage=Stage.WAITING).exists(),
        **around(request, task.organization, TAB),
    )


@require(Permission.HUBS_READ, of=the_task, within=True)
@require_safe
def assignment(request: HttpRequest, task: Task, assignment_id: UUID) -> HttpResponse:
    """What came of a task at one hub, with its log."""
    one = assignment_for(actor(request), task, assignment_id)
    context = {"task": task, "one": one}
    return section(request, task.organization, "assignment", context, tab=TAB)


@require(Permission.HUBS_READ, of=organization, within=True)
@get_or_post
@once
def create(request: HttpRequest, whose: Organization) -> HttpResponse:
    """A task for the hubs that the address names: those ticked in the list (`hub`; `chosen` says that none but these
    are meant, also where none was ticked), or all that its filters find. The list sends its ticks, and is led to
    the address that names them: its form also has what no address may hold.
    """
    viewer = actor(request)
    if "chosen" in request.POST:
        # Nothing is made yet: whoever goes back, and sends the same ticks again, is led there again.
        nothing_made(request)
        named = urlencode({"chosen": "on", "hub": request.POST.getlist("hub")}, doseq=True)
        return redirect(f"{request.path}?{named}")
    form = TaskForm(
        posted(request), viewer=viewer, organization=whose, kind=request.GET.get("kind", "")
    )
    try:
        hubs, addressed_to = _addressed(request, whose)
    except Refused as refusal:
        nothing_made(request)
        messages.error(request, str(refusal.detail))
        return redirect("admincenter:fleet", whose.slug)
    made, status = submit(
        form,
        lambda **data: order_task(
            organization=whose, hubs=hubs, addressed_to=addressed_to, actor=viewer, **data
        ),
    )
    if made:
        return redirect("admincenter:hub_task", whose.slug, made.pk)
    context = {
        "form": form,
        "number": len(hubs),
        "too_many": len(hubs) > MOST_HUBS,
        "most": MOST_HUBS,
        "named": hubs[:NAMED],
        "others": max(0, len(hubs) - NAMED),
        "addressed_to": addressed_to,
        "back": reverse("admincenter:fleet", args=[whose.slug]),
    }
    return section(request, whose, "new_task", context, tab=TAB, status=status)


def _addressed(request: HttpRequest, whose: Organization) -> tuple[list[Hub], str]:
    names = request.GET.getlist("hub")
    if names or "chosen" in request.GET:
        hubs = [hub for hub in chosen_hubs(request, whose, names) if hub.state in AWAITED]
        shown = ", ".join(str(hub) for hub in hubs[:NAMED])
        return hubs, shown if len(hubs) <= NAMED else f"{shown} … ({len(hubs)})"
    viewer = actor(request)
    filters = HubFilters(request.GET, viewer=viewer, organization=whose)
    if not filters.is_valid():
        return [], ""
    found: Any = hubs_that_match(viewer, whose, **filters.chosen).filter(state__in=AWAITED)
    # One more than a task goes to tells that there are too many.
    return list(found[: MOST_HUBS + 1]), filters.words


@require(Permission.HUBS_READ, of=the_task, within=True)
@require_POST
def cancel(request: HttpRequest, task: Task) -> HttpResponse:
    """Who may cancel is decided by the kind of the task, hub by hub."""
    return act(
        request,
        lambda: cancel_task(task=task, actor=actor(request)),
        _("Whoever has not fetched the task yet will not be told of it."),
        to=reverse("admincenter:hub_task", args=[task.organization.slug, task.pk]),
    )
