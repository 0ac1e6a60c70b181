"""Before something dangerous, whoever is at the keyboard proves again that it is them (ASVS 7.5.1, 7.5.3)."""

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any, TypeVar
from urllib.parse import urlencode, urlsplit

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import resolve_url
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mago.core.context import caller
from mago.core.errors import NotSignedIn, Refused
from mago.core.http import safe_next

from .methods import Means

View = TypeVar("View", bound=Callable[..., Any])
MINUTES = 10


class StepUpRequired(Refused):
    """A program must sign its person in again; a page asks them instead."""

    status = 401
    code = "step_up_required"
    detail = gettext_lazy("Sign in again: this asks for a proof that is only minutes old.")


def proved_within(minutes: int) -> bool:
    """Whether the person of this request proved who they are in the last `minutes`."""
    at = caller().authenticated_at
    return at is not None and timezone.now() - at <= timedelta(minutes=minutes)


def demand_proof(minutes: int = MINUTES) -> None:
    """StepUpRequired, unless the person of this request proved who they are in the last `minutes`."""
    if not proved_within(minutes):
        raise StepUpRequired


def step_up(minutes: int = MINUTES) -> Callable[[View], View]:
    """The view is reached only with a fresh proof. A page asks for it and comes back; a POST is sent again by hand,
    as what it held, perhaps a password, is kept nowhere, and the page says so."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            return ask_again(request, minutes) or view(request, *args, **kwargs)

        return guarded  # type: ignore[return-value]

    return decorate


def ask_again(request: HttpRequest, minutes: int = MINUTES) -> HttpResponse | None:
    """The way to the page that asks for the proof, or None where it is fresh enough."""
    if not request.user.is_authenticated:
        raise NotSignedIn
    if caller().via != Means.SESSION:
        demand_proof(minutes)
    if proved_within(minutes):
        return None
    if request.method not in ("GET", "HEAD"):
        words = _(
            "Nothing has been changed yet. Confirm that it is you; then you are back where you were, to send it once more."
        )
        messages.warning(request, words)
    query = urlencode({"next": way_back(request)})
    return HttpResponseRedirect(f"{resolve_url('account_reauthenticate')}?{query}")


def way_back(request: HttpRequest) -> str:
    """The page that was asked for, or the one whose form was sent.

    A form that stands at an address which only takes forms names its page itself, as `sent_from`.
    """
    if request.method in ("GET", "HEAD"):
        return request.get_full_path()
    if named := safe_next(request.POST.get("sent_from")):
        return named
    sent_from = urlsplit(request.headers.get("Referer", ""))
    path = f"{sent_from.path}?{sent_from.query}" if sent_from.query else sent_from.path
    return safe_next(path) or "/"
