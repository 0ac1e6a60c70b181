"""What a test of a provider has shown: to whoever may edit it, and to the browser that sets it up by a link."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.access.guards import public
from accounts.access.permissions import Permission
from accounts.access.selectors import can
from mago.core.errors import NotFound, Refused

from ..models import IdentityProvider, SetupTrial
from ..services import has_passed
from .setup import provider_in_browser


@public
@require_safe
def show(request: HttpRequest, trial_id: UUID) -> HttpResponse:
    trials = SetupTrial.objects.select_related("provider__organization")
    trial = trials.filter(pk=trial_id).first()
    if trial is None:
        raise NotFound
    may_edit = bool(can(request.user, Permission.IDENTITY_PROVIDERS_EDIT, trial.provider))
    if not may_edit and not _is_set_up_here(request, trial.provider):
        raise NotFound
    context = {
        "trial": trial,
        "provider": trial.provider,
        "has_passed": has_passed(trial),
        "may_edit": may_edit,
    }
    return render(request, "accounts/enterprise/trial.html", context)


def _is_set_up_here(request: HttpRequest, provider: IdentityProvider) -> bool:
    try:
        return provider_in_browser(request).pk == provider.pk
    except Refused:
        return False
