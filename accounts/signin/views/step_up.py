"""Before something dangerous: the strongest proof that somebody has, once more (ASVS 7.5.1, 7.5.3)."""

from typing import Any
from urllib.parse import urlsplit

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access.guards import actor, signed_in
from accounts.mfa import services as mfa
from accounts.mfa.flows import Flow, Purpose
from accounts.mfa.forms import CodeForm
from accounts.mfa.models import EmailDevice, Factor, Kind, Passkey
from accounts.mfa.selectors import factors_of, kinds_for
from accounts.models import User
from accounts.sessions import browsers
from accounts.sessions.assurance import Proof
from accounts.sessions.browser import prove_again, session_of
from mago.core.errors import NotFound, Refused
from mago.core.forms import Form
from mago.core.http import safe_next

from .. import services
from ..forms import ReauthenticateForm
from .common import get_or_post, posted, show

_STRONG = (Kind.PASSKEY, Kind.TOTP, Kind.SMS)


@signed_in
@get_or_post
def reauthenticate(request: HttpRequest) -> HttpResponse:
    """Asks for a proof, and leads back to what it was asked for."""
    user = actor(request)
    next_url = safe_next(request.POST.get("next") or request.GET.get("next"))
    choices = _choices(user)
    factor = _chosen(choices, request.POST.get("with") or request.GET.get("with", ""))
    form = _form(request, factor)
    context: dict[str, Any] = {
        "next": next_url,
        "back": _where_one_was(request),
        "factor": factor,
        "others": _others(choices, factor),
    }
    if request.method == "POST" and "send" in request.POST and factor is not None:
        mfa.begin(_flow(request, user), factor)
        messages.info(request, _("A code is on its way. It may take a minute."))
        return show(request, "reauthenticate", _form(request, factor, blank=True), **context)
    if form.is_valid():
        try:
            proof = _prove(request, user, factor, form)
        except Refused as refusal:
            return show(request, "reauthenticate", form, refusal, **context)
        prove_again(request, proof)
        return redirect(next_url or "accounts:profile")
    return show(request, "reauthenticate", form, **context)


@signed_in
@require_POST
def passkey_options(request: HttpRequest) -> HttpResponse:
    """What the browser needs to ask for one of the person's passkeys."""
    user = actor(request)
    return JsonResponse(mfa.begin(_flow(request, user), Passkey(user=user))["options"])


def _where_one_was(request: HttpRequest) -> str:
    """The page with the link or form that led here, for whoever thinks better of it: `next` may ask again at once.

    The browser names it only at first; from then on this page does.
    """
    told = request.POST.get("back") or request.GET.get("back")
    if told is None:
        came_from = urlsplit(request.headers.get("Referer", ""))
        told = f"{came_from.path}?{came_from.query}" if came_from.query else came_from.path
    back = safe_next(told)
    return "/" if back is None or urlsplit(back).path == request.path else back


def _choices(user: User) -> list[Factor | None]:
    """What may be asked for, the strongest first; None is the password.

    Whoever has a strong factor gives that: a stolen session and a stolen password are often one theft.
    Who has neither factor nor password gives a code from their mail.
    """
    allowed = kinds_for(user)
    strong: list[Factor | None] = list(factors_of(user, [k for k in _STRONG if k in allowed]))
    if strong:
        return strong
    if user.has_usable_password():
        return [None]
    return [EmailDevice(user=user, address=user.email)]


def _chosen(choices: list[Factor | None], name: str) -> Factor | None:
    """The choice of that name, or the first one. NotFound for what is none of them."""
    if not name:
        return choices[0]
    for choice in choices:
        if _name(choice) == name:
            return choice
    raise NotFound


def _name(factor: Factor | None) -> str:
    return f"{factor.kind}.{factor.pk or 0}" if factor else "password"


def _others(choices: list[Factor | None], chosen: Factor | None) -> list[dict[str, Any]]:
    return [
        {"name": _name(choice), "factor": choice}
        for choice in choices
        if choice and _name(choice) != _name(chosen)
    ]


def _form(request: HttpRequest, factor: Factor | None, *, blank: bool = False) -> Form:
    data = None if blank else posted(request)
    if factor is None:
        return ReauthenticateForm(data)
    return CodeForm(data, kind=factor.kind)


def _prove(request: HttpRequest, user: User, factor: Factor | None, form: Form) -> Proof:
    if factor is None:
        services.confirm_password(user=user, password=form.cleaned_data["password"])
        return Proof.PASSWORD
    assert isinstance(form, CodeForm)
    return mfa.verify(_flow(request, user), factor, form.answer)


def _flow(request: HttpRequest, user: User) -> Flow:
    row = session_of(request).row
    assert row is not None
    browser = browsers.known_as(request, user.email)
    return Flow(f"session:{row.pk[:40]}", Purpose.STEP_UP, user, browser)
