"""An application asks to sign its person out here too (OpenID Connect RP-Initiated Logout 1.0)."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from accounts.access.guards import public
from accounts.sessions.browser import close_session, session_of
from mago.core.form_pages import get_or_post

from .. import services
from ..protocol.logout import Farewell, read
from .authorize import send


@csrf_exempt
@public
@get_or_post
def end_session(request: HttpRequest) -> HttpResponse:
    """Whoever shows our ID token of this very session may end it; else the person is asked (ASVS 10.6.2)."""
    if request.method == "POST":
        return HttpResponseRedirect(f"{request.path}?{request.POST.urlencode()}", status=303)
    farewell = read(request.GET)
    row = session_of(request).row if request.user.is_authenticated else None
    if row is None:
        return _leave(request, farewell)
    if farewell.session_id == str(row.id):
        return _end(request, farewell)
    context = {"application": farewell.application, "query": request.GET.urlencode()}
    return render(request, "accounts/provider/end_session.html", context)


@public
@require_POST
def confirm(request: HttpRequest) -> HttpResponse:
    return _end(request, read(QueryDict(request.POST.get("query", ""))))


def _end(request: HttpRequest, farewell: Farewell) -> HttpResponse:
    row = session_of(request).row if request.user.is_authenticated else None
    if row is not None:
        session_id = row.id
        close_session(request)
        services.end_what_hangs_on(session_id)
    return _leave(request, farewell)


def _leave(request: HttpRequest, farewell: Farewell) -> HttpResponse:
    return send(request, farewell.url) if farewell.url else redirect("home")
