"""An application sends a person here to sign in; it gets a code, if the person lets it (RFC 6749, section 4.1)."""

from datetime import timedelta
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render, resolve_url
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from accounts.access.guards import actor, public, signed_in
from accounts.models import User
from accounts.sessions.browser import session_of
from accounts.sessions.models import Session
from mago.core.errors import Forbidden
from mago.core.form_pages import get_or_post

from .. import services
from ..addresses import host_of, is_https
from ..protocol.authorization import Answered, Wanted, read, softened
from ..scopes import words_for
from ..selectors import has_consented
from ..validity import is_for

# Longer ones do not find their way back from the sign-in page (mago.core.http.safe_next).
LONGEST = 1900


@csrf_exempt
@public
@get_or_post
def authorize(request: HttpRequest) -> HttpResponse:
    """Public, as an application may ask in silence whether somebody is signed in; all else needs a person."""
    if request.method == "POST":
        # Sent by the application's page, so without our cookies; the same request by GET has them.
        return HttpResponseRedirect(f"{request.path}?{request.POST.urlencode()}", status=303)
    try:
        return _answer(request, read(request, request.GET))
    except Answered as answered:
        return send(request, answered.url)


@signed_in
@require_POST
def consent(request: HttpRequest) -> HttpResponse:
    """The person has pressed a button; what was asked is read again, as it comes from their browser."""
    try:
        wanted = read(request, QueryDict(request.POST.get("query", "")))
    except Answered as answered:
        return send(request, answered.url)
    if "allow" not in request.POST:
        return send(request, wanted.answer(error="access_denied"))
    user = actor(request)
    _demand_open_to(user, wanted)
    services.grant_consent(
        user=user,
        application=wanted.application,
        scopes=list(wanted.scopes),
        resource=wanted.resource,
    )
    return _give_code(request, user, wanted)


def send(request: HttpRequest, url: str) -> HttpResponse:
    """The browser goes to the application with its answer.

    A form of ours may only be answered by a page of ours (the content security policy's form-action counts
    redirects too), so that on the way from one the browser is given a page that goes on by itself.
    """
    if request.headers.get("Sec-Fetch-Site") == "same-origin":
        context = {"url": url, "host": host_of(url)}
        return render(request, "accounts/provider/go_on.html", context)
    response = HttpResponse(status=303 if request.method == "POST" else 302)
    # Whatever scheme the application has registered.
    response.headers["Location"] = url
    return response


def _answer(request: HttpRequest, wanted: Wanted) -> HttpResponse:
    if not request.user.is_authenticated:
        if wanted.is_silent:
            return send(request, wanted.answer(error="login_required"))
        return _ask(request, settings.LOGIN_URL, email=wanted.login_hint)
    user, session = actor(request), session_of(request).row
    assert session is not None
    if wanted.subject not in ("", str(user.pk)):
        # Never an answer about somebody else than the application knows.
        return send(request, wanted.answer(error="login_required"))
    if _is_proof_short(wanted, session):
        if wanted.is_silent:
            return send(request, wanted.answer(error="login_required"))
        return _ask(request, "account_reauthenticate")
    _demand_open_to(user, wanted)
    if _is_consent_short(user, wanted):
        if wanted.is_silent:
            return send(request, wanted.answer(error="consent_required"))
        return _show(request, wanted)
    return _give_code(request, user, wanted)


def _is_proof_short(wanted: Wanted, session: Session) -> bool:
    """Whether the application wants to be surer of the person than their session is."""
    if "login" in wanted.prompts or session.strength < wanted.strength:
        return True
    if wanted.max_age is None:
        return False
    return timezone.now() - session.proved_at > timedelta(seconds=wanted.max_age)


def _is_consent_short(user: User, wanted: Wanted) -> bool:
    """Whether the person is asked. They are each time where anybody could pretend to be the application
    (ASVS 10.7.1): one that proves nothing, and is not known by its address either."""
    application = wanted.application
    if wanted.prompts & {"consent", "select_account"}:
        return True
    if application.is_public and not is_https(wanted.redirect_uri):
        return True
    return not has_consented(user, application, wanted.scopes, wanted.resource)


def _demand_open_to(user: User, wanted: Wanted) -> None:
    application = wanted.application
    if not is_for(application, user):
        assert application.organization is not None
        raise Forbidden(
            _("%(application)s is for the members of %(organization)s, and %(email)s is none.")
            % {
                "application": application.name,
                "organization": application.organization.name,
                "email": user.email,
            },
            code="not_a_member",
        )


def _ask(request: HttpRequest, page: str, **hints: str) -> HttpResponse:
    """The page `page` asks for a proof, and leads back."""
    back = f"{request.path}?{softened(request.GET)}"
    if len(back) > LONGEST:
        raise Forbidden(_("The application sent more than can be kept. Tell those who run it."))
    query = {"next": back, **{name: hint for name, hint in hints.items() if hint}}
    return HttpResponseRedirect(f"{resolve_url(page)}?{urlencode(query)}")


def _show(request: HttpRequest, wanted: Wanted) -> HttpResponse:
    context = {
        "application": wanted.application,
        "host": host_of(wanted.redirect_uri),
        "resource": host_of(wanted.resource) if wanted.resource else "",
        "words": words_for(wanted.scopes),
        "query": softened(request.GET),
        "days": settings.REFRESH_TOKEN_ABSOLUTE.days,
        "is_lasting": "offline_access" in wanted.scopes,
    }
    return render(request, "accounts/provider/consent.html", context)


def _give_code(request: HttpRequest, user: User, wanted: Wanted) -> HttpResponse:
    session = session_of(request).row
    assert session is not None
    code = services.create_code(
        application=wanted.application,
        user=user,
        session=session,
        redirect_uri=wanted.redirect_uri,
        scope=" ".join(wanted.scopes),
        code_challenge=wanted.code_challenge,
        nonce=wanted.nonce,
        resource=wanted.resource,
    )
    return send(request, wanted.answer(code=code))
