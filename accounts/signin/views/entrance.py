"""The entrance: sign up, confirm, sign in, sign out, forgotten password."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.access.guards import public
from accounts.access.methods import SignInMethod
from accounts.federation.enterprise.entrance import session_there, sign_out_there
from accounts.models import User
from accounts.sessions import browsers, pipeline
from accounts.sessions.assurance import Proof
from accounts.sessions.browser import close_session
from mago.core.errors import Refused
from mago.core.http import safe_next
from mago.core.ids import digest

from .. import services
from ..forms import (
    JoinForm,
    ResetForm,
    ResetRequestForm,
    SignInForm,
    SignUpForm,
    current_language,
)
from ..tokens import LinkSpent
from .address_first import asked_for_address
from .common import get_or_post, posted, show, show_sign_in

# Under these names a browser's session keeps what may not stand in a URL, or what ties a mail to this browser.
SIGNED_UP = "signed_up"
RESET = "reset"


@public
@get_or_post
def sign_up(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated:
        return redirect("accounts:profile")
    form = SignUpForm(posted(request), password=not settings.SIGN_IN_BY_CODE)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            token = services.sign_up(
                email=data["email"],
                password=form.password,
                name=data["name"],
                language=current_language(),
            )
        except Refused as refusal:
            return show(request, "sign_up", form, refusal)
        request.session[SIGNED_UP] = {"email": data["email"], "token": token}
        return redirect("account_email_verification_sent")
    return show(request, "sign_up", form)


@public
@require_safe
def check_mail(request: HttpRequest) -> HttpResponse:
    """After a sign-up: look into your mail."""
    return render(
        request,
        "accounts/signin/check_mail.html",
        {"email": request.session.get(SIGNED_UP, {}).get("email", "")},
    )


@public
@get_or_post
def confirm_email(request: HttpRequest, key: str) -> HttpResponseBase:
    """The link of the mail. It takes a press of a button, as mail scanners open links too.

    In another browser than the one that signed up, the password is chosen anew: whoever signed up may be a
    stranger, who must not have the password of an account that the owner of the address confirms.
    """
    try:
        asked = services.find_sign_up(key)
        is_own = request.session.get(SIGNED_UP, {}).get("token") == digest(key)
        if asked.has_password and not is_own:
            return _confirm_anew(request, key, asked)
        if request.method != "POST":
            return render(request, "accounts/signin/confirm_email.html", {"key": key})
        return _confirm(request, services.confirm_sign_up(key), is_own=is_own)
    except LinkSpent as refusal:
        return _link_spent(request, refusal)


def _confirm(request: HttpRequest, user: User, *, is_own: bool) -> HttpResponseBase:
    request.session.pop(SIGNED_UP, None)
    if not is_own:
        messages.success(request, _("Your address is confirmed. Sign in."))
        return redirect("account_login")
    # This browser chose the password a moment ago; asking for it again would prove nothing more.
    if user.has_usable_password():
        return pipeline.sign_in(request, user, method="password", proof=Proof.PASSWORD)
    return pipeline.sign_in(
        request,
        user,
        method=SignInMethod.CODE,
        proof=Proof.LINK,
        next_url=reverse("mfa:add", args=["passkey"]),
    )


def _confirm_anew(request: HttpRequest, key: str, asked: services.SignUp) -> HttpResponseBase:
    form = JoinForm(posted(request), initial={"name": asked.name})
    refusal = None
    if form.is_valid():
        data = form.cleaned_data
        try:
            user = services.confirm_sign_up(key, password=data["password1"], name=data["name"])
            return pipeline.sign_in(request, user, method="password", proof=Proof.PASSWORD)
        except LinkSpent:
            raise
        except Refused as error:
            refusal = error
    return show(request, "confirm_email", form, refusal, key=key, email=asked.email)


@public
@get_or_post
def sign_in(request: HttpRequest) -> HttpResponseBase:
    next_url = safe_next(request.POST.get("next") or request.GET.get("next"))
    if request.user.is_authenticated:
        return redirect(next_url or "accounts:profile")
    if (answer := asked_for_address(request, next_url)) is not None:
        return answer
    form = SignInForm(posted(request), initial={"login": request.GET.get("email", "")[:254]})
    if request.method == "POST" and form.is_valid():
        try:
            return _sign_in(request, form, next_url)
        except Refused as refusal:
            return show_sign_in(request, form, refusal, next_url=next_url)
    return show_sign_in(request, form, next_url=next_url)


def _sign_in(request: HttpRequest, form: SignInForm, next_url: str | None) -> HttpResponseBase:
    email = form.cleaned_data["login"]
    browser = browsers.known_as(request, email)
    user = services.check_password(
        email=email, password=form.cleaned_data["password"], browser=browser
    )
    return pipeline.sign_in(
        request,
        user,
        method="password",
        proof=Proof.PASSWORD,
        remembered=form.cleaned_data["remember"],
        next_url=next_url,
    )


@public
@get_or_post
def sign_out(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return render(request, "accounts/signin/sign_out.html")
    there = session_there(request)
    close_session(request)
    response = (sign_out_there(request, there) if there else None) or redirect("home")
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


@public
@get_or_post
def request_reset(request: HttpRequest) -> HttpResponse:
    form = ResetRequestForm(posted(request))
    if request.method == "POST" and form.is_valid():
        email = form.cleaned_data["email"]
        try:
            services.request_password_reset(
                email=email,
                language=current_language(),
                browser=browsers.known_as(request, email),
            )
        except Refused as refusal:
            return show(request, "request_reset", form, refusal)
        return redirect("account_reset_password_done")
    return show(request, "request_reset", form)


@public
@require_safe
def reset_requested(request: HttpRequest) -> HttpResponse:
    return render(request, "accounts/signin/reset_requested.html")


@public
@require_safe
def open_reset_link(request: HttpRequest, key: str) -> HttpResponse:
    """The secret leaves the URL at once, so that it stands in no history, log or Referer (ASVS 14.2.1)."""
    try:
        services.find_reset(key)
    except LinkSpent as refusal:
        # Here already, as what is kept for a stranger costs a row.
        return _link_spent(request, refusal)
    request.session[RESET] = key
    return redirect("account_reset_password_set")


@public
@get_or_post
def reset_password(request: HttpRequest) -> HttpResponse:
    form = ResetForm(posted(request))
    secret = request.session.get(RESET, "")
    try:
        person = services.find_reset(secret)
    except LinkSpent as refusal:
        return _link_spent(request, refusal)
    if request.method == "POST" and form.is_valid():
        try:
            services.reset_password(secret=secret, password=form.cleaned_data["password1"])
        except LinkSpent as refusal:
            return _link_spent(request, refusal)
        except Refused as refusal:
            return show(request, "reset_password", form, refusal, email=person.email)
        del request.session[RESET]
        messages.success(request, _("Your new password is set. Sign in with it."))
        return redirect("account_login")
    return show(request, "reset_password", form, email=person.email)


def _link_spent(request: HttpRequest, refusal: Refused) -> HttpResponse:
    return render(
        request, "accounts/signin/link_spent.html", {"refusal": refusal}, status=refusal.status
    )


@public
@get_or_post
def set_up(request: HttpRequest, token: str) -> HttpResponseBase:
    """The first owner comes in by the link that `bin/run` printed."""
    if not services.may_set_up(token):
        return render(request, "accounts/signin/link_spent.html", {"set_up": True}, status=404)
    form = SignUpForm(posted(request))
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            user = services.create_first_owner(
                secret=token,
                email=data["email"],
                password=data["password1"],
                name=data["name"],
                language=current_language(),
            )
        except Refused as refusal:
            return show(request, "set_up", form, refusal)
        return pipeline.sign_in(
            request,
            user,
            method="set-up link",
            proof=Proof.PASSWORD,
            next_url=safe_next("/admincenter/"),
        )
    return show(request, "set_up", form)
