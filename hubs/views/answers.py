"""How requests of a sign-in are read, and answered."""

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from mago.core import metrics

from .. import scram
from ..binding import Offer
from ..models import State
from ..refusals import TemporaryFailure
from ..scopes import scopes_of
from ..tokens import Success

REALM = 'realm="hubs"'
LONGEST_BODY = 8192
_EXPIRES_IN = int(settings.HUB_TOKEN_LIFETIME.total_seconds())
# A lower bound: the token may be a day old already.
_RECONNECT_EXPIRES_IN = int(
    (settings.HUB_RECONNECT_IDLE - settings.HUB_RECONNECT_ROTATED_AFTER).total_seconds()
)
_HEADERS = {"Content-Type": "application/json", "Cache-Control": "no-store"}
_SCOPE = {state.value: " ".join(sorted(scopes_of(state))) for state in State}
_HEARTBEAT = {"interval": int(settings.HUB_HEARTBEAT_INTERVAL.total_seconds()), "jitter": 0.2}
# For answers that were made before anything was offered.
no_offer = Offer((), (), (), {})
_written = json.JSONEncoder(separators=(",", ":")).encode


@dataclass(slots=True)
class Answer:
    """What is answered, as the front hands it to the server; Django's own object takes longer to make than it all."""

    body: bytes
    status: int = 200
    headers: dict[str, str] = field(default_factory=_HEADERS.copy)

    @classmethod
    def of(cls, body: dict[str, Any], status: int = 200) -> "Answer":
        return cls(_written(body).encode(), status)

    @classmethod
    def from_django(cls, response: HttpResponse) -> "Answer":
        return cls(response.content, response.status_code, dict(response.items()))


def over_django(view: Callable[[HttpRequest], Answer]) -> Callable[[HttpRequest], HttpResponse]:
    """A view of the front, for whoever comes by Django's routes."""

    @wraps(view)
    def answered(request: HttpRequest) -> HttpResponse:
        answer = view(request)
        return HttpResponse(answer.body, status=answer.status, headers=answer.headers)

    return answered


def as_json(body: dict[str, Any], status: int = 200) -> HttpResponse:
    return HttpResponse(_written(body), status=status, headers=_HEADERS)


def read_body(request: HttpRequest) -> dict[str, Any]:
    """The JSON object that was sent; BadEncoding for anything else, and for what is too long."""
    try:
        if int(request.META.get("CONTENT_LENGTH") or 0) > LONGEST_BODY:
            raise scram.BadEncoding
        body = json.loads(request.body)
    except (ValueError, RecursionError, OSError):
        raise scram.BadEncoding from None
    if not isinstance(body, dict):
        raise scram.BadEncoding
    return body


def text(body: dict[str, Any], name: str) -> str:
    value = body.get(name)
    if not isinstance(value, str):
        raise scram.Malformed
    return value


def succeeded(success: Success) -> Answer:
    metrics.of(metrics.HUB_SIGN_INS, "succeeded").inc()
    who = success.who
    body = {
        "status": "success",
        "additional_data": base64.b64encode(success.answer).decode(),
        "access_token": success.token,
        "token_type": "Bearer",
        "expires_in": _EXPIRES_IN,
        "scope": _SCOPE[who.state],
        "hub_id": str(who.id),
        "state": who.state,
        "generation": success.generation,
        "heartbeat": _HEARTBEAT,
        "actions": list(success.wishes),
    }
    if success.reconnect is not None:
        body["reconnect"] = {
            "mechanism": success.reconnect.mechanism,
            "token": success.reconnect.token,
            "expires_in": _RECONNECT_EXPIRES_IN,
        }
    return Answer.of(body)


def failed(failure: scram.Failure, offer: Offer) -> Answer:
    """What a hub is told, which is the same for all that it must not tell apart."""
    body: dict[str, Any] = {"status": "failure", "error": failure.error}
    if failure.e:
        body["data"] = scram.encode(f"e={failure.e}")
    if isinstance(failure, scram.InvalidMechanism):
        body["mechanisms"] = list(offer.mechanisms)
    answer = Answer.of(body, failure.status)
    if failure.status == 401:
        answer.headers["WWW-Authenticate"] = f"{scram.MANDATORY} {REALM}"
    return with_patience(answer, failure)


def with_patience(answer: Answer, failure: scram.Failure) -> Answer:
    if isinstance(failure, TemporaryFailure):
        answer.headers["Retry-After"] = str(failure.retry_after)
    return answer
