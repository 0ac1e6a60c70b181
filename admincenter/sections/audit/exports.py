"""Exports of the trail, or of an organization's part of it: asked for, watched, downloaded, deleted.

Each person sees their own. The pages of an organization call the same functions for its part.
"""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access.guards import actor, require
from accounts.access.permissions import Permission
from accounts.organizations.models import Organization
from mago.audit.exporting import Format
from mago.audit.jobs.selectors import expires_at, export_for, exports_of
from mago.audit.jobs.services import delete_job, request_export
from mago.audit.models import AuditJob
from mago.core.form_pages import get_or_post

from ...exports.downloads import file_of_trail
from ...pages import Filters, asked_by_itself, is_part, page, submit
from .common import around
from .forms import ExportForm

MOST_SHOWN = 10


@require(Permission.AUDIT_EXPORT)
@get_or_post
def exports(request: HttpRequest) -> HttpResponse:
    return exports_page(request, None, ExportForm, around(request, "exports"))


@require(Permission.AUDIT_EXPORT)
@require_POST
def download(request: HttpRequest, export_id: UUID) -> HttpResponseBase:
    return download_export(request, None, export_id)


@require(Permission.AUDIT_EXPORT)
@require_POST
def delete(request: HttpRequest, export_id: UUID) -> HttpResponse:
    return delete_export(request, None, export_id, "admincenter:exports")


def exports_page(
    request: HttpRequest,
    whose: Organization | None,
    form_class: type[Filters],
    context: dict[str, Any],
) -> HttpResponse:
    """The exports that somebody asked for, and a form for another; its filters may come with the address."""
    is_asked = request.method == "POST"
    form = form_class(request.POST if is_asked else None)
    if not is_asked:
        form.initial = {"format": Format.JSONL.value, **request.GET.dict()}
    job, status = submit(form, lambda **data: _ask(request, whose, **data))
    if job:
        messages.success(
            request, _("The export is being written. It appears here once it is done.")
        )
        return redirect(request.path)
    if is_part(request):
        asked_by_itself(request)
    found = exports_of(actor(request).pk, _key(whose))[:MOST_SHOWN]
    jobs = [(one, expires_at(one)) for one in found]
    context |= {"form": form, "jobs": jobs, "is_waiting": any(one.is_open for one, _end in jobs)}
    return page(request, "admincenter/audit/exports.html", context, status=status)


def download_export(
    request: HttpRequest, whose: Organization | None, key: UUID
) -> HttpResponseBase:
    job = export_for(actor(request).pk, _key(whose), key)
    return file_of_trail(job, actor=actor(request))


def delete_export(
    request: HttpRequest, whose: Organization | None, key: UUID, to: str, *args: Any
) -> HttpResponse:
    job = export_for(actor(request).pk, _key(whose), key)
    delete_job(job, actor=actor(request))
    messages.success(request, _("The export is deleted."))
    return redirect(to, *args)


def _ask(
    request: HttpRequest, whose: Organization | None, *, format: Format, **data: Any
) -> AuditJob:
    about = data.pop("about", None)
    chosen = {name: value for name, value in data.items() if value not in ("", None)}
    if about:
        chosen["target"] = about
    return request_export(
        format=format, filters=chosen, actor=actor(request), organization_id=_key(whose)
    )


def _key(whose: Organization | None) -> UUID | None:
    return whose.pk if whose else None
