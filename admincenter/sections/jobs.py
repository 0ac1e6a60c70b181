"""Background jobs of one's own: looked at before they start, followed while they run, taken back afterwards."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access.guards import actor, require
from accounts.access.permissions import Permission
from accounts.access.step_up import ask_again
from mago.core.errors import Refused
from mago.jobs import services
from mago.jobs.kinds import work_class, work_for
from mago.jobs.models import ENDED, Job, State
from mago.jobs.selectors import figures_of, job_for

from ..bulk.forms import ItemFilters, JobFilters
from ..exports.services import standing_of
from ..forms import ReasonForm
from ..pages import asked_by_itself, is_part, list_page
from ..selectors.jobs import find_items, find_jobs

# Whoever sees anything here may have asked for something.
anybody = require(Permission.ORGANIZATIONS_READ, within=True)


@anybody
@require_safe
def jobs(request: HttpRequest) -> HttpResponse:
    return list_page(
        request,
        "admincenter/jobs/list.html",
        title=_("Background jobs"),
        filters=JobFilters(request.GET),
        find=lambda **chosen: find_jobs(actor(request).pk, **chosen),
    )


@anybody
@require_safe
def job(request: HttpRequest, job_id: UUID) -> HttpResponse:
    return _page(request, job_for(actor(request).pk, job_id), ReasonForm())


@anybody
@require_safe
def progress(request: HttpRequest, job_id: UUID) -> HttpResponse:
    """How far it is, asked by its page each second; once it has ended, the page is to load itself anew."""
    asked_by_itself(request)
    found = job_for(actor(request).pk, job_id)
    response = render(request, "admincenter/jobs/progress.html", _standing(found))
    if not found.is_open:
        response["HX-Refresh"] = "true"
    return response


@anybody
@require_POST
def start(request: HttpRequest, job_id: UUID) -> HttpResponse:
    found = job_for(actor(request).pk, job_id)
    if asked := ask_again(request):
        return asked
    form = ReasonForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Nothing was done: give a reason."))
        return _page(request, found, form, status=400)
    reason = form.cleaned_data["reason"]
    return _act(
        request, found, lambda: services.start_job(found, actor=actor(request), reason=reason)
    )


@anybody
@require_POST
def cancel(request: HttpRequest, job_id: UUID) -> HttpResponse:
    found = job_for(actor(request).pk, job_id)
    return _act(request, found, lambda: services.cancel_job(found, actor=actor(request)))


@anybody
@require_POST
def undo(request: HttpRequest, job_id: UUID) -> HttpResponse:
    found = job_for(actor(request).pk, job_id)
    if asked := ask_again(request):
        return asked
    return _act(request, found, lambda: services.undo_job(found, actor=actor(request)))


def _act(request: HttpRequest, job: Job, action: Callable[[], Job | None]) -> HttpResponse:
    """The page of the job, or of the one that takes it back; it says why nothing was done."""
    other = None
    try:
        other = action()
    except Refused as refusal:
        messages.error(request, str(refusal.detail))
    return redirect("admincenter:job", (other or job).pk)


def _standing(job: Job) -> dict[str, Any]:
    figures = figures_of(job)
    undoable = job.state in ENDED and bool(work_class(job.kind).undone_by)
    return {
        "job": job,
        "figures": figures,
        "done": job.total - figures["waiting"],
        "may_undo": undoable and not hasattr(job, "undone_by") and figures["done"],
        "is_draft": job.state == State.DRAFT,
        "export": standing_of(job),
        "warning": work_class(job.kind).warning,
    }


def _page(request: HttpRequest, job: Job, form: ReasonForm, *, status: int = 200) -> HttpResponse:
    title = work_class(job.kind).title
    response = list_page(
        request,
        "admincenter/jobs/job.html",
        title=title,
        filters=ItemFilters(request.GET),
        find=lambda **chosen: find_items(job, **chosen),
        form=form,
        crumb=title,
        back="" if is_part(request) else work_for(job).way_back(),
        **_standing(job),
    )
    if status != 200:
        response.status_code = status
    return response
