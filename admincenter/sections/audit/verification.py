"""Whether the trail is whole: its newest signed checkpoint, and a walk along all of it in the background."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access.guards import actor, require
from accounts.access.permissions import Permission
from mago.audit.checkpoints import newest_checkpoint
from mago.audit.jobs.selectors import verifications
from mago.audit.jobs.services import request_verification
from mago.audit.models import AuditJob
from mago.audit.statements import keys
from mago.audit.verification import Break, Kind
from mago.core.errors import NotFound, Refused

from ...pages import asked_by_itself, is_part, page
from .common import around

SHOWN = 10


@require(Permission.AUDIT_READ)
@require_safe
def verification(request: HttpRequest) -> HttpResponse:
    jobs = [(job, _problem(job)) for job in verifications()[:SHOWN]]
    if is_part(request):
        asked_by_itself(request)
    checkpoint, signing = newest_checkpoint(), keys()
    context = {
        "checkpoint": checkpoint,
        "key": next(
            (k for k in signing if checkpoint and k.pk == checkpoint.statement["key"]), None
        ),
        "jobs": jobs,
        "is_waiting": any(job.is_open for job, _problem in jobs),
        **around(request, "verification"),
    }
    return page(request, "admincenter/audit/verification.html", context)


@require(Permission.AUDIT_READ)
@require_POST
def run(request: HttpRequest) -> HttpResponse:
    try:
        request_verification(actor=actor(request))
    except Refused as refusal:
        messages.error(request, str(refusal.detail))
    return redirect("admincenter:verification")


@require(Permission.AUDIT_READ)
@require_safe
def checkpoint(request: HttpRequest) -> HttpResponse:
    """A file to keep elsewhere, as `manage.py audit_checkpoint` prints it."""
    newest = newest_checkpoint()
    if newest is None:
        raise NotFound(_("Nothing was signed yet."))
    kept = {"checkpoint": newest.statement, "keys": [key.statement for key in keys()]}
    name = f"audit-checkpoint-{newest.time:%Y-%m-%d}.json"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return JsonResponse(kept, headers=headers)


def _problem(job: AuditJob) -> Break | None:
    """The first break that a verification found."""
    found = (job.answer or {}).get("problem")
    return Break(Kind(found["kind"]), found["link"], found["event"]) if found else None
