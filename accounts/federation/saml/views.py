"""The service provider that SAML 2.0 knows us as: one for each organization."""

from collections.abc import Callable
from urllib.parse import urlencode

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access.guards import actor, public
from accounts.federation import browser
from accounts.federation.enterprise import entrance
from accounts.federation.enterprise.kinds import result_url
from accounts.federation.enterprise.models import IdentityProvider
from accounts.federation.enterprise.services import Check, finish_trial
from accounts.organizations.models import Organization
from accounts.sessions.assurance import Proof
from accounts.sessions.browser import prove_again
from mago.core.errors import NotFound, Refused
from mago.core.form_pages import get_or_post
from mago.core.http import safe_next

from . import selectors, services
from .assertion import Assertion
from .departing import depart
from .models import Request, SamlProvider
from .people import asserted_by
from .services.requests import Purpose
from .trials import checks_of, failed_checks

# Only what is meant to be read by a provider's server is kept by it; nothing else of ours.
_METADATA = "application/samlmetadata+xml"


@public
@get_or_post
def login(request: HttpRequest, organization: str) -> HttpResponseBase:
    """On to the organization's provider: to sign in, or, for whoever has, to prove again that it is them."""
    found = selectors.organization_at(organization)
    sent = request.POST if request.method == "POST" else request.GET
    next_url, is_known = safe_next(sent.get("next")), request.user.is_authenticated
    if is_known and request.method != "POST":
        return redirect(next_url or "accounts:profile")
    choices = selectors.open_providers(found)
    if slug := sent.get("provider"):
        choices = [one for one in choices if one.slug == slug]
    if not choices:
        raise NotFound
    if len(choices) > 1:
        context = {"providers": choices, "organization": found, "next": next_url or ""}
        return render(request, "accounts/saml/choose.html", context)
    [provider], mark = choices, browser.mark(request)
    try:
        departure = services.begin(
            provider,
            browser=mark,
            purpose=Purpose.PROVE if is_known else Purpose.SIGN_IN,
            user=actor(request) if is_known else None,
            next_url=next_url or "",
        )
    except services.Refused as refusal:
        return entrance.refuse(request, provider, refusal)
    return depart(request, provider, departure, mark)


@public
@csrf_exempt
@require_http_methods(["GET", "POST"])
def acs(request: HttpRequest, organization: str) -> HttpResponseBase:
    """The assertion consumer service. A form comes without our session, so the browser is sent here once more, with it."""
    found, mark = selectors.organization_at(organization), browser.mark_of(request)
    if request.method == "POST":
        return _receive(request, found, mark)
    row = None
    try:
        with transaction.atomic():
            handle = request.GET.get("handle", "")
            row, known, assertion = services.complete(found, handle=handle, browser=mark)
            return _GO_ON[Purpose(row.purpose)](request, row, known, assertion)
    except Refused as refusal:
        return _refused(request, found, refusal, row)


def _receive(request: HttpRequest, organization: Organization, mark: str) -> HttpResponse:
    try:
        waiting = services.receive(
            organization,
            text=request.POST.get("SAMLResponse", ""),
            relay_state=request.POST.get("RelayState", ""),
            browser=mark,
        )
    except services.NotBelieved as refusal:
        return _refused(request, organization, refusal, refusal.row)
    response = HttpResponseRedirect(f"{request.path}?{urlencode({'handle': waiting.handle})}")
    response.status_code = 303
    browser.keep(response, waiting.browser)
    return response


def _sign_in(
    request: HttpRequest, row: Request, known: SamlProvider, assertion: Assertion
) -> HttpResponseBase:
    return entrance.arrive(
        request,
        provider=row.provider,
        asserted=asserted_by(row.provider, known, assertion),
        next_url=row.next_url,
    )


