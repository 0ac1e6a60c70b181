"""The second step of a sign-in."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access.guards import public
from accounts.organizations.selectors import demand_on
from accounts.sessions import browsers, pipeline
from accounts.sessions.pipeline import Pending
from mago.core.errors import NotFound, Refused
from mago.core.form_pages import get_or_post, posted, show_form

from .. import selectors, services
from ..codes import LIFETIMES
from ..flows import Flow, Purpose
from ..forms import CodeForm
from ..models import Factor, Kind, Passkey, RecoveryDevice
from ..stages import FactorStage, may_trust
from ..trust import trust


@public
@get_or_post
def verify(request: HttpRequest, kind: str = "", key: int = 0) -> HttpResponseBase:
    """Asks for one of the person's factors; the page offers the others."""
    pending = _pending(request)
    if pending is None:
        return too_late(request)
    factors = _offered(pending)
    if not factors:
        return too_late(request)
    if not kind:
        return redirect("mfa:verify_with", factors[0].kind, factors[0].pk)
    factor = _chosen(pending, factors, kind, key)
    # Who reads the mail has shown no second factor, so no browser can stand in for one by that.
    trusting = factor.kind != Kind.EMAIL and may_trust(pending.user, demand_on(pending.user))
    form = CodeForm(posted(request), kind=factor.kind, may_trust=trusting)
    refusal = None
    if request.method == "POST" and form.is_valid():
        try:
            return _go_on(request, pending, factor, form)
        except Refused as error:
            refusal = error
    return _show(request, pending, factor, factors, form, refusal=refusal)


@public
@require_POST
def send(request: HttpRequest, kind: str, key: int) -> HttpResponseBase:
    """A code is on its way to the chosen address or number."""
    pending = _pending(request)
    if pending is None:
        return too_late(request)
    factor = _chosen(pending, _offered(pending), kind, key)
    services.begin(flow_of(request, pending), factor)
    messages.info(request, _("A code is on its way. It may take a minute."))
    return redirect(f"{reverse('mfa:verify_with', args=[kind, key])}?sent=1")


@public
@require_POST
def options(request: HttpRequest) -> HttpResponse:
    """What the browser needs to ask for one of the person's passkeys."""
    pending = _pending(request)
    if pending is None:
        raise pipeline.NothingPending
    return JsonResponse(
        services.begin(flow_of(request, pending), Passkey(user=pending.user))["options"]
    )


def flow_of(request: HttpRequest, pending: Pending) -> Flow:
    browser = browsers.known_as(request, pending.user.email)
    return Flow(pending.sign_in.flow, Purpose.SIGN_IN, pending.user, browser)


def too_late(request: HttpRequest) -> HttpResponse:
    messages.info(request, _("That took too long. Sign in again."))
    return redirect("account_login")


def _pending(request: HttpRequest) -> Pending | None:
    pending = pipeline.pending(request)
    return pending if pending is not None and pending.stage == FactorStage.key else None


def _offered(pending: Pending) -> list[Factor]:
    wanted = demand_on(pending.user).strength_at(timezone.now())
    return selectors.offered(pending.user, pending.sign_in.proofs, wanted)


def _chosen(pending: Pending, factors: list[Factor], kind: str, key: int) -> Factor:
    """The factor that the path names, if it is one of those that are enough; NotFound otherwise."""
    if kind == Kind.RECOVERY:
        return RecoveryDevice(user=pending.user)
    for factor in factors:
        if (factor.kind, factor.pk) == (kind, key):
            return factor
    raise NotFound


def _go_on(
    request: HttpRequest, pending: Pending, factor: Factor, form: CodeForm
) -> HttpResponseBase:
    proof = services.verify(flow_of(request, pending), factor, form.answer)
    response = pipeline.resume(request, proof, factor.persistent_id if factor.pk else factor.kind)
    if form.cleaned_data.get("trust") and request.user == pending.user:
        trust(request, response, pending.user)
    return response


def _show(
    request: HttpRequest,
    pending: Pending,
    factor: Factor,
    factors: list[Factor],
    form: CodeForm,
    *,
    refusal: Refused | None,
) -> HttpResponse:
    now = timezone.now()
    return show_form(
        request,
        "accounts/mfa/verify.html",
        form,
        refusal,
        factor=factor,
        others=_others(factors, factor),
        # Of what is sent, the answer comes after the asking; the page says no more than that it was asked for.
        asked=factor.kind not in LIFETIMES or "sent" in request.GET or request.method == "POST",
        recovery=factor.kind != Kind.RECOVERY and selectors.has_recovery_code(pending.user),
        because=demand_on(pending.user).because(now),
        person=pending.user,
    )


def _others(factors: list[Factor], shown: Factor) -> list[Factor]:
    """What else could be given; of passkeys one stands for all, as the browser asks which."""
    others, passkey = [], shown.kind is Kind.PASSKEY
    for one in factors:
        if one.persistent_id == shown.persistent_id or (passkey and one.kind is Kind.PASSKEY):
            continue
        passkey = passkey or one.kind is Kind.PASSKEY
        others.append(one)
    return others
