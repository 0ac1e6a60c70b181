"""What is only read: a row with the tag of its version, or an answer that has none."""

from collections.abc import Callable
from typing import Any

from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request
from rest_framework.response import Response

from ..bodies import Query, asked
from .base import Resource
from .describing import Handler, Shape, described, problems
from .versions import answer

_KNOWN = OpenApiParameter(
    "If-None-Match", str, OpenApiParameter.HEADER, description="The ETag of what is known already."
)


def read(shape: Shape, *, summary: str, description: str = "") -> Handler:
    """The row of the path, with its ETag; 304 for whoever has this version."""

    def handler(self: Resource, request: Request, **path: Any) -> Response:
        asked(Query, request, self)
        return answer(self, shape, self.row())

    return described(
        handler,
        None,
        summary,
        description,
        parameters=[_KNOWN],
        responses={200: shape, 304: None, **problems(400, 401, 403, 404, 429)},
    )


def told(
    shape: Shape, *, summary: str, query: type[Query] = Query, description: str = ""
) -> Callable[[Callable[..., Any]], Handler]:
    """The method says what is to be known, for the parameters that were given; it has no version."""

    def decorate(tell: Callable[..., Any]) -> Handler:
        def handler(self: Resource, request: Request, **path: Any) -> Response:
            return Response(shape(tell(self, **asked(query, request, self))).data)

        handler.verb = "show"  # type: ignore[attr-defined]
        return described(
            handler,
            tell,
            summary,
            description,
            # A description of parameters that names none cannot be made.
            parameters=[] if query is Query else [query],
            responses={200: shape, **problems(400, 401, 403, 404, 429)},
        )

    return decorate
