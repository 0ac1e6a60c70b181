"""What thousands of hubs ask at once is answered in front of Django's handler, or refused there.

A sign-in is two small requests, a heartbeat is one. These paths go from WSGI to the very views that `urls.py`
names; what the middleware would do for them is in `mago.core.front`.
"""

import io
import logging
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.conf import settings

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
from mago.core.http import client_address
from mago.core.ids import new_id

from .admission import Admission
from .fleet import Missing
from .life.views import hear
from .refusals import TemporaryFailure
from .views import auth
from .views.answers import LONGEST_BODY, Answer, failed, no_offer

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
        self._headers = security_headers()

    def __call__(self, environ: Environ, start_response: Any) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if not path.startswith(PREFIX) or not is_secure(environ):
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
        count(environ, ROUTES[path], answer.status, began)
        return self._answer(answer, start_response)

    def _ask(self, view: View, request: HotRequest) -> Answer:
        with calling(who_calls(request.META, request.request_id, request.client_address)):
            try:
                self._missing.refresh()
                answer = view(request)
            except errors.Refused as refusal:
                answer = Answer.from_django(errors.respond(request, refusal))  # type: ignore[arg-type]
            except Exception:
                logger.exception("a hub's request failed")
                answer = Answer.from_django(errors.server_error(request))  # type: ignore[arg-type]
            finally:
                give_back()
        answer.headers["X-Request-ID"] = request.request_id
        return answer

    def _answer(self, answer: Answer, start_response: Any) -> Iterable[bytes]:
        length = ("Content-Length", str(len(answer.body)))
        start_response(PHRASES[answer.status], [*answer.headers.items(), length, *self._headers])
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
