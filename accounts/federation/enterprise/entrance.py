"""Somebody comes back from their organization's provider: on to the pipeline, or to a page that says why not."""

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language

from accounts.sessions import pipeline
from mago.core import errors
from mago.core.errors import with_headers

from . import services
from .asserted import Asserted
from .models import IdentityProvider


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


def refuse(
    request: HttpRequest, provider: IdentityProvider, refusal: errors.Refused
) -> HttpResponse:
    """The page that says to the person what happened, with the trail's row that says it precisely.

    Outside of the transaction that the refusal has undone. Also for refusals of the pipeline's stages.
    """
    services.note(provider, refusal)
    if isinstance(refusal, services.Refused) and refusal.ends is not None:
        services.let_go(refusal.ends, reason=refusal.code)
    context = {
        "refusal": refusal,
        "provider": provider,
        "back": reverse("account_login"),
        "request_id": getattr(request, "request_id", ""),
    }
    page = "accounts/enterprise/refused.html"
    return with_headers(render(request, page, context, status=refusal.status), refusal)
