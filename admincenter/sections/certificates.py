"""Certificates: the days that each has left, whether it is renewed, and what a scan of its endpoint sees."""

from django.conf import settings
from django.contrib import messages as notes
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access.guards import actor, require
from accounts.access.permissions import Permission
from mago.tls.policy import PROFILES
from mago.tls.selectors import endpoints
from mago.tls.services import ask_for_scan

from ..exports import set_up
from ..exports.ways import way_to_export
from ..pages import page


@require(Permission.CERTIFICATES_READ)
@require_safe
def certificates(request: HttpRequest) -> HttpResponse:
    way = way_to_export(request, set_up.Certificates)
    context = {"endpoints": endpoints(), "profile": PROFILES[settings.TLS_PROFILE], **way}
    return page(request, "admincenter/certificates/list.html", context)


@require(Permission.CERTIFICATES_SCAN)
@require_POST
def scan(request: HttpRequest) -> HttpResponse:
    """Looked at while one waits, as the answer is what one wants."""
    scanned = ask_for_scan(actor=actor(request))
    if any(endpoint.breaches for endpoint in scanned):
        notes.warning(request, _("Scanned. Something is not as the policy wants it."))
    else:
        notes.success(request, _("Scanned. Everything is as the policy wants it."))
    return redirect("admincenter:certificates")
