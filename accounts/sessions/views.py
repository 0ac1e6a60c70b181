"""Where am I signed in? See it, end it."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access.guards import actor, signed_in
from accounts.access.services import sign_out_everywhere
from mago.core.ids import digest

from . import selectors, services
from .browser import renew_session

MOST = 100


@signed_in
@require_safe
def list_sessions(request: HttpRequest) -> HttpResponse:
    context = {
        "sessions": selectors.sessions_of(actor(request))[:MOST],
        "current": digest(request.session.session_key or ""),
    }
    return render(request, "accounts/sessions/list.html", context)


@signed_in
@require_POST
def end(request: HttpRequest, session_id: UUID) -> HttpResponse:
    services.end_session(selectors.session_of(actor(request), session_id), actor=actor(request))
    messages.success(request, _("That session is ended."))
    return redirect("sessions:list")


@signed_in
@require_POST
def end_others(request: HttpRequest) -> HttpResponse:
    sign_out_everywhere(actor(request), actor=actor(request), reason="by the person")
    renew_session(request)
    messages.success(request, _("You are signed out everywhere but here."))
    return redirect("sessions:list")
