"""Messages: what was sent, what waits, what is dead and may be tried again. What they say stays sealed."""

from uuid import UUID

from django.contrib import messages as notes
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from accounts.access.guards import actor, require
from accounts.access.permissions import Permission
from mago.messaging.services import retry as retry_message
from mago.messaging.titles import title_of

from .. import services
from ..bulk import platform
from ..bulk.ways import way_to_choose
from ..exports import lists
from ..exports.ways import way_to_export
from ..forms import MessageFilters
from ..pages import act, list_page, page
from ..selectors import outbox

# What a row of the list shows.
SHOWN = ("recipient", "template", "status", "delivery", "attempts", "last_error", "created_at")


@require(Permission.MESSAGES_READ)
@require_safe
def messages(request: HttpRequest) -> HttpResponse:
    filters = MessageFilters(request.GET)
    return list_page(
        request,
        "admincenter/messages/list.html",
        title=_("Messages"),
        filters=filters,
        find=outbox.find_messages,
        columns=SHOWN,
        dead=outbox.dead(),
        **way_to_choose(request, platform.Messages),
        **way_to_export(request, lists.Messages),
    )


@require(Permission.MESSAGES_READ)
@require_safe
def message(request: HttpRequest, message_id: UUID) -> HttpResponse:
    message = outbox.message_for(message_id)
    context = {"message": message, "crumb": title_of(message.template)}
    return page(request, "admincenter/messages/message.html", context)


@require(Permission.MESSAGES_RETRY)
@require_POST
def retry(request: HttpRequest, message_id: UUID) -> HttpResponse:
    message = outbox.message_for(message_id)
    return act(
        request,
        lambda: retry_message(message, actor=actor(request)),
        _("The message waits to be sent again."),
        to=reverse("admincenter:message", args=[message.pk]),
    )


@require(Permission.MESSAGES_RETRY)
@require_POST
def retry_dead(request: HttpRequest) -> HttpResponse:
    retried, useless = services.retry_dead(actor=actor(request))
    text = ngettext(
        "%(count)d message waits to be sent again.",
        "%(count)d messages wait to be sent again.",
        retried,
    )
    notes.success(request, text % {"count": retried})
    if useless:
        text = ngettext(
            "%(count)d message stays dead: what it says is no longer of use.",
            "%(count)d messages stay dead: what they say is no longer of use.",
            useless,
        )
        notes.warning(request, text % {"count": useless})
    return redirect("admincenter:messages")
