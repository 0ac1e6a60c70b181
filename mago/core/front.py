"""What answers in front of Django's handler has in common.

Django's own way of a request (its object, sixteen middlewares, the search for the route) costs more than what a small
one does. Whoever passes it by does here what the middleware does for programs: the caller is known, plain http is
left to the middleware that refuses it, and the headers are the same.
"""

import time
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connections

from . import metrics
from .context import Caller

Environ = dict[str, Any]
Wsgi = Callable[[Environ, Any], Iterable[bytes]]

PHRASES = {status.value: f"{status.value} {status.phrase}" for status in HTTPStatus}


def give_back() -> None:
    """The request has ended, which Django's handler says by a signal: its connection is looked at, and left to the next."""
    connections[DEFAULT_DB_ALIAS].close_if_unusable_or_obsolete()


def is_secure(environ: Environ) -> bool:
    """Whether this came by https, where it has to; the trusted proxy in front says so."""
    return not settings.IS_HTTPS or environ.get("HTTP_X_FORWARDED_PROTO") == "https"


def who_calls(environ: Environ, request_id: str, address: str) -> Caller:
    agent = environ.get("HTTP_USER_AGENT", "")[:300]
    if not agent.isprintable():
        agent = "".join(c for c in agent if c.isprintable())
    return Caller(request_id, address, agent)


def count(environ: Environ, route: str, status: int, began: float) -> None:
    """A POST that began then (`time.perf_counter`) was answered; it counts under the name of its route."""
    environ["mago.route"] = route
    figure = metrics.of(metrics.REQUESTS, route, "POST", f"{status // 100}xx")
    figure.observe(time.perf_counter() - began)


def security_headers() -> list[tuple[str, str]]:
    """What the security middleware, Django's and ours, adds to every answer."""
    headers = [
        ("X-Content-Type-Options", "nosniff"),
        ("Referrer-Policy", settings.SECURE_REFERRER_POLICY),
        ("Cross-Origin-Opener-Policy", settings.SECURE_CROSS_ORIGIN_OPENER_POLICY),
        ("Cross-Origin-Resource-Policy", "same-origin"),
        ("X-Frame-Options", settings.X_FRAME_OPTIONS),
    ]
    if settings.SECURE_HSTS_SECONDS:
        value = f"max-age={settings.SECURE_HSTS_SECONDS}; includeSubDomains; preload"
        headers.append(("Strict-Transport-Security", value))
    return headers
