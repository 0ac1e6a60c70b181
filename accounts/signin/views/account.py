"""One's own account: profile, e-mail address, password."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accounts.access.guards import actor, public, signed_in
from accounts.access.step_up import step_up
from accounts.sessions.browser import renew_session
from mago.core.errors import Conflict, Refused
from mago.core.http import remember_language

from .. import services
from ..forms import (
    ChangeEmailForm,
    ChangePasswordForm,
    ProfileForm,
    current_language,
)
from ..tokens import LinkSpent
from .common import get_or_post, posted, show


@signed_in
@get_or_post
def profile(request: HttpRequest) -> HttpResponse:
    user = actor(request)
    initial = {"name": user.name, "language": user.language or current_language()}
    form = ProfileForm(posted(request), initial=initial)
    if request.method == "POST" and form.is_valid():
        services.change_profile(user=user, actor=user, **form.cleaned_data)
        messages.success(request, _("Saved."))
        response = redirect("accounts:profile")
        remember_language(response, form.cleaned_data["language"])
        return response
    return show(request, "profile", form)


@signed_in
@step_up()
@get_or_post
def change_email(request: HttpRequest) -> HttpResponse:
    form = ChangeEmailForm(posted(request), password=actor(request).has_usable_password())
    if request.method == "POST" and form.is_valid():
        email = form.cleaned_data["email"]
        try:
            services.request_email_change(
                user=actor(request), email=email, current=form.cleaned_data.get("password", "")
            )
        except Refused as refusal:
            return show(request, "change_email", form, refusal)
        messages.info(
            request,
            _("We have sent a link to %(email)s. Open it to finish the change.") % {"email": email},
        )
        return redirect("account_email")
    return show(request, "change_email", form)


@signed_in
@get_or_post
def confirm_email_change(request: HttpRequest, key: str) -> HttpResponse:
    if request.method != "POST":
        return render(request, "accounts/signin/confirm_email.html", {"key": key, "change": True})
    try:
        user = services.confirm_email_change(key, user=actor(request))
    except (LinkSpent, Conflict) as refusal:
        return render(
            request, "accounts/signin/link_spent.html", {"refusal": refusal}, status=refusal.status
        )
    messages.success(request, _("Your address is now %(email)s.") % {"email": user.email})
    return redirect("account_email")


@signed_in
@get_or_post
def change_password(request: HttpRequest) -> HttpResponse:
    form = ChangePasswordForm(posted(request))
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            services.change_password(
                user=actor(request), current=data["oldpassword"], password=data["password1"]
            )
        except Refused as refusal:
            return show(request, "change_password", form, refusal)
        renew_session(request)
        messages.success(
            request, _("Your new password is set. You are signed out everywhere else.")
        )
        return redirect("account_change_password")
    return show(request, "change_password", form)


@public
@get_or_post
def lock_down(request: HttpRequest, key: str) -> HttpResponse:
    """“This was not me”: the link of the mail about a new device. It takes a press of a button."""
    if request.method != "POST":
        return render(request, "accounts/signin/lock_down.html", {"key": key})
    try:
        user = services.lock_down(key)
    except LinkSpent as refusal:
        return render(
            request, "accounts/signin/link_spent.html", {"refusal": refusal}, status=refusal.status
        )
    return render(request, "accounts/signin/locked_down.html", {"email": user.email})
