"""Somebody comes back from their organization's provider: on to the pipeline, or to a page that says why not."""

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language

from accounts.sessions import pipeline
from accounts.sessions.browser import session_of
from mago.core import errors
from mago.core.errors import with_headers

from . import linking, services
from .asserted import Asserted
from .kinds import kind_of
from .models import IdentityProvider, ProviderSession
from .selectors import provider_session


def arrive(
    request: HttpRequest, *, provider: IdentityProvider, asserted: Asserted, next_url: str = ""
) -> HttpResponseBase:
    """The next question of the sign-in, or the open door, for whom `provider` vouches for. `services.Refused`.

    It may stand in a transaction of the caller's, in which whatever is one-time is spent: then a refusal
    undoes all of it, and `refuse` is called outside.
    """
    admitted = services.admit(provider=provider, asserted=asserted, language=get_language() or "")
    return pipeline.sign_in(
        request,
        admitted.identity.user,
        method=provider.kind,
        proof=admitted.proof,
        vouched=admitted.vouched,
        next_url=next_url or None,
    )


def leave(
    request: HttpRequest, provider: IdentityProvider, *, email: str = "", next_url: str = ""
) -> HttpResponseBase:
    """The way to the provider, or the page that says why there is none now."""
    try:
        services.demand_open(provider)
        return kind_of(provider.kind).begin_sign_in(
            request, provider, email=email, next_url=next_url
        )
    except errors.Refused as refusal:
        return refuse(request, provider, refusal)


def session_there(request: HttpRequest) -> ProviderSession | None:
    """By whose word the browser is signed in, so that it can be signed out there, too; None for other ways."""
    row = session_of(request).row
    return provider_session(row.id) if row is not None else None


def sign_out_there(request: HttpRequest, session: ProviderSession) -> HttpResponse | None:
    """The way to the provider's own sign-out, after the one here; None where it has none, or does not answer."""
    try:
        return kind_of(session.provider.kind).begin_sign_out(request, session)
    except errors.Refused:
        return None


def refuse(
    request: HttpRequest, provider: IdentityProvider, refusal: errors.Refused
) -> HttpResponse:
    """The page that says to the person what happened, with the trail's row that says it precisely.

    Outside of the transaction that the refusal has undone. Also for refusals of the pipeline's stages.
    """
    services.note(provider, refusal)
    if isinstance(refusal, services.ElsewhereToo):
        linking.keep(request, provider, refusal.asserted)
    if isinstance(refusal, services.Refused) and refusal.ends is not None:
        services.let_go(refusal.ends, reason=refusal.code)
    context = {
        "refusal": refusal,
        "provider": provider,
        "back": reverse("account_login"),
        "may_link": isinstance(refusal, services.ElsewhereToo),
        "request_id": getattr(request, "request_id", ""),
    }
    page = "accounts/enterprise/refused.html"
    return with_headers(render(request, page, context, status=refusal.status), refusal)
