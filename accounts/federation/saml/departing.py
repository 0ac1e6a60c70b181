"""The browser goes to a provider: by a redirect, by a page that leads there, or by a form that posts there."""

from csp.decorators import csp_update
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from accounts.federation import browser
from accounts.federation.enterprise.models import IdentityProvider

from .services import Departure


def depart(
    request: HttpRequest, provider: IdentityProvider, departure: Departure, mark: str = ""
) -> HttpResponse:
    """The answer that takes the browser there; with its `mark`, where it is to come back.

    Browsers let no form of ours be redirected to another site (form-action), so after a POST of ours a page leads on.
    """
    if departure.fields:
        response = _form(request, provider, departure)
    elif request.method == "GET":
        response = HttpResponseRedirect(departure.url)
    else:
        context = {"url": departure.url, "provider": {"label": provider.name}}
        response = render(request, "accounts/federation/leave.html", context)
    if mark:
        browser.keep(response, mark)
    return response


def _form(request: HttpRequest, provider: IdentityProvider, departure: Departure) -> HttpResponse:
    # Where the provider redirects the form to, only it knows; browsers ask for that, too.
    allowed = ["https:", "http:"] if settings.IS_LOCAL else ["https:"]

    @csp_update({"form-action": allowed})
    def answer(_request: HttpRequest) -> HttpResponse:
        context = {"departure": departure, "provider": provider}
        return render(request, "accounts/saml/post.html", context)

    response = answer(request)
    assert isinstance(response, HttpResponse)
    return response
