"""One's own factors: seen, renamed, removed; recovery codes; trusted browsers."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access.guards import actor, signed_in
from accounts.access.step_up import step_up
from mago.core.errors import Conflict, NotFound, Refused
from mago.core.form_pages import get_or_post, posted, show_form

from .. import selectors, services
from ..forms import NameForm
from ..models import Kind
from ..trust import distrust
from .enrol import session_flow

MOST = 50


@signed_in
@require_safe
def list_factors(request: HttpRequest) -> HttpResponse:
    user = actor(request)
    allowed = selectors.kinds_for(user)
    factors = selectors.factors_of(user)
    context = {
        "factors": factors,
        "kinds": [kind for kind in selectors.SECOND_FACTORS if kind in allowed],
        "has_stronger": any(factor.kind in (Kind.PASSKEY, Kind.TOTP) for factor in factors),
        "recovery_codes": selectors.unused_recovery_codes(user),
        "recovery_allowed": Kind.RECOVERY in allowed,
        "browsers": selectors.trusted_browsers_of(user)[:MOST],
    }
    return render(request, "accounts/mfa/list.html", context)


@signed_in
@get_or_post
def rename(request: HttpRequest, kind: str, key: int) -> HttpResponse:
    factor = selectors.factor_for(actor(request), kind, key)
    form = NameForm(posted(request), initial={"name": factor.name})
    if request.method == "POST" and form.is_valid():
        services.rename_factor(factor=factor, name=form.cleaned_data["name"], actor=actor(request))
        messages.success(request, _("Saved."))
        return redirect("mfa:list")
    return show_form(request, "accounts/mfa/rename.html", form, factor=factor)


@signed_in
@step_up()
@get_or_post
def remove(request: HttpRequest, kind: str, key: int) -> HttpResponse:
    factor = selectors.factor_for(actor(request), kind, key)
    if request.method != "POST":
        return render(request, "accounts/mfa/remove.html", {"factor": factor})
    try:
        services.remove_factor(factor=factor, actor=actor(request))
    except Conflict as refusal:
        messages.error(request, str(refusal.detail))
    else:
        messages.success(request, _("%(name)s is removed.") % {"name": factor.name})
    return redirect("mfa:list")


@signed_in
@step_up()
@get_or_post
def recovery(request: HttpRequest) -> HttpResponse:
    """Ten new codes, shown in the answer to the one request that makes them."""
    user, codes, refusal = actor(request), None, None
    if request.method == "POST":
        try:
            codes = services.new_recovery_codes(user=user, flow=session_flow(request, user))
        except Refused as error:
            refusal = error
    context = {
        "codes": codes,
        "refusal": refusal,
        "left": selectors.unused_recovery_codes(user),
        "has_factor": bool(selectors.factors_of(user)),
    }
    return render(
        request, "accounts/mfa/recovery.html", context, status=refusal.status if refusal else 200
    )


@signed_in
@require_POST
def forget_browser(request: HttpRequest, browser_id: UUID) -> HttpResponse:
    browser = selectors.trusted_browsers_of(actor(request)).filter(pk=browser_id).first()
    if browser is None:
        raise NotFound
    distrust(browser, actor=actor(request))
    messages.success(request, _("That browser will be asked again."))
    return redirect("mfa:list")
