"""The set-up by a link: pages for a customer's own administrator, who has no account here, and of this provider only."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access.guards import public
from mago.core.errors import NotFound, Refused
from mago.core.form_pages import get_or_post

from .. import setup
from ..holders import OPENED, provider_in_browser
from ..kinds import result_url
from ..services import setup_links


@public
@get_or_post
def open_link(request: HttpRequest, key: str) -> HttpResponse:
    """It takes a press of a button, as mail scanners open links too; then the secret leaves the address."""
    try:
        if request.method != "POST":
            link = setup_links.find_link(key)
            context = {"provider": link.provider, "link": link}
            return render(request, "accounts/enterprise/setup/open.html", context)
        request.session[OPENED] = setup_links.open_link(key)
    except Refused as refusal:
        return _spent(request, refusal)
    return redirect("enterprise:setup", "values")


@public
@get_or_post
def step(request: HttpRequest, step: str) -> HttpResponse:
    if step not in setup.NAMES:
        raise NotFound
    try:
        provider = provider_in_browser(request)
    except Refused as refusal:
        return _spent(request, refusal)
    sent, context = setup.take(request, provider, step, None)
    if sent is not None and sent.is_done:
        messages.success(request, _("Saved."))
        return redirect("enterprise:setup", setup.NAMES[setup.NAMES.index(step) + 1])
    page = f"accounts/enterprise/setup/{step}.html"
    return render(request, page, context, status=sent.status if sent else 200)


@public
@require_POST
def test(request: HttpRequest) -> HttpResponseBase:
    try:
        provider = provider_in_browser(request)
        trial, way = setup.start_test(request, provider, None)
    except setup_links.SetupLinkSpent as refusal:
        return _spent(request, refusal)
    except Refused as refusal:
        messages.error(request, str(refusal.detail))
        return redirect("enterprise:setup", "settings")
    return way or redirect(result_url(trial))


def _spent(request: HttpRequest, refusal: Refused) -> HttpResponse:
    page = "accounts/enterprise/setup/spent.html"
    return render(request, page, {"refusal": refusal}, status=refusal.status)
