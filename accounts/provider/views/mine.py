"""Which applications and programs may act for me? See it, take it back (ASVS 10.7.3, 10.4.9)."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access.guards import actor, signed_in
from mago.core.errors import NotFound

from .. import selectors, services
from ..scopes import words_for

MOST = 100


@signed_in
@require_safe
def list_applications(request: HttpRequest) -> HttpResponse:
    user = actor(request)
    context = {
        "granted": [
            (consent, words_for(consent.scope.split()))
            for consent in selectors.consents_of(user)[:MOST]
        ],
        "devices": selectors.devices_of(user)[:MOST],
        "programs": selectors.programs_of(user)[:MOST],
    }
    return render(request, "accounts/provider/applications.html", context)


@signed_in
@require_POST
def withdraw(request: HttpRequest, consent_id: UUID) -> HttpResponse:
    user = actor(request)
    consent = selectors.consents_of(user).filter(pk=consent_id).first()
    if consent is None:
        raise NotFound
    services.withdraw_consent(user=user, application=consent.application, actor=user)
    messages.success(
        request, _("%(name)s may act for you no longer.") % {"name": consent.application}
    )
    return redirect("applications:list")


@signed_in
@require_POST
def end(request: HttpRequest, family_id: UUID) -> HttpResponse:
    """One sign-in of a program, or of an application on a device, is over."""
    user = actor(request)
    family = selectors.family_by_id(user, family_id)
    services.revoke_family(family, actor=user, reason="by the person")
    messages.success(request, _("That program is signed out."))
    return redirect("applications:list")
