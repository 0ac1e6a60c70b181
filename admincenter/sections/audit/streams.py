"""Where the trail is sent on to: made, changed, tried, paused, and helped up when one gave up."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access.guards import actor, require
from accounts.access.permissions import Permission
from mago.audit.models import AuditStream
from mago.audit.streams import services
from mago.audit.streams.connecting import Step
from mago.audit.streams.selectors import end_of_chain, letters_of, stream_for, waiting_for
from mago.core.errors import Refused
from mago.core.form_pages import get_or_post, posted
from mago.core.holding import held

from ...once import once, shown_once
from ...pages import list_page, page, submit
from ...selectors.trail import find_streams
from ...trials import steps_of
from .common import around
from .forms import NewStreamForm, StreamFilters, StreamForm

TAB = "streams"
# Of what waits, the next that are sent.
SHOWN = 10


@require(Permission.AUDIT_READ)
@require_safe
def streams(request: HttpRequest) -> HttpResponse:
    return list_page(
        request,
        "admincenter/audit/streams.html",
        title=_("Streams"),
        filters=StreamFilters(request.GET),
        find=find_streams,
        end=end_of_chain(),
        **around(request, TAB),
    )


@require(Permission.AUDIT_READ)
@require_safe
def stream(request: HttpRequest, stream_id: UUID) -> HttpResponse:
    return _page_of(request, stream_for(stream_id))


@require(Permission.AUDIT_STREAMS_EDIT)
@get_or_post
@once
def create(request: HttpRequest) -> HttpResponse:
    form = NewStreamForm(posted(request), initial={"kind": "webhook"})
    made, status = submit(form, lambda **data: services.create_stream(actor=actor(request), **data))
    if made:
        stream, secret = made
        if secret:
            shown_once(request, reverse("admincenter:stream", args=[stream.pk]))
            return _secret_page(request, stream, secret, 201)
        messages.success(request, _("The stream exists now. Test it, to see whether it arrives."))
        return redirect("admincenter:stream", stream.pk)
    back = reverse("admincenter:streams")
    return _form_page(request, form, _("New stream"), back, status)


def _stream(request: HttpRequest, stream_id: UUID) -> AuditStream:
    return stream_for(stream_id)


@require(Permission.AUDIT_STREAMS_EDIT)
@get_or_post
@held(_stream)
def edit(request: HttpRequest, stream: AuditStream) -> HttpResponse:
    name = stream.name
    form = StreamForm(posted(request), stream=stream)
    changed, status = submit(
        form, lambda **data: services.change_stream(stream, actor=actor(request), **data)
    )
    back = reverse("admincenter:stream", args=[stream.pk])
    if changed:
        messages.success(request, _("Saved."))
        return redirect(back)
    return _form_page(request, form, name, back, status)


@require(Permission.AUDIT_STREAMS_EDIT)
@require_POST
def test(request: HttpRequest, stream_id: UUID) -> HttpResponse:
    """Tried while one waits, as the answer is what one wants; it takes 25 seconds at most."""
    stream = stream_for(stream_id)
    trial = services.try_stream(stream, actor=actor(request))
    return _page_of(request, stream, trial=trial, steps=steps_of(trial, Step))


@require(Permission.AUDIT_STREAMS_EDIT)
@require_POST
def pause(request: HttpRequest, stream_id: UUID) -> HttpResponse:
    told = _("The stream is paused. What happens meanwhile is sent when you resume it.")
    return _act(request, stream_id, services.disable_stream, told)


@require(Permission.AUDIT_STREAMS_EDIT)
@require_POST
def resume(request: HttpRequest, stream_id: UUID) -> HttpResponse:
    stream = stream_for(stream_id)
    action = services.resume_stream if stream.dead_since else services.enable_stream
    told = _("The stream goes on from where it was.")
    return _act(request, stream_id, action, told)


@require(Permission.AUDIT_STREAMS_EDIT)
@require_POST
def skip(request: HttpRequest, stream_id: UUID) -> HttpResponse:
    told = _("The stream leaves out what has waited, and goes on from now.")
    return _act(
        request,
        stream_id,
        lambda stream, actor: services.resume_stream(stream, skip=True, actor=actor),
        told,
    )


@require(Permission.AUDIT_STREAMS_EDIT)
@require_POST
def renew(request: HttpRequest, stream_id: UUID) -> HttpResponse:
    stream = stream_for(stream_id)
    try:
        secret = services.renew_secret(stream, actor=actor(request))
    except Refused as refusal:
        messages.error(request, str(refusal.detail))
        return redirect("admincenter:stream", stream.pk)
    return _secret_page(request, stream, secret, 200)


@require(Permission.AUDIT_STREAMS_EDIT)
@require_POST
def delete(request: HttpRequest, stream_id: UUID) -> HttpResponse:
    services.delete_stream(stream_for(stream_id), actor=actor(request))
    messages.success(request, _("The stream is deleted. Nothing is sent there any more."))
    return redirect("admincenter:streams")


def _act(
    request: HttpRequest, stream_id: UUID, action: Callable[..., Any], told: str
) -> HttpResponse:
    stream = stream_for(stream_id)
    action(stream, actor=actor(request))
    messages.success(request, told)
    return redirect("admincenter:stream", stream.pk)


def _page_of(request: HttpRequest, stream: AuditStream, **context: Any) -> HttpResponse:
    context |= {
        "stream": stream,
        "behind": max(0, end_of_chain() - stream.position),
        "waiting": waiting_for(stream, SHOWN),
        "letters": letters_of(stream),
        **around(request, TAB),
    }
    return page(request, "admincenter/audit/stream.html", context)


def _form_page(request: HttpRequest, form: Any, title: str, back: str, status: int) -> HttpResponse:
    context = {"form": form, "title": title, "back": back, **around(request, TAB)}
    return page(request, "admincenter/audit/form.html", context, status=status)


def _secret_page(
    request: HttpRequest, stream: AuditStream, secret: str, status: int
) -> HttpResponse:
    """The secret is in this answer and nowhere else."""
    context = {"stream": stream, "secret": secret, **around(request, TAB)}
    return page(request, "admincenter/audit/stream_secret.html", context, status=status)
