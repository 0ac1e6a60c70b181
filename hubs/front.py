"""What thousands of hubs ask at once is answered in front of Django's handler, or refused there.

A sign-in is two small requests, a heartbeat is one. Django's own way of a request (its object, sixteen
middlewares, the search for the route) costs more than what they do, so these paths go from WSGI to the
very views that `urls.py` names, with what the middleware does for programs done here: the caller
is known, plain http is left to the middleware that refuses it, and the headers are the same.
"""

import io
import logging
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, close_old_connections, connections

from mago.core import errors, metrics
from mago.core.context import Caller, calling
from mago.core.http import client_address
from mago.core.ids import new_id

from .admission import Admission
from .fleet import Missing
from .life.views import hear
from .refusals import TemporaryFailure
from .views import auth
from .views.answers import LONGEST_BODY, Answer, failed, no_offer

Environ = dict[str, Any]
Wsgi = Callable[[Environ, Any], Iterable[bytes]]
View = Callable[[Any], Answer]

PREFIX = "/api/v1/hubs/"
# Answered here; what is sent is small, so a larger body is not even read.
HOT: Mapping[str, View] = {
    PREFIX + "auth/start": auth.begin,
    PREFIX + "auth/continue": auth.finish,
    PREFIX + "me/heartbeat": hear,
}
# What they are called in `urls.py`.
ROUTES = {
    PREFIX + "auth/start": "hubs:start",
    PREFIX + "auth/continue": "hubs:continue",
    PREFIX + "me/heartbeat": "hubs:heartbeat",
}
# A connection that was fine so many seconds ago is taken to be: to ask it each time is a round trip.
_TRUSTED = 1.0
_PHRASES = {status.value: f"{status.value} {status.phrase}" for status in HTTPStatus}

logger = logging.getLogger(__name__)


class HotRequest:
    """What the hot views use of Django's request."""

    method = "POST"

    def __init__(self, environ: Environ, body: bytes) -> None:
        self.META, self.body = environ, body
        self.path = self.path_info = environ["PATH_INFO"]
        self.request_id = new_id().hex
        self.client_address = client_address(self)  # type: ignore[arg-type]


class Front:
    """The WSGI application: hot paths here, all others by Django."""

    def __init__(self, django: Wsgi, admission: Admission, missing: Missing) -> None:
        self._django, self._admission, self._missing = django, admission, missing
        self._headers = _headers()
        self._thread = threading.local()

    def __call__(self, environ: Environ, start_response: Any) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if not path.startswith(PREFIX) or not _is_secure(environ):
            return self._django(environ, start_response)
        # Whoever is refused before its message was read would find the connection closed at its next one.
        body = _read(environ)
        if body is None:
            start_response = _and_close(start_response)
        if _begins(path, environ) and (seconds := self._admission.enter()):
            failure = TemporaryFailure(seconds, "admission")
            return self._answer(failed(failure, no_offer), start_response)
        view = HOT.get(path) if environ["REQUEST_METHOD"] == "POST" else None
        if view is None:
            if body is not None:
                environ["wsgi.input"] = io.BytesIO(body)
            return self._django(environ, start_response)
        began = time.perf_counter()
        answer = self._ask(view, HotRequest(environ, body or b""))
        route = environ["mago.route"] = ROUTES[path]
        status = f"{answer.status // 100}xx"
        figure = metrics.of(metrics.REQUESTS, route, "POST", status)
        figure.observe(time.perf_counter() - began)
        return self._answer(answer, start_response)

    def _ask(self, view: View, request: HotRequest) -> Answer:
        self._mind_connection()
        agent = request.META.get("HTTP_USER_AGENT", "")[:300]
        agent = agent if agent.isprintable() else "".join(c for c in agent if c.isprintable())
        with calling(Caller(request.request_id, request.client_address, agent)):
            try:
                self._missing.refresh()
                answer = view(request)
            except errors.Refused as refusal:
                answer = Answer.from_django(errors.respond(request, refusal))  # type: ignore[arg-type]
            except Exception:
                logger.exception("a hub's request failed")
                answer = Answer.from_django(errors.server_error(request))  # type: ignore[arg-type]
        answer.headers["X-Request-ID"] = request.request_id
        return answer

    def _mind_connection(self) -> None:
        """The thread's connection is looked at once in a while, and after each error."""
        now = time.monotonic()
        if now < getattr(self._thread, "trusted_until", 0) and not _has_failed():
            return
        close_old_connections()
        self._thread.trusted_until = now + _TRUSTED

    def _answer(self, answer: Answer, start_response: Any) -> Iterable[bytes]:
        length = ("Content-Length", str(len(answer.body)))
        start_response(_PHRASES[answer.status], [*answer.headers.items(), length, *self._headers])
        return [answer.body]


def _read(environ: Environ) -> bytes | None:
    """What was sent, all of it; None where it is long, or does not say how long it is."""
    length = environ.get("CONTENT_LENGTH") or (
        "0" if "HTTP_TRANSFER_ENCODING" not in environ else ""
    )
    if not length.isdecimal() or int(length) > LONGEST_BODY:
        return None
    try:
        sent: bytes = environ["wsgi.input"].read(int(length)) if length != "0" else b""
    except OSError:
        return None  # The sender has gone, and hears nothing of it.
    return sent


def _and_close(start_response: Any) -> Any:
    """Says that the connection ends with this answer, if it is a refusal: the message may not have been read."""

    def start(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
        if status >= "4":
            headers = [*headers, ("Connection", "close")]
        return start_response(status, headers, *more)

    return start


def _has_failed() -> bool:
    return bool(connections[DEFAULT_DB_ALIAS].errors_occurred)


def _headers() -> list[tuple[str, str]]:
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


def _is_secure(environ: Environ) -> bool:
    """Whether this came by https, where it has to; the trusted proxy in front says so."""
    return not settings.IS_HTTPS or environ.get("HTTP_X_FORWARDED_PROTO") == "https"


def _begins(path: str, environ: Environ) -> bool:
    """Whether the request begins what costs something; what was begun is never refused."""
    match path.removeprefix(PREFIX):
        case "auth/start" | "enrol":
            return True
        case "auth/token":
            return "sid=" not in environ.get("HTTP_AUTHORIZATION", "")
    return False


def in_front_of(django: Wsgi) -> Front:
    """The application with the admission that the settings ask for."""
    missing = Missing()
    rate = settings.HUB_SIGN_INS_PER_SECOND
    return Front(django, Admission(rate, missing=missing.read), missing)
