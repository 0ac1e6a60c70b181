"""The dev inbox: what would have been sent, shown to whoever sits at this machine."""

import re
from collections.abc import Callable
from functools import wraps
from typing import Any

from csp.constants import NONE, UNSAFE_INLINE
from csp.decorators import csp
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from mago.core.guards import public

from .checks import is_loopback
from .models import InboxEntry

View = Callable[..., HttpResponse]

_MARKS = re.compile(r"(https?://\S+)|(\b\d{6,8}\b)")


def at_this_machine(view: View) -> View:
    """404 unless mails are kept here and the caller is on loopback: the pages show everybody's links."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        address: str = getattr(request, "client_address", "")
        if not settings.MAGO_INBOX or not is_loopback(address):
            raise Http404
        return view(request, *args, **kwargs)

    return guarded


@public
@require_safe
@at_this_machine
def inbox(request: HttpRequest) -> HttpResponse:
    """The newest first, with links to follow and codes to copy."""
    entries = [{"entry": entry, "text": _marked(entry.text)} for entry in InboxEntry.objects.all()]
    return render(request, "dev/inbox.html", {"entries": entries})


@public
@require_safe
@at_this_machine
def inbox_json(request: HttpRequest) -> HttpResponse:
    fields = ("channel", "to", "subject", "text", "html", "created")
    return JsonResponse(list(InboxEntry.objects.values(*fields)), safe=False)


@public
@require_safe
@csp({"default-src": [NONE], "style-src": [UNSAFE_INLINE], "sandbox": [""]})
@at_this_machine
def inbox_html(request: HttpRequest, number: int) -> HttpResponse:
    """The HTML part by itself, as a mail program would show it: styles, and nothing that runs."""
    return HttpResponse(get_object_or_404(InboxEntry.objects.exclude(html=""), pk=number).html)


def _marked(text: str) -> SafeString:
    """`text`, escaped, with its links as links and its codes highlighted."""

    def pieces() -> Any:
        end = 0
        for found in _MARKS.finditer(text):
            yield (text[end : found.start()],)
            link, code = found.groups()
            yield (
                format_html('<a href="{}">{}</a>', link, link)
                if link
                else format_html("<mark>{}</mark>", code),
            )
            end = found.end()
        yield (text[end:],)

    return format_html_join("", "{}", pieces())
