"""What programs ask of the provider all the time is answered in front of Django's handler (`mago.core.front`).

A token for itself, a refresh, whether a token still is one: each is a small form and one or two statements. The views
are those that `urls.py` names. Whatever is unusual about a request, such as a query, another type of content or a
wish for a language, is Django's: what it says of it is said in one place.
"""

import time
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from typing import Any, cast

from django.conf import settings
from django.core.handlers.exception import convert_exception_to_response
from django.http import HttpRequest, HttpResponse, QueryDict

from mago.core import errors
from mago.core.context import calling
from mago.core.front import (
    PHRASES,
    Environ,
    Wsgi,
    count,
    give_back,
    is_secure,
    security_headers,
    who_calls,
)
from mago.core.http import address_in
from mago.core.ids import new_id

from .views import programs

FORM = "application/x-www-form-urlencoded"
LONGEST_BODY = 32_768
View = Callable[[HttpRequest], HttpResponse]


def _guarded(view: View) -> View:
    """`view`, whose refusals are answers, and all else that it raises what Django makes of it."""

    def answer(request: HttpRequest) -> HttpResponse:
        try:
            return view(request)
        except errors.Refused as refusal:
            return errors.respond(request, refusal)

    return cast("View", convert_exception_to_response(answer))


# The views, and what they are called in `urls.py`.
HOT: Mapping[str, tuple[View, str]] = {
    "/oauth/token": (_guarded(programs.token), "provider:token"),
    "/oauth/introspect": (_guarded(programs.introspect), "provider:introspect"),
    "/oauth/revoke": (_guarded(programs.revoke), "provider:revoke"),
}


class FormRequest:
    """What these views use of Django's request."""

    method, content_type = "POST", FORM

    def __init__(self, environ: Environ) -> None:
        self.META = environ
        self.path = self.path_info = environ["PATH_INFO"]
        self.request_id = new_id().hex
        proof = environ.get("HTTP_AUTHORIZATION")
        self.headers = {} if proof is None else {"Authorization": proof}

    @cached_property
    def POST(self) -> QueryDict:  # noqa: N802 - Django's name
        sent = self.META["wsgi.input"].read(int(self.META["CONTENT_LENGTH"]))
        return QueryDict(sent, encoding="utf-8")

    def _mark_post_parse_error(self) -> None:
        """Django asks for it when there was too much to read, so that nobody reads it again."""
        self.POST = QueryDict()


class Front:
    """The WSGI application: these forms here, all else by Django."""

    def __init__(self, django: Wsgi) -> None:
        self._django = django
        self._headers = security_headers()

    def __call__(self, environ: Environ, start_response: Any) -> Iterable[bytes]:
        hot = HOT.get(environ.get("PATH_INFO", ""))
        if hot is None or not _is_usual(environ):
            return self._django(environ, start_response)
        view, route = hot
        began = time.perf_counter()
        request: Any = FormRequest(environ)
        with calling(who_calls(environ, request.request_id, address_in(environ))):
            try:
                response = view(request)
            finally:
                give_back()
        count(environ, route, response.status_code, began)
        headers = response.headers
        headers["X-Request-ID"] = request.request_id
        headers.setdefault("Content-Length", str(len(response.content)))
        headers.setdefault("Cache-Control", "no-store")
        start_response(PHRASES[response.status_code], [*headers.items(), *self._headers])
        return [response.content]


def _is_usual(environ: Environ) -> bool:
    length = environ.get("CONTENT_LENGTH") or ""
    return (
        environ["REQUEST_METHOD"] == "POST"
        and environ.get("CONTENT_TYPE") == FORM
        and length.isdecimal()
        and int(length) <= LONGEST_BODY
        and not environ.get("QUERY_STRING")
        and "HTTP_ACCEPT_LANGUAGE" not in environ
        and is_secure(environ)
        # Its pages of errors ask a request for more than these have.
        and not settings.DEBUG
    )
