"""A row is made, once, however often it is asked for with one Idempotency-Key."""

from collections.abc import Callable
from typing import Any

from django.urls import reverse
from drf_spectacular.utils import OpenApiParameter
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from ..bodies import Body, cleaned
from ..idempotency import HEADER, Answer, once
from .base import Resource
from .describing import Handler, Shape, described, problems
from .versions import content_of

_ONCE = OpenApiParameter(
    HEADER,
    str,
    OpenApiParameter.HEADER,
    description="Up to 255 characters of the client's own making, such as a UUID: sent again within 24 hours, "
    "the request is not carried out again, and the first answer comes again, without secrets.",
)


def created(
    body: type[Body],
    shape: Shape,
    *,
    summary: str,
    description: str = "",
    at: tuple[str, str] | Callable[[Any], str] | None = None,
    once_shown: tuple[str, ...] = (),
) -> Callable[[Callable[..., Any]], Handler]:
    """The method makes a row of what was sent; an Idempotency-Key lets that happen once.

    `at` names the route of the new row and its parameter, below this one, or gives its path; `once_shown` the
    fields that are never shown again.
    """

    def decorate(create: Callable[..., Any]) -> Handler:
        def handler(self: Resource, request: Request, **path: Any) -> Response:
            data = cleaned(body, request.data, self)

            def carry_out() -> Answer:
                row = create(self, **data)
                content = content_of(self, shape, row)
                headers = {"Location": _place(self, at, row)} if at is not None else {}
                return Answer(status.HTTP_201_CREATED, content, headers, once_shown)

            made = once(request, carry_out)
            return Response(made.body, made.status, headers=made.headers)

        return described(
            handler,
            create,
            summary,
            description,
            parameters=[_ONCE],
            request=body,
            responses={201: shape, **problems(400, 401, 403, 404, 409, 422, 429)},
        )

    return decorate


def _place(view: Resource, at: tuple[str, str] | Callable[[Any], str], row: Any) -> str:
    if callable(at):
        return at(row)
    name, parameter = at
    return reverse(name, kwargs={**view.kwargs, parameter: row.pk})
