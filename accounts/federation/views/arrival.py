"""Before somebody whom a provider vouches for is let in: an account is proved, or an address."""

import time
from dataclasses import asdict
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.access.guards import actor, public, signed_in
from accounts.access.step_up import step_up
from accounts.models import normalize_email
from accounts.sessions import pipeline
from accounts.sessions.assurance import Proof
from mago.core.errors import Refused
from mago.core.form_pages import get_or_post

from .. import browser, selectors, services
from ..models import Kind
from ..protocol import Vouched

# Under this name a browser's session keeps whom the provider vouched for, while the account is proved.
WAITING = "federation_link"
MINUTES = 15


def keep_link(request: HttpRequest, vouched: Vouched) -> HttpResponse:
    """The account that has the address is signed in to first; then one is asked whether to link."""
    request.session[WAITING] = {"vouched": asdict(vouched), "until": time.time() + MINUTES * 60}
    words = _(
        "There is an account with the address %(email)s. Sign in to it first; then %(provider)s can be linked to it."
    )
    messages.info(request, words % {"email": vouched.email, "provider": Kind(vouched.kind).label})
    query = urlencode({"next": reverse("federation:confirm_link")})
    return redirect(f"{reverse('account_login')}?{query}")


@signed_in
@step_up()
@get_or_post
def confirm_link(request: HttpRequest) -> HttpResponse:
    """Whoever has just signed in to the account decides whether the provider opens it from now on."""
    vouched = _waiting(request)
    if vouched is None:
        return redirect("federation:list")
    if request.method != "POST":
        context = {"vouched": vouched, "provider": Kind(vouched.kind).label}
        return render(request, "accounts/federation/confirm_link.html", context)
    del request.session[WAITING]
    try:
        selectors.provider_for(vouched.kind)
        services.link(user=actor(request), vouched=vouched)
    except Refused as refusal:
        messages.error(request, str(refusal.detail))
    else:
        messages.success(request, _("It is linked. You can sign in with it from now on."))
    return redirect("federation:list")


def _waiting(request: HttpRequest) -> Vouched | None:
    """Whom the provider vouched for in this browser, a moment ago, by the address of who is signed in now."""
    kept: dict[str, Any] = request.session.get(WAITING) or {}
    if not kept or kept["until"] < time.time():
        return None
    vouched = Vouched(**kept["vouched"])
    return vouched if normalize_email(vouched.email) == actor(request).email else None


@public
@require_safe
def check_mail(request: HttpRequest) -> HttpResponse:
    """The provider does not vouch for the address: look into your mail."""
    return render(request, "accounts/federation/check_mail.html")


@public
@get_or_post
def confirm_address(request: HttpRequest, key: str) -> HttpResponseBase:
    """The link of the mail. It takes a press of a button, as mail scanners open links too."""
    mark = browser.mark_of(request)
    try:
        if request.method != "POST":
            waiting = services.open_confirmation(key, mark)
            context = {"confirmation": waiting, "provider": Kind(waiting.kind).label}
            return render(request, "accounts/federation/confirm_address.html", context)
        user, kind = services.confirm_address(key, mark)
    except Refused as refusal:
        context = {"refusal": refusal, "back": reverse("account_login")}
        page = "accounts/federation/refused.html"
        return render(request, page, context, status=refusal.status)
    return pipeline.sign_in(request, user, method=kind, proof=Proof.FEDERATED)
