"""Which organizations am I a member of, as what? See it, leave one."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import services
from accounts.access.guards import actor, signed_in
from mago.core.errors import Refused

from . import selectors


@signed_in
@require_safe
def list_organizations(request: HttpRequest) -> HttpResponse:
    context = {"places": selectors.places_of(actor(request))}
    return render(request, "accounts/organizations/list.html", context)


@signed_in
@require_POST
def leave(request: HttpRequest, slug: str) -> HttpResponse:
    membership = selectors.membership_in(actor(request), slug)
    try:
        services.leave(membership=membership)
    except Refused as refusal:
        messages.error(request, str(refusal.detail))
    else:
        told = _("You are no longer a member of %(organization)s.")
        messages.success(request, told % {"organization": membership.organization})
    return redirect("organizations:list")
