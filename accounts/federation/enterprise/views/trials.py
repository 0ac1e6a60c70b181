"""What a test of a provider has shown."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.access.guards import actor, signed_in
from accounts.access.permissions import Permission
from accounts.access.selectors import can
from mago.core.errors import NotFound

from ..models import SetupTrial
from ..services import has_passed


@signed_in
@require_safe
def show(request: HttpRequest, trial_id: UUID) -> HttpResponse:
    trials = SetupTrial.objects.select_related("provider__organization")
    trial = trials.filter(pk=trial_id).first()
    if trial is None or not can(actor(request), Permission.IDENTITY_PROVIDERS_EDIT, trial.provider):
        raise NotFound
    context = {"trial": trial, "provider": trial.provider, "has_passed": has_passed(trial)}
    return render(request, "accounts/enterprise/trial.html", context)
