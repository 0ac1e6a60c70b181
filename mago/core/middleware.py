"""What happens to every request, before and after anything else."""

import time
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from . import errors, metrics
from .context import Caller, calling
from .http import client_address
from .ids import new_id

Handler = Callable[[HttpRequest], HttpResponse]


class RequestContextMiddleware:
    """Each request has an id and a caller; forwarded headers that no trusted proxy wrote are gone."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not settings.TRUSTED_PROXIES:
            for name in (
                "HTTP_X_FORWARDED_FOR",
                "HTTP_X_FORWARDED_PROTO",
                "HTTP_X_FORWARDED_HOST",
                "HTTP_X_FORWARDED_PORT",
            ):
                request.META.pop(name, None)
        request.request_id = request_id = new_id().hex  # type: ignore[attr-defined]
        request.client_address = address = client_address(request)  # type: ignore[attr-defined]
        agent = "".join(c for c in request.META.get("HTTP_USER_AGENT", "")[:300] if c.isprintable())
        began = time.perf_counter()
        with calling(Caller(request_id, address, agent)):
            response = self.get_response(request)
        _count(request, response.status_code, time.perf_counter() - began)
        response.headers.setdefault("X-Request-ID", request_id)
        # No page elsewhere embeds what is answered here, whoever is signed in. Scripts of applications ask by CORS.
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        if not response.streaming and response.status_code != 204:
            # Without it the server would send chunks.
            response.headers.setdefault("Content-Length", str(len(response.content)))
        if not response.has_header("Cache-Control") and not request.path_info.startswith(
            settings.STATIC_URL
        ):
            response.headers["Cache-Control"] = "no-store"
        return response


# Any other word is a client's own idea, and would be one more figure for each.
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


def _count(request: HttpRequest, status: int, seconds: float) -> None:
    """The request is counted under the name of its route: a path may hold a link that works once."""
    match = request.resolver_match
    route = (match.view_name or match.route) if match else "unmatched"
    method = request.method if request.method in _METHODS else "other"
    request.META["mago.route"] = route
    metrics.of(metrics.REQUESTS, route, method, f"{status // 100}xx").observe(seconds)


class HttpsOnlyMiddleware:
    """A program that speaks plain http is told so: a redirect would let it go on sending its secrets in the clear.

    People's browsers are redirected (SecurityMiddleware), and know better from then on (HSTS).
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if (
            settings.IS_HTTPS
            and request.path_info.startswith(("/api/", "/oauth/"))
            and not request.is_secure()
        ):
            return errors.respond(request, errors.HttpsRequired())
        return self.get_response(request)


class ErrorMiddleware:
    """A refusal raised anywhere below becomes the one kind of answer."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        return errors.respond(request, exception) if isinstance(exception, errors.Refused) else None
