"""A row is changed or removed in the version that the client has seen; or something is done with it."""

from collections.abc import Callable, Mapping
from typing import Any

from django.db import transaction
from drf_spectacular.utils import OpenApiParameter
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from ..bodies import Body, cleaned
from .base import Resource
from .describing import Handler, Shape, described, problems
from .versions import answer, content_of, demanded

_MATCH = OpenApiParameter(
    "If-Match", str, OpenApiParameter.HEADER, description="The ETag of the version that is meant."
)
_MUST_MATCH = OpenApiParameter(
    "If-Match",
    str,
    OpenApiParameter.HEADER,
    required=True,
    description="The ETag of the version that is changed.",
)


def changed(
    body: type[Body],
    shape: Shape,
    *,
    summary: str,
    description: str = "",
    ask: Callable[..., Any] | None = None,
) -> Callable[[Callable[..., Any]], Handler]:
    """The method is given the row and those fields that were sent. If-Match must name the version that is changed.

    What another server has to tell is asked by `ask` before the row is held, and given to the method as `asked`.
    """

    def decorate(change: Callable[..., Any]) -> Handler:
        def handler(self: Resource, request: Request, **path: Any) -> Response:
            data = cleaned(body, request.data, self, partial=request.method == "PATCH")
            if ask and data:
                data["asked"] = ask(self, **data)
            with transaction.atomic():
                row = demanded(self, request, shape, required=True)
                if data:  # A PATCH of nothing changes nothing.
                    change(self, row, **data)
            return answer(self, shape, self.row())

        return described(
            handler,
            change,
            summary,
            description,
            parameters=[_MUST_MATCH],
            request=body,
            responses={200: shape, **problems(400, 401, 403, 404, 409, 412, 428, 429)},
        )

    return decorate


def removed(
    shape: Shape, *, body: type[Body] | None = None, summary: str, description: str = ""
) -> Callable[[Callable[..., Any]], Handler]:
    """The method is given the row, and what was sent where something may be; the row is gone after it."""

    def decorate(remove: Callable[..., Any]) -> Handler:
        def handler(self: Resource, request: Request, **path: Any) -> Response:
            data = cleaned(body, request.data, self) if body else {}
            with transaction.atomic():
                remove(self, demanded(self, request, shape, required=False), **data)
            return Response(status=status.HTTP_204_NO_CONTENT)

        handler.takes_body = body is not None  # type: ignore[attr-defined]
        return described(
            handler,
            remove,
            summary,
            description,
            parameters=[_MATCH],
            request=body,
            responses={204: None, **problems(400, 401, 403, 404, 409, 412, 429)},
        )

    return decorate


def acted(
    body: type[Body] | None,
    shape: Shape | None,
    *,
    summary: str,
    description: str = "",
    code: int = status.HTTP_200_OK,
) -> Callable[[Callable[..., Any]], Handler]:
    """The method does something with the row, or whatever the path names; what it gives is answered."""

    def decorate(act: Callable[..., Any]) -> Handler:
        def handler(self: Resource, request: Request, **path: Any) -> Response:
            row = act(self, **cleaned(body or Body, request.data, self))
            if shape is None:
                return Response(status=status.HTTP_204_NO_CONTENT)
            return Response(content_of(self, shape, row), code)

        answers = {204: None} if shape is None else {code: shape}
        return described(
            handler,
            act,
            summary,
            description,
            request=body,
            responses={**answers, **problems(400, 401, 403, 404, 409, 429)},
        )

    return decorate


def merged(row: Any, data: Mapping[str, Any], *fields: str) -> dict[str, Any]:
    """`fields` as they are, with what was sent in their place: for services that take all of them."""
    return {name: data.get(name, getattr(row, name)) for name in fields}
