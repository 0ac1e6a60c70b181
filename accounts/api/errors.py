"""One form for all errors of the API: problem details (RFC 9457)."""

from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.http import Http404, HttpResponse
from rest_framework import exceptions
from rest_framework.request import Request
from rest_framework.views import set_rollback

from mago.core.errors import Forbidden, NotFound, NotSignedIn, Refused, TooLarge, respond


def handle(error: Exception, context: dict[str, Any]) -> HttpResponse | None:
    """The answer to `error`, or None for what nobody expected: that becomes a 500 and is logged."""
    refusal = _refusal(error)
    if refusal is None:
        return None
    set_rollback()
    request: Request = context["request"]
    return respond(request._request, refusal)


def _refusal(error: Exception) -> Refused | None:
    match error:
        case Refused():
            return error
        case Http404():
            return NotFound()
        case PermissionDenied() | exceptions.PermissionDenied():
            return Forbidden()
        case exceptions.NotAuthenticated() | exceptions.AuthenticationFailed():
            return NotSignedIn()
        case exceptions.ValidationError():
            return Refused(code="invalid", fields=_fields(error.detail))
        case RequestDataTooBig():
            return TooLarge()
        case exceptions.APIException():
            refusal = Refused(str(error.detail), code=str(error.get_codes()))
            refusal.status = error.status_code
            return refusal
    return None


def _fields(detail: Any) -> dict[str, list[str]]:
    """Field name to messages; those about the whole body stand under `body`."""
    if isinstance(detail, dict):
        return {
            "body" if name == "non_field_errors" else str(name): [
                str(message) for message in _flat(messages)
            ]
            for name, messages in detail.items()
        }
    return {"body": [str(message) for message in _flat(detail)]}


def _flat(messages: Any) -> list[Any]:
    if isinstance(messages, dict):
        return [message for inner in messages.values() for message in _flat(inner)]
    if isinstance(messages, list | tuple):
        return [message for inner in messages for message in _flat(inner)]
    return [messages]
