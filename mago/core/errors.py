"""Refusals: raised by services, shown as a page or as problem details (RFC 9457) by one handler."""

import sys
from http import HTTPStatus
from typing import Any

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

type_prefix = "urn:mago:problem:"
# Pages for people among the paths of programs.
_PAGES = (
    "/oauth/authorize",
    "/oauth/consent",
    "/oauth/device",
    "/oauth/end-session",
    "/oauth/end-session/confirm",
)


class Refused(Exception):
    """An answer that is not what was asked for. `code` is stable for programs, `detail` is for people."""

    status = 400
    code = "invalid"
    detail: str | Promise = gettext_lazy("This request cannot be carried out.")

    def __init__(
        self,
        detail: str | Promise = "",
        *,
        code: str = "",
        fields: dict[str, list[str]] | None = None,
        **extra: Any,
    ) -> None:
        super().__init__(code or self.code)
        self.detail = detail or self.detail
        self.code = code or self.code
        self.fields = fields or {}
        self.extra = extra


class NotSignedIn(Refused):
    status = 401
    code = "not_authenticated"
    detail = gettext_lazy("Sign in first.")


class Forbidden(Refused):
    status = 403
    code = "permission_denied"
    detail = gettext_lazy("You do not have the permission for this.")


class HttpsRequired(Refused):
    """ASVS 4.1.2: what was sent in the clear must be taken as known; the answer says so."""

    status = 403
    code = "https_required"
    detail = gettext_lazy(
        "Use https. Whatever was sent over http, such as a password or a token, must be replaced."
    )


class NotFound(Refused):
    status = 404
    code = "not_found"
    detail = gettext_lazy("There is nothing here, or it is not yours to see.")


class Conflict(Refused):
    status = 409
    code = "conflict"
    detail = gettext_lazy("This has changed meanwhile. Load the page again and retry.")


class TooLarge(Refused):
    status = 413
    code = "too_large"
    detail = gettext_lazy("More was sent than can be taken. Shorten it and send it again.")


class TooMany(Refused):
    """A limit was reached; `retry_after` seconds from now it will let one through."""

    status = 429
    code = "rate_limited"
    detail = gettext_lazy("Too many attempts. Wait a little and try again.")

    def __init__(self, retry_after: float, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.retry_after = max(1, int(retry_after + 0.999))


class Busy(Refused):
    """The server has as much to do as it can; nothing was done, trying again is right."""

    status = 503
    code = "busy"
    detail = gettext_lazy("Very many people are signing in right now. Try again in a moment.")
    retry_after = 2


class Unavailable(Refused):
    """Something that we need is away for a moment, such as a database that starts anew: trying again is right."""

    status = 503
    code = "unavailable"
    detail = gettext_lazy(
        "Something that we need does not answer right now. Try again in a moment."
    )
    retry_after = 5


def problem(refusal: Refused, request_id: str = "") -> dict[str, Any]:
    """The members of a problem details object."""
    body: dict[str, Any] = {
        "type": type_prefix + refusal.code,
        "title": HTTPStatus(refusal.status).phrase,
        "status": refusal.status,
        "detail": str(refusal.detail),
        "code": refusal.code,
        **refusal.extra,
    }
    if refusal.fields:
        body["errors"] = refusal.fields
    if request_id:
        body["request_id"] = request_id
    return body


def respond(request: HttpRequest, refusal: Refused) -> HttpResponse:
    """The refusal in the form the client reads: problem+json under /api/, a page elsewhere."""
    request_id = getattr(request, "request_id", "")
    response: HttpResponse
    if request.path_info.startswith(("/api/", "/oauth/")) and request.path_info not in _PAGES:
        response = JsonResponse(
            problem(refusal, request_id),
            status=refusal.status,
            content_type="application/problem+json",
        )
    else:
        response = HttpResponse(_page(request, refusal, request_id), status=refusal.status)
    if refusal.status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    return with_headers(response, refusal)


def with_headers(response: HttpResponse, refusal: Refused) -> HttpResponse:
    """`response` says when to try again, in whatever form it shows the refusal."""
    if retry_after := getattr(refusal, "retry_after", None):
        response.headers["Retry-After"] = str(retry_after)
    return response


def _page(request: HttpRequest, refusal: Refused, request_id: str) -> str:
    context = {"status": refusal.status, "message": str(refusal.detail), "request_id": request_id}
    return render_to_string(
        [f"{refusal.status}_{refusal.code}.html", f"{refusal.status}.html", "error.html"],
        context,
        # Who somebody is would be asked of the very thing that is away.
        request=None
        if isinstance(refusal, Unavailable) or not hasattr(request, "user")
        else request,
    )


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    if isinstance(exception, RequestDataTooBig | TooManyFieldsSent):
        return respond(request, TooLarge())
    return respond(request, Refused(_("The request could not be understood.")))


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    return respond(request, Forbidden())


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return respond(request, NotFound())


def server_error(request: HttpRequest) -> HttpResponse:
    """The last resort. Django has written the exception to the log, under the request's id."""
    if isinstance(sys.exc_info()[1], OperationalError | InterfaceError):
        return respond(request, Unavailable())

    class Unexpected(Refused):
        status = 500
        code = "internal_error"
        detail = _("Something went wrong on our side. It has been noted; please try again.")

    return respond(request, Unexpected())


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return respond(
        request,
        Forbidden(
            _(
                "This form was open too long or was sent from elsewhere. Load the page again and retry."
            ),
            code="csrf",
        ),
    )
