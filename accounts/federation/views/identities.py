"""What is linked to one's own account."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.access.guards import actor, signed_in
from accounts.access.step_up import step_up
from accounts.federation.enterprise.selectors import identities_of as enterprise_identities_of
from mago.core.errors import Conflict
from mago.core.form_pages import get_or_post

from .. import selectors, services

# Nobody is known by so many; so that the list has an end.
MOST_ENTERPRISE = 50


@signed_in
@require_safe
def list_identities(request: HttpRequest) -> HttpResponse:
    # As many as can be linked, so that the list has an end.
    identities = list(selectors.identities_of(actor(request))[: services.MOST])
    context = {
        "identities": identities,
        "enterprise": enterprise_identities_of(actor(request))[:MOST_ENTERPRISE],
        "providers": selectors.enabled(),
    }
    return render(request, "accounts/federation/list.html", context)


@signed_in
@step_up()
@get_or_post
def unlink(request: HttpRequest, identity_id: UUID) -> HttpResponse:
    identity = selectors.identity_for(actor(request), identity_id)
    if request.method != "POST":
        return render(request, "accounts/federation/unlink.html", {"identity": identity})
    try:
        services.unlink(identity=identity, actor=actor(request))
    except Conflict as refusal:
        messages.error(request, str(refusal.detail))
    else:
        messages.success(request, _("It is unlinked, and opens your account no longer."))
    return redirect("federation:list")
