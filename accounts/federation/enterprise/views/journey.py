"""The way to an organization's provider, and what is decided on the way back."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accounts.access.guards import actor, public, signed_in
from accounts.access.step_up import step_up
from mago.core.errors import NotFound, Refused
from mago.core.form_pages import get_or_post
from mago.core.http import safe_next

from .. import linking, services
from ..entrance import leave, refuse
from ..selectors import provider_at


@public
@get_or_post
def begin(request: HttpRequest, organization: str, provider: str) -> HttpResponseBase:
    """A provider's own page, for whoever has its address: from a portal, or a bookmark."""
    found = provider_at(organization, provider)
    next_url = safe_next(request.POST.get("next") or request.GET.get("next")) or ""
    if request.user.is_authenticated:
        return redirect(next_url or "accounts:profile")
    if not found.is_open:
        raise NotFound
    if request.method != "POST":
        context = {"provider": found, "next": next_url}
        return render(request, "accounts/enterprise/begin.html", context)
    return leave(request, found, next_url=next_url)


@signed_in
@step_up()
@get_or_post
def link(request: HttpRequest) -> HttpResponse:
    """Whoever has just signed in to their account decides whether the provider opens it from now on."""
    found = linking.waiting(request, actor(request))
    if found is None:
        return redirect("accounts:profile")
    if request.method != "POST":
        context = {"provider": found.provider, "asserted": found.asserted}
        return render(request, "accounts/enterprise/link.html", context)
    linking.forget(request)
    try:
        services.link_own(user=actor(request), provider=found.provider, asserted=found.asserted)
    except Refused as refusal:
        return refuse(request, found.provider, refusal)
    messages.success(request, _("It is linked. You can sign in with it from now on."))
    return redirect("accounts:profile")
