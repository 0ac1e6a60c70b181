"""Doors without a password: a passkey, and a code by mail."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from accounts.access.guards import public
from accounts.access.methods import SignInMethod
from accounts.mfa import services as mfa
from accounts.mfa.flows import Flow, Purpose
from accounts.mfa.forms import CodeForm
from accounts.mfa.models import Kind
from accounts.sessions import browsers, pipeline
from accounts.sessions.assurance import Proof
from mago.core.errors import NotFound, Refused
from mago.core.http import safe_next
from mago.core.ids import digest, new_secret

from .. import services
from ..forms import CodeRequestForm, PasskeyForm, SignInForm, current_language
from .common import get_or_post, posted, show, show_sign_in

# Under this name a browser's session keeps which address asked for a code, and the flow the code belongs to.
ASKED = "sign_in_code"


@public
@require_POST
def passkey_options(request: HttpRequest) -> HttpResponse:
    """What the browser needs to ask whoever sits there for a passkey."""
    return JsonResponse(mfa.begin_passkey(_passkey_flow(request))["options"])


@public
@require_POST
def sign_in_with_passkey(request: HttpRequest) -> HttpResponseBase:
    next_url = safe_next(request.POST.get("next"))
    if request.user.is_authenticated:
        return redirect(next_url or "accounts:profile")
    form = PasskeyForm(request.POST)
    try:
        form.demand_valid()
        user, passkey, proof = mfa.verify_passkey(
            _passkey_flow(request), form.cleaned_data["credential"]
        )
        return pipeline.sign_in(
            request,
            user,
            method=SignInMethod.PASSKEY,
            proof=proof,
            factor=passkey.persistent_id,
            next_url=next_url,
        )
    except Refused as refusal:
        return show_sign_in(request, SignInForm(), refusal, next_url=next_url)


def _passkey_flow(request: HttpRequest) -> Flow:
    """The browser's own secret names the flow: a challenge of one browser is answered in no other, and the
    sign-in page needs no session to be shown."""
    get_token(request)
    return Flow(digest(request.META["CSRF_COOKIE"]), Purpose.PASSWORDLESS)


@public
@get_or_post
def request_code(request: HttpRequest) -> HttpResponseBase:
    demand_codes()
    next_url = safe_next(request.POST.get("next") or request.GET.get("next"))
    form = CodeRequestForm(posted(request), initial={"email": request.GET.get("email", "")})
    if request.method == "POST" and form.is_valid():
        email, flow = form.cleaned_data["email"], new_secret()
        try:
            services.send_sign_in_code(
                email=email,
                flow=digest(flow),
                language=current_language(),
                browser=browsers.known_as(request, email),
            )
        except Refused as refusal:
            return show(request, "request_code", form, refusal, next=next_url)
        request.session[ASKED] = {"email": email, "flow": flow, "next": next_url}
        return redirect("account_login_code_verify")
    return show(request, "request_code", form, next=next_url)


@public
@get_or_post
def sign_in_with_code(request: HttpRequest) -> HttpResponseBase:
    """The code opens the door in the browser that asked for it, and nowhere else."""
    demand_codes()
    asked = request.session.get(ASKED)
    if not asked:
        return redirect("account_login_code")
    email = asked["email"]
    form = CodeForm(posted(request), kind=Kind.EMAIL)
    if request.method == "POST" and form.is_valid():
        try:
            user = services.check_sign_in_code(
                email=email,
                flow=digest(asked["flow"]),
                code=form.answer,
                browser=browsers.known_as(request, email),
            )
            return pipeline.sign_in(
                request,
                user,
                method=SignInMethod.CODE,
                proof=Proof.MAILED_CODE,
                next_url=asked["next"],
            )
        except Refused as refusal:
            return show(request, "sign_in_with_code", form, refusal, email=email)
    return show(request, "sign_in_with_code", form, email=email)


def demand_codes() -> None:
    """NotFound where sign-in by mailed code is switched off."""
    if not settings.SIGN_IN_BY_CODE:
        raise NotFound
