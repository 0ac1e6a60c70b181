"""Dead letters of a stream: what its receiver refused for what it says is sent again, or discarded."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access.guards import actor, require
from accounts.access.permissions import Permission
from mago.audit.streams.letters import discard_letter, send_letter
from mago.audit.streams.selectors import letter_for, stream_for
from mago.core.errors import Refused

from ...reasons import with_reason


@require(Permission.AUDIT_STREAMS_EDIT)
@require_POST
def send(request: HttpRequest, stream_id: UUID, letter_id: UUID) -> HttpResponse:
    """Sent while one waits, as a test is; it takes 25 seconds at most."""
    letter = letter_for(stream_for(stream_id), letter_id)
    try:
        trial = send_letter(letter, actor=actor(request))
    except Refused as refusal:
        messages.error(request, str(refusal.detail))
    else:
        if trial.failed:
            told = _("It was not taken: %(reason)s. It stays here.")
            messages.error(request, told % {"reason": trial.reason})
        else:
            messages.success(request, _("It was taken, and is no dead letter any more."))
    return redirect("admincenter:stream", stream_id)


@require(Permission.AUDIT_STREAMS_EDIT)
@require_POST
def discard(request: HttpRequest, stream_id: UUID, letter_id: UUID) -> HttpResponse:
    stream = stream_for(stream_id)
    letter = letter_for(stream, letter_id)
    return with_reason(
        request,
        lambda reason: discard_letter(letter, reason=reason, actor=actor(request)),
        _("The dead letter is discarded."),
        title=_("Discard"),
        of=stream,
        to=reverse("admincenter:stream", args=[stream.pk]),
    )
