"""Scripts of other origins may use the API where an application is registered there, and nowhere else.

An origin is that of a redirect address of an application in use (Fetch Standard, section 3.2). No cookie counts at
the API, and credentials are never allowed: what a script may do, its token says.
"""

import time
from collections.abc import Callable
from urllib.parse import urlsplit

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers

from accounts.provider.models import Application

PREFIX = "/api/"
# A registration counts after so long in each process; who is let in is said by the token, and at once.
SECONDS = 10.0
METHODS = "GET, HEAD, POST, PUT, PATCH, DELETE"
ALLOWED = "Authorization, Content-Type, Accept-Language, Idempotency-Key, If-Match, If-None-Match"
EXPOSED = (
    "ETag, Idempotency-Replayed, Link, Location, RateLimit, RateLimit-Policy, Retry-After, "
    "WWW-Authenticate, X-Request-ID"
)
MAX_AGE = 600

Handler = Callable[[HttpRequest], HttpResponse]


class CorsMiddleware:
    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        origin = request.headers.get("Origin")
        if origin is None or not request.path_info.startswith(PREFIX):
            return self.get_response(request)
        is_preflight = (
            request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers
        )
        response = HttpResponse(status=204) if is_preflight else self.get_response(request)
        patch_vary_headers(response, ["Origin"])
        if origin in registered_origins():
            response.headers["Access-Control-Allow-Origin"] = origin
            response.headers["Access-Control-Expose-Headers"] = EXPOSED
            if is_preflight:
                response.headers["Access-Control-Allow-Methods"] = METHODS
                response.headers["Access-Control-Allow-Headers"] = ALLOWED
                response.headers["Access-Control-Max-Age"] = str(MAX_AGE)
        return response


class _Memory:
    origins: frozenset[str] = frozenset()
    read_at: float | None = None


_memory = _Memory()


def registered_origins() -> frozenset[str]:
    """The origins at which an application in use is registered, as they were within the last seconds."""
    now = time.monotonic()
    if _memory.read_at is None or now - _memory.read_at > SECONDS:
        _memory.origins, _memory.read_at = _read(), now
    return _memory.origins


def forget() -> None:
    """The next request reads anew."""
    _memory.read_at = None


def _read() -> frozenset[str]:
    everybody = Application.objects.everywhere(reason="an origin names no organization")
    in_use = everybody.filter(
        Q(organization=None) | Q(organization__is_active=True), is_active=True
    )
    rows = in_use.values_list("redirect_uris", flat=True).iterator()
    return frozenset(origin for uris in rows for uri in uris if (origin := origin_of(uri)))


def origin_of(uri: str) -> str:
    """The origin of a web address, as browsers write it; "" for an app's own scheme.

    >>> origin_of("https://App.example:443/back?x=1"), origin_of("http://127.0.0.1:3000/back")
    ('https://app.example', 'http://127.0.0.1:3000')
    >>> origin_of("com.example.app:/back")
    ''
    """
    parts = urlsplit(uri)
    if parts.scheme not in ("https", "http") or not parts.hostname:
        return ""
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    usual = {"https": 443, "http": 80}[parts.scheme]
    port = f":{parts.port}" if parts.port not in (None, usual) else ""
    return f"{parts.scheme}://{host}{port}"
