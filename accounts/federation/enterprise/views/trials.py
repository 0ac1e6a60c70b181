"""What a test of a provider has shown: to whoever may edit it, and to the browser that sets it up by a link."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.access.guards import public
from mago.core.errors import NotFound

from ..holders import may_edit, may_set_up
from ..models import SetupTrial
from ..services import has_passed


@public
@require_safe
def show(request: HttpRequest, trial_id: UUID) -> HttpResponse:
    trials = SetupTrial.objects.select_related("provider__organization")
    trial = trials.filter(pk=trial_id).first()
    if trial is None:
        raise NotFound
    if not may_set_up(request, trial.provider):
        raise NotFound
    context = {
        "trial": trial,
        "provider": trial.provider,
        "has_passed": has_passed(trial),
        "may_edit": may_edit(request, trial.provider),
    }
    return render(request, "accounts/enterprise/trial.html", context)
