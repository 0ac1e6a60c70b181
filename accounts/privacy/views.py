"""One's own data: a copy of it, and one's account deleted."""

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access.guards import actor, signed_in
from accounts.access.step_up import step_up
from accounts.standing.services import delete_own_account
from mago.core.errors import NotFound, Refused

from . import services
from .selectors import copies_asked_by, copy_for

MOST_SHOWN = 5


@signed_in
@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    me = actor(request)
    copies = list(copies_asked_by(me.pk, me.pk)[:MOST_SHOWN])
    context = {
        "copies": copies,
        "is_waiting": any(one.is_open for one in copies),
        "days": settings.RECYCLE_BIN_DAYS,
    }
    return render(request, "accounts/privacy/privacy.html", context)


@signed_in
@step_up()
@require_POST
def ask(request: HttpRequest) -> HttpResponse:
    try:
        services.ask_for_copy(person=actor(request), actor=actor(request))
    except Refused as refusal:
        messages.error(request, str(refusal.detail))
    else:
        words = _("The copy is being made. It appears on this page once it is done.")
        messages.success(request, words)
    return redirect("privacy:privacy")


@signed_in
@step_up()
@require_POST
def download(request: HttpRequest, copy_id: UUID) -> HttpResponseBase:
    me = actor(request)
    found = copy_for(me.pk, copy_id)
    if found.person_id != me.pk:
        raise NotFound  # Of somebody else's, the admin center's page asks for the permission.
    file = services.download(found, actor=me)
    return FileResponse(file, as_attachment=True, filename="my-data.json")


@signed_in
@step_up()
@require_POST
def delete(request: HttpRequest) -> HttpResponse:
    try:
        delete_own_account(person=actor(request))
    except Refused as refusal:
        messages.error(request, str(refusal.detail))
        return redirect("privacy:privacy")
    return redirect("/")
