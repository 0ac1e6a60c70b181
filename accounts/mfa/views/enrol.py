"""A factor is set up: by whoever is signed in, or in the middle of a sign-in that a policy holds up."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access.guards import actor, public, signed_in
from accounts.access.step_up import step_up
from accounts.models import User
from accounts.organizations.selectors import demand_on
from accounts.sessions import browsers, pipeline
from accounts.sessions.browser import session_of
from accounts.sessions.pipeline import Pending
from mago.core.errors import NotFound, Refused
from mago.core.form_pages import get_or_post, posted, show_form

from .. import selectors, services
from ..flows import Flow, Purpose
from ..forms import DETAILS, CodeForm, NameForm
from ..methods.totp import shown_of
from ..models import Kind
from ..stages import EnrolStage
from .verify import too_late


@dataclass(frozen=True)
class Setting:
    """Whose factor is set up, and in which flow; `pending` where a sign-in waits for it."""

    user: User
    flow: Flow
    pending: Pending | None = None

    @property
    def url_prefix(self) -> str:
        return "mfa:enrol_now" if self.pending else "mfa:add"


@public
@require_safe
def enrol_now(request: HttpRequest) -> HttpResponseBase:
    """A policy asks for more than the person has: what they can set up now."""
    setting = _pending_setting(request)
    if setting is None:
        return too_late(request)
    assert setting.pending is not None
    demand, now = demand_on(setting.user), timezone.now()
    context = {
        "kinds": _enrolable(setting.pending),
        "because": demand.because(now),
        "person": setting.user,
    }
    return render(request, "accounts/mfa/enrol_now.html", context)


@public
@get_or_post
def enrol_now_with(request: HttpRequest, kind: str) -> HttpResponseBase:
    setting = _pending_setting(request)
    if setting is None:
        return too_late(request)
    assert setting.pending is not None
    if kind not in _enrolable(setting.pending):
        raise NotFound
    return _enrol(request, setting, kind)


def _enrolable(pending: Pending) -> list[Kind]:
    wanted = demand_on(pending.user).strength_at(timezone.now())
    return selectors.enrolable(pending.user, pending.sign_in.proofs, wanted)


@public
@require_POST
def enrol_now_options(request: HttpRequest) -> HttpResponse:
    """What the browser needs to make a passkey."""
    setting = _pending_setting(request)
    if setting is None:
        raise pipeline.NothingPending
    return _options(setting)


@signed_in
@step_up()
@require_POST
def add_options(request: HttpRequest) -> HttpResponse:
    user = actor(request)
    return _options(Setting(user, session_flow(request, user)))


def _options(setting: Setting) -> HttpResponse:
    made = services.enrol_factor(user=setting.user, kind=Kind.PASSKEY, name="", flow=setting.flow)
    return JsonResponse(made.shown["options"])


@signed_in
@step_up()
@get_or_post
def add(request: HttpRequest, kind: str) -> HttpResponseBase:
    user = actor(request)
    return _enrol(request, Setting(user, session_flow(request, user)), kind)


def session_flow(request: HttpRequest, user: User) -> Flow:
    row = session_of(request).row
    assert row is not None
    return Flow(
        f"session:{row.pk[:40]}", Purpose.ENROL, user, browsers.known_as(request, user.email)
    )


def _pending_setting(request: HttpRequest) -> Setting | None:
    pending = pipeline.pending(request)
    if pending is None or pending.stage != EnrolStage.key:
        return None
    browser = browsers.known_as(request, pending.user.email)
    return Setting(
        pending.user, Flow(pending.sign_in.flow, Purpose.ENROL, pending.user, browser), pending
    )


def _enrol(request: HttpRequest, setting: Setting, kind: str) -> HttpResponseBase:
    """First what the factor needs to come to be (an address, a number), then its first working answer."""
    if kind not in selectors.SECOND_FACTORS:
        raise NotFound
    waiting = _waiting(setting, kind) if kind in DETAILS else None
    if kind in DETAILS and (waiting is None or "again" in request.GET):
        return _ask_details(request, setting, kind)
    if request.method == "POST":
        return _confirm(request, setting, kind, waiting)
    return _show(request, setting, kind, CodeForm(kind=kind), waiting)


def _ask_details(request: HttpRequest, setting: Setting, kind: str) -> HttpResponse:
    form = DETAILS[kind](posted(request), initial={"address": setting.user.email})
    refusal = None
    if request.method == "POST" and form.is_valid():
        try:
            services.enrol_factor(
                user=setting.user, kind=kind, flow=setting.flow, **form.cleaned_data
            )
            return redirect(f"{setting.url_prefix}_with" if setting.pending else "mfa:add", kind)
        except Refused as error:
            refusal = error
    return show_form(request, "accounts/mfa/details.html", form, refusal, **_context(setting, kind))


def _confirm(request: HttpRequest, setting: Setting, kind: str, waiting: Any) -> HttpResponseBase:
    form = CodeForm(request.POST, kind=kind)
    named = NameForm(request.POST)
    name = named.cleaned_data["name"] if named.is_valid() else ""
    if not form.is_valid():
        return _show(request, setting, kind, form, waiting)
    try:
        factor = services.confirm_factor(
            user=setting.user,
            kind=kind,
            flow=setting.flow,
            factor=waiting,
            answer=form.answer,
            name=name,
        )
    except Refused as refusal:
        return _show(request, setting, kind, form, waiting, refusal=refusal)
    if setting.pending:
        return pipeline.resume(request, selectors.proof_of(factor), factor.persistent_id)
    messages.success(request, _("%(name)s is set up.") % {"name": factor.name})
    if not selectors.unused_recovery_codes(setting.user):
        return redirect("mfa:recovery")
    return redirect("mfa:list")


def _show(
    request: HttpRequest,
    setting: Setting,
    kind: str,
    form: CodeForm,
    waiting: Any,
    *,
    refusal: Refused | None = None,
) -> HttpResponse:
    context = _context(setting, kind)
    if kind == Kind.TOTP:
        context["shown"] = shown_of(waiting)
    return show_form(
        request,
        "accounts/mfa/enrol.html",
        form,
        refusal,
        waiting=waiting,
        name_form=NameForm(),
        **context,
    )


def _context(setting: Setting, kind: str) -> dict[str, Any]:
    return {
        "kind": kind,
        "label": Kind(kind).label,
        "pending": setting.pending,
        "person": setting.user,
        "layout": "layouts/entrance.html" if setting.pending else "layouts/account.html",
    }


def _waiting(setting: Setting, kind: str) -> Any:
    """The factor of this kind that is being set up here."""
    return selectors.waiting_factor(setting.user, kind, setting.flow.id)
