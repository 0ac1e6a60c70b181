"""The middleware that only pages need: passed over for programs' paths, which carry no session.

A hub or an app sends a token with each request; sessions, CSRF marks and messages would cost it
several database reads for nothing.
"""

from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from csp.middleware import CSPMiddleware as _CSPMiddleware
from django.conf import settings
from django.contrib.auth.middleware import LoginRequiredMiddleware as _LoginRequiredMiddleware
from django.contrib.auth.views import redirect_to_login
from django.contrib.messages.middleware import MessageMiddleware as _MessageMiddleware
from django.http import HttpRequest, HttpResponseRedirect
from django.middleware.common import CommonMiddleware as _CommonMiddleware
from django.middleware.csrf import CsrfViewMiddleware as _CsrfViewMiddleware
from django.middleware.locale import LocaleMiddleware as _LocaleMiddleware
from django.shortcuts import resolve_url
from django.template.loader import render_to_string
from django.utils import translation
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxMiddleware as _DjangoHtmxMiddleware

from accounts.access.step_up import way_back
from accounts.sessions.middleware import AuthenticationMiddleware as _AuthenticationMiddleware
from accounts.sessions.middleware import SessionMiddleware as _SessionMiddleware
from mago.core.over_the_page import over_the_page

PROGRAM_PATHS = (
    "/api/",
    "/health/",
    "/metrics",
    "/.well-known/",
    "/oauth/token",
    "/oauth/introspect",
    "/oauth/revoke",
    "/oauth/userinfo",
    "/oauth/jwks",
    "/oauth/device-authorization",
)


def _for_pages(middleware: type) -> Any:
    class ForPages(middleware):
        def __call__(self, request: HttpRequest) -> Any:
            if request.path_info.startswith(PROGRAM_PATHS):
                return self.get_response(request)
            return super().__call__(request)

        def process_view(self, request: HttpRequest, *args: Any) -> Any:
            hook = getattr(super(), "process_view", None)
            return (
                None
                if hook is None or request.path_info.startswith(PROGRAM_PATHS)
                else hook(request, *args)
            )

    ForPages.__name__ = ForPages.__qualname__ = middleware.__name__
    return ForPages


class LocaleMiddleware(_LocaleMiddleware):
    """A program gets the language that it asks for, else ours. Nobody leaves theirs to the thread's next request."""

    def __call__(self, request: HttpRequest) -> Any:
        if (
            request.path_info.startswith(PROGRAM_PATHS)
            and "HTTP_ACCEPT_LANGUAGE" not in request.META
        ):
            return self.get_response(request)
        try:
            return super().__call__(request)
        finally:
            translation.deactivate()


class _SignInMiddleware(_LoginRequiredMiddleware):
    """Whoever sends a form and is signed out by then comes back to the page of the form: an address that takes forms alone
    has nothing to show."""

    def handle_no_permission(self, request: HttpRequest, view_func: Any) -> HttpResponseRedirect:
        if request.method in {"GET", "HEAD"} or not request.headers.get("Referer"):
            return super().handle_no_permission(request, view_func)
        return redirect_to_login(way_back(request), self.get_login_url(view_func))


class _HtmxMiddleware(_DjangoHtmxMiddleware):
    """The page that asks who somebody is has no place inside another one: the whole browser goes there, and
    comes back to the page that it shows now.

    Not where a page asks by itself, as whatever keeps itself fresh does: somebody may be writing in it. It says
    what is so, and stays.
    """

    def __call__(self, request: HttpRequest) -> Any:
        response: Any = super().__call__(request)
        htmx = request.htmx  # type: ignore[attr-defined]
        if not htmx or response.status_code != 302:
            return response
        to = urlsplit(response["Location"])
        if to.path not in map(resolve_url, (settings.LOGIN_URL, "account_reauthenticate")):
            return response
        query = dict(parse_qsl(to.query)) | {"next": htmx.current_url_abs_path or "/"}
        target = f"{to.path}?{urlencode(query)}"
        if request.headers.get("Mago-Asks-By-Itself"):
            said = render_to_string("includes/signed_out.html", {"sign_in_url": target})
            return over_the_page(said)
        return HttpResponseClientRedirect(target)


SessionMiddleware = _for_pages(_SessionMiddleware)
CommonMiddleware = _for_pages(_CommonMiddleware)
CsrfViewMiddleware = _for_pages(_CsrfViewMiddleware)
AuthenticationMiddleware = _for_pages(_AuthenticationMiddleware)
LoginRequiredMiddleware = _for_pages(_SignInMiddleware)
MessageMiddleware = _for_pages(_MessageMiddleware)
HtmxMiddleware = _for_pages(_HtmxMiddleware)
CSPMiddleware = _for_pages(_CSPMiddleware)
