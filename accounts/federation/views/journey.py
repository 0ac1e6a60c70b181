"""To a provider and back: to sign in, to link an account, to prove again who one is."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access.guards import actor, public, signed_in
from accounts.access.step_up import step_up
from accounts.sessions import pipeline
from accounts.sessions.assurance import Proof
from accounts.sessions.browser import prove_again
from mago.core.errors import NotFound, Refused, with_headers
from mago.core.http import safe_next

from .. import browser, selectors, services
from ..models import Attempt
from ..protocol import Vouched
from ..services.attempts import Purpose
from .arrival import keep_link

_ANSWER = ("code", "error", "iss", "user")


@public
@require_POST
def begin(request: HttpRequest, kind: str) -> HttpResponseBase:
    if request.user.is_authenticated:
        return redirect("accounts:profile")
    return _leave(request, kind, Purpose.SIGN_IN)


@signed_in
@step_up()
@require_POST
def link(request: HttpRequest, kind: str) -> HttpResponseBase:
    return _leave(request, kind, Purpose.LINK)


@signed_in
@require_POST
def prove(request: HttpRequest, kind: str) -> HttpResponseBase:
    """For whoever has nothing else to prove with that it is them."""
    if kind not in {provider.kind for provider in selectors.provable_with(actor(request))}:
        raise NotFound
    return _leave(request, kind, Purpose.PROVE)


@public
@csrf_exempt
@require_http_methods(["GET", "POST"])
def callback(request: HttpRequest, kind: str) -> HttpResponseBase:
    """The browser is back. A form comes without our session, so the browser is sent here once more, with it."""
    sent = request.POST if request.method == "POST" else request.GET
    answer = {name: sent[name] for name in _ANSWER if name in sent}
    state, mark = sent.get("state", ""), browser.mark_of(request)
    try:
        if request.method == "POST":
            services.park(kind=kind, state=state, browser=mark, answer=answer)
            again = HttpResponseRedirect(f"{request.path}?state={state}")
            again.status_code = 303
            return again
        attempt, vouched = services.come_back(kind=kind, state=state, browser=mark, answer=answer)
        return _ARRIVE[Purpose(attempt.purpose)](request, attempt, vouched)
    except Refused as refusal:
        return _refused(request, refusal)


def _leave(request: HttpRequest, kind: str, purpose: Purpose) -> HttpResponse:
    """A page that leads to the provider: browsers let no form of ours be redirected to another site (form-action)."""
    mark = browser.mark(request)
    try:
        url = services.begin(
            kind=kind,
            browser=mark,
            purpose=purpose,
            user=None if purpose == Purpose.SIGN_IN else actor(request),
            next_url=safe_next(request.POST.get("next")) or "",
        )
    except NotFound:
        raise
    except Refused as refusal:
        return _refused(request, refusal)
    provider = selectors.provider_for(kind)
    response = render(request, "accounts/federation/leave.html", {"url": url, "provider": provider})
    browser.keep(response, mark)
    return response


def _sign_in(request: HttpRequest, attempt: Attempt, vouched: Vouched) -> HttpResponseBase:
    arrived = services.arrive(
        vouched, browser=browser.mark_of(request), language=get_language() or ""
    )
    if arrived.user is not None:
        return pipeline.sign_in(
            request,
            arrived.user,
            method=vouched.kind,
            proof=Proof.FEDERATED,
            next_url=attempt.next_url or None,
        )
    if arrived.must_prove:
        return keep_link(request, vouched)
    return redirect("federation:check_mail")


def _link(request: HttpRequest, attempt: Attempt, vouched: Vouched) -> HttpResponseBase:
    _demand_same_person(request, attempt)
    services.link(user=actor(request), vouched=vouched)
    messages.success(request, _("It is linked. You can sign in with it from now on."))
    return redirect("federation:list")


def _prove(request: HttpRequest, attempt: Attempt, vouched: Vouched) -> HttpResponseBase:
    _demand_same_person(request, attempt)
    identity = selectors.holder_of(vouched.issuer, vouched.subject)
    if identity is None or identity.user_id != attempt.user_id:
        raise Refused(_("That is not the account that is linked to yours here."))
    prove_again(request, Proof.FEDERATED)
    return redirect(attempt.next_url or "accounts:profile")


def _demand_same_person(request: HttpRequest, attempt: Attempt) -> None:
    """Whoever is signed in now is who was sent to the provider; else a stranger's account could be slipped in."""
    if not request.user.is_authenticated or request.user != attempt.user:
        raise services.AttemptSpent


_ARRIVE = {Purpose.SIGN_IN: _sign_in, Purpose.LINK: _link, Purpose.PROVE: _prove}


def _refused(request: HttpRequest, refusal: Refused) -> HttpResponse:
    back = reverse("federation:list" if request.user.is_authenticated else "account_login")
    context = {"refusal": refusal, "back": back}
    response = render(request, "accounts/federation/refused.html", context, status=refusal.status)
    return with_headers(response, refusal)
