"""The browser comes back from an organization's OpenID provider; and the provider itself comes, to sign somebody out."""

from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from accounts.access.guards import public
from accounts.federation import browser
from accounts.federation.enterprise import entrance
from accounts.federation.enterprise.kinds import result_url
from accounts.federation.enterprise.models import IdentityProvider
from accounts.federation.enterprise.selectors import provider_at
from accounts.federation.enterprise.services import Check, finish_trial
from accounts.federation.providers import Step, Unproved
from mago.core import errors

from . import services
from .client import client_of
from .kind import OpenId
from .models import OpenIdAttempt, OpenIdSettings

_ANSWER = ("code", "error", "error_description", "iss")


@public
@require_safe
def callback(request: HttpRequest, organization: str, provider: str) -> HttpResponseBase:
    """The browser is back: somebody signs in, or a test is over."""
    found = _provider(organization, provider)
    answer = {name: request.GET[name] for name in _ANSWER if name in request.GET}
    try:
        attempt = services.spend(
            provider=found, state=request.GET.get("state", ""), browser=browser.mark_of(request)
        )
        if attempt.trial is not None:
            return _finish_test(found, attempt, answer)
        try:
            asserted = services.prove(found, attempt, answer)
        except Unproved as error:
            raise services.refusal_of(found, error) from None
        return entrance.arrive(
            request, provider=found, asserted=asserted, next_url=attempt.next_url
        )
    except errors.Refused as refusal:
        return entrance.refuse(request, found, refusal)


def _finish_test(
    provider: IdentityProvider, attempt: OpenIdAttempt, answer: dict[str, str]
) -> HttpResponse:
    assert attempt.trial is not None
    checks = OpenId().checks(provider)
    asserted = None
    try:
        asserted = services.prove(provider, attempt, answer)
        checks += [Check(str(step.label), True) for step in (Step.TOKEN, Step.IDENTITY)]
    except Unproved as error:
        checks.append(Check(str(error.step.label), False, error.reason))
    attempt.trial.provider = provider
    finish_trial(attempt.trial, checks, asserted=asserted)
    return redirect(result_url(attempt.trial))


@public
@csrf_exempt
@require_POST
def backchannel_logout(request: HttpRequest, organization: str, provider: str) -> HttpResponse:
    """OpenID Connect Back-Channel Logout 1.0, sections 2.5 and 2.8."""
    found = _provider(organization, provider)
    response = HttpResponse(status=200)
    try:
        services.log_out(provider=found, token=request.POST.get("logout_token", ""))
    except Unproved as error:
        body = {"error": "invalid_request", "error_description": error.reason[:200]}
        response = JsonResponse(body, status=400)
    response.headers["Cache-Control"] = "no-store"
    return response


def _provider(organization: str, slug: str) -> IdentityProvider:
    found = provider_at(organization, slug)
    try:
        client_of(found)
    except OpenIdSettings.DoesNotExist:
        raise errors.NotFound from None
    return found