def _prove(
    request: HttpRequest, row: Request, known: SamlProvider, assertion: Assertion
) -> HttpResponseBase:
    """Whoever is signed in here, and was sent there, is who came back."""
    told = asserted_by(row.provider, known, assertion)
    identity = selectors.identity_of(row.provider, told.issuer, told.subject)
    is_same = request.user.is_authenticated and request.user == row.user
    if not is_same or identity is None or identity.ended_at or identity.user_id != row.user_id:
        words = _("That is not the account by which you signed in here.")
        raise services.Refused("not_same_person", words)
    prove_again(request, Proof.FEDERATED)
    return redirect(row.next_url or "accounts:profile")


def _test(
    request: HttpRequest, row: Request, known: SamlProvider, assertion: Assertion
) -> HttpResponseBase:
    assert row.trial is not None
    row.trial.provider = row.provider
    checks, asserted = checks_of(known, assertion), None
    try:
        asserted = asserted_by(row.provider, known, assertion)
    except services.Refused as refusal:
        checks.append(Check(_("It says who it is for good"), False, refusal.for_administrator))
    finish_trial(row.trial, checks, asserted=asserted)
    return redirect(result_url(row.trial))


_GoOn = Callable[[HttpRequest, Request, SamlProvider, Assertion], HttpResponseBase]
_GO_ON: dict[Purpose, _GoOn] = {
    Purpose.SIGN_IN: _sign_in,
    Purpose.PROVE: _prove,
    Purpose.TEST: _test,
}


def _refused(
    request: HttpRequest, organization: Organization, refusal: Refused, row: Request | None
) -> HttpResponse:
    """The page that says so, and the trail why; or the results of the test that has failed."""
    provider: IdentityProvider | None = getattr(refusal, "provider", None)
    if row is not None:
        provider = row.provider
        if row.trial is not None and isinstance(refusal, services.NotBelieved):
            row.trial.provider = provider
            finish_trial(row.trial, failed_checks(refusal))
            response = redirect(result_url(row.trial))
            response.status_code = 303
            return response
    if provider is not None:
        return entrance.refuse(request, provider, refusal)
    if isinstance(refusal, services.Refused):
        services.note_nobody(organization, refusal)
    context = {"refusal": refusal, "back": reverse("account_login")}
    return render(request, "accounts/federation/refused.html", context, status=refusal.status)


@public
@require_safe
def metadata(request: HttpRequest, organization: str) -> HttpResponse:
    """What providers must know of us, signed."""
    found = selectors.organization_at(organization)
    response = HttpResponse(services.describe(found), content_type=_METADATA)
    response.headers["Content-Disposition"] = f'inline; filename="{found.slug}-saml.xml"'
    return response


@public
@csrf_exempt
@require_http_methods(["GET", "POST"])
def logout(request: HttpRequest, organization: str) -> HttpResponseBase:
    """Single logout: a provider ends sessions here, or answers to one that ended here. It takes no cookie."""
    found = selectors.organization_at(organization)
    sent = request.POST if request.method == "POST" else request.GET
    if not {"SAMLRequest", "SAMLResponse"} & set(sent):
        return redirect("account_logout")
    form = sent.get("SAMLRequest") or sent.get("SAMLResponse") or ""
    incoming = services.Incoming(
        found,
        form=form if request.method == "POST" else "",
        query="" if request.method == "POST" else request.META.get("QUERY_STRING", ""),
        relay_state=sent.get("RelayState", "")[:200],
    )
    try:
        if services.is_answer(incoming):
            return _signed_out(request, services.finish_logout(incoming))
        provider, departure = services.answer_logout(incoming)
    except services.NotBelieved as refusal:
        return _refused(request, found, refusal, None)
    if departure.fields:
        return depart(request, provider, departure)
    return HttpResponseRedirect(departure.url)


def _signed_out(request: HttpRequest, everywhere: bool) -> HttpResponse:
    if everywhere:
        messages.success(
            request, _("You are signed out, here and at your organization’s provider.")
        )
    else:
        words = _("You are signed out here; your organization’s provider could not sign you out.")
        messages.warning(request, words)
    return redirect("home")
