"""Lists, a page at a time: the place of the next one is signed, and told in the body and as a link (RFC 8288)."""

from collections.abc import Callable
from functools import cache
from typing import Any
from urllib.parse import urlencode

from drf_spectacular.utils import inline_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from mago.core.keyset import KeysetPage, Listing

from ..bodies import PageQuery, asked
from ..cursors import place_in, signed
from .base import Resource
from .describing import Handler, Shape, described, problems


def listed(
    shape: Shape, *, summary: str, query: type[PageQuery] = PageQuery, description: str = ""
) -> Callable[[Callable[..., Listing]], Handler]:
    """The method finds a Listing for the filters that were chosen; a page of it is answered."""

    def decorate(find: Callable[..., Listing]) -> Handler:
        def handler(self: Resource, request: Request, **path: Any) -> Response:
            chosen = asked(query, request, self)
            cursor, size = chosen.pop("cursor", ""), chosen.pop("page_size")
            place = place_in(cursor, request.path) if cursor else ""
            page = KeysetPage(find(self, **chosen), place, size)
            self.prepare(page.rows)
            return _page(request, page, shape(page.rows, many=True).data)

        handler.verb = "list"  # type: ignore[attr-defined]
        return described(
            handler,
            find,
            summary,
            description,
            parameters=[query],
            responses={200: _page_of(shape), **problems(400, 401, 403, 404, 429)},
        )

    return decorate


def _page(request: Request, page: KeysetPage, rows: Any) -> Response:
    urls = {"next": _link(request, page.next), "previous": _link(request, page.previous)}
    response = Response({**urls, "results": rows})
    links = [f'<{url}>; rel="{"prev" if name == "previous" else name}"' for name, url in urls.items() if url]  # fmt: skip
    if links:
        response.headers["Link"] = ", ".join(links)
    return response


def _link(request: Request, place: str | None) -> str | None:
    if place is None:
        return None
    kept = {name: value for name, value in request.query_params.items() if name != "cursor"}
    query = urlencode({**kept, "cursor": signed(place, request.path)})
    return request.build_absolute_uri(f"{request.path}?{query}")


@cache
def _page_of(shape: Shape) -> serializers.Serializer[Any]:
    return inline_serializer(
        name=shape.__name__.removesuffix("Serializer") + "Page",
        fields={
            "next": serializers.URLField(allow_null=True),
            "previous": serializers.URLField(allow_null=True),
            "results": shape(many=True),
        },
    )
