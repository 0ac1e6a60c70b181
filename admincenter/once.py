"""A form that comes twice makes one thing: a double click, or a proxy that tries again.

Each page masks the CSRF token anew, so that a form's token names the page that it was on. The same fields with the
same token are the same sending. The first one and what is kept of it, where it led, are one transaction: whoever
comes in the same moment waits for its end at the unique row, and is led to the same place. What was refused is kept
nowhere, and may be sent again. Of an answer that shows a secret only the page is kept where what was made is listed:
whoever has missed the secret revokes it there.
"""

import hashlib
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any, TypeVar

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.api.models import KeptAnswer

# Longer than anybody clicks twice, or a proxy tries again. Who goes back to a page and sends it once more, later, means it.
KEPT = timedelta(minutes=10)
_LEADING = range(300, 400)
_PAGE = "csrfmiddlewaretoken"
_NOTHING_MADE = "mago.nothing_made"
_SHOWN = "mago.shown_once"

View = TypeVar("View", bound=Callable[..., Any])


def once(view: View) -> View:
    """For a view that makes something of a form, and then leads to another page, or says `shown_once`."""

    @wraps(view)
    def makes_once(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method != "POST" or not request.POST.get(_PAGE):
            found: HttpResponse = view(request, *args, **kwargs)
            return found
        sending = _sending(request)
        with transaction.atomic():
            now = timezone.now()
            KeptAnswer.objects.filter(pk=sending, expires_at__lte=now).delete()
            kept, is_first = KeptAnswer.objects.get_or_create(
                digest=sending, defaults={"expires_at": now + KEPT}
            )
            if not is_first:
                return _lead_there(request, kept)
            answer: HttpResponse = view(request, *args, **kwargs)
            if (to := _place_of(request, answer)) is not None:
                KeptAnswer.objects.filter(pk=sending).update(status=answer.status_code, answer=to)
            else:
                kept.delete()
        return answer

    makes_once.makes_once = True  # type: ignore[attr-defined]
    return makes_once  # type: ignore[return-value]


def _place_of(request: HttpRequest, answer: HttpResponse) -> str | None:
    """Where what was made is found; None where nothing was."""
    if isinstance(answer, HttpResponseRedirect) and _NOTHING_MADE not in request.META:
        return answer.url
    return request.META.get(_SHOWN)


def _lead_there(request: HttpRequest, kept: KeptAnswer) -> HttpResponse:
    # Somebody without an account has no page that would show it.
    if request.user.is_authenticated:
        if kept.status in _LEADING:
            messages.info(request, _("This was sent already, and was done once."))
        else:
            words = _(
                "This was made a moment ago, and its secret was shown then, once. If you do not have it, make another here, and revoke what nobody knows."
            )
            messages.warning(request, words)
    return HttpResponseRedirect(kept.answer)


def nothing_made(request: HttpRequest) -> None:
    """Where the answer leads to another page though nothing was made: one that says why, or one that asks for more."""
    request.META[_NOTHING_MADE] = True


def shown_once(request: HttpRequest, to: str) -> None:
    """Where the answer shows a secret, which is kept nowhere: who sends the form again is led to `to`, and told why."""
    request.META[_SHOWN] = to


def _sending(request: HttpRequest) -> str:
    """Whose it is, where it went, and all that was in it."""
    digest = hashlib.sha256(f"{request.user.pk}\x1f{request.get_full_path()}".encode())
    fields = [(name, value) for name, values in request.POST.lists() for value in values]
    for name, value in sorted(fields):
        digest.update(f"\x1f{name}\x1e{value}".encode("utf-8", "surrogatepass"))
    files = [(name, file) for name, found in request.FILES.lists() for file in found]
    for name, file in files:
        digest.update(f"\x1f{name}\x1e{file.name}\x1e".encode("utf-8", "surrogatepass"))
        for piece in file.chunks():
            digest.update(piece)
        file.seek(0)
    return digest.hexdigest()
