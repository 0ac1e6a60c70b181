"""The page into which somebody types the code that a device shows (RFC 8628, section 3.3)."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from accounts.access.guards import actor, signed_in
from accounts.sessions.browser import session_of
from mago.core.errors import Forbidden, Refused
from mago.core.form_pages import get_or_post, posted, show_form
from mago.core.ratelimit import Limit

from .. import services
from ..forms import DeviceCodeForm
from ..scopes import words_for
from ..validity import is_for

# Of 25 thousand million codes; the device shows one of them for ten minutes.
GUESSES = Limit("device code", 10, 600)
TEMPLATE = "accounts/provider/device.html"


@signed_in
@get_or_post
def device(request: HttpRequest) -> HttpResponse:
    """First the code, then what is asked; a code in the address is shown and not taken: whoever sent the link
    may hold the device (RFC 8628, section 5.4)."""
    form = DeviceCodeForm(posted(request), initial={"code": request.GET.get("user_code", "")[:20]})
    if not form.is_valid():
        return show_form(request, TEMPLATE, form)
    user, session = actor(request), session_of(request).row
    assert session is not None
    try:
        GUESSES.take(str(user.pk))
        grant = services.waiting_grant(form.cleaned_data["code"])
        if not is_for(grant.application, user):
            raise Forbidden(_("This application is for the members of another organization."))
        if "allow" in request.POST or "deny" in request.POST:
            approve = "allow" in request.POST
            services.answer_device(grant, user=user, session=session, approve=approve)
            done = (
                _("The device is let in. Go on there.") if approve else _("The device stays out.")
            )
            messages.success(request, done)
            return redirect("applications:list")
    except Refused as refusal:
        return show_form(request, TEMPLATE, form, refusal)
    context: dict[str, Any] = {
        "grant": grant,
        "words": words_for(grant.scope.split()),
        "days": settings.REFRESH_TOKEN_ABSOLUTE.days,
    }
    return show_form(request, TEMPLATE, form, **context)
