"""Which version of a row is shown, known or changed: its ETag (RFC 9110, section 13)."""

from typing import Any

from django.db.models import Model
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from ..authentication import READING
from ..etags import demand_match, etag_of, is_known
from .base import Resource
from .describing import Shape


def answer(view: Resource, shape: Shape, row: Any) -> Response:
    """The representation of one row, with the tag of its version."""
    content = content_of(view, shape, row)
    etag = etag_of(content, _changing(shape))
    # What changes by itself is told each time.
    if view.request.method in READING and not _changing(shape) and is_known(view.request, etag):
        return Response(status=status.HTTP_304_NOT_MODIFIED, headers={"ETag": etag})
    return Response(content, headers={"ETag": etag})


def demanded(view: Resource, request: Request, shape: Shape, *, required: bool) -> Any:
    """The row, locked where a version of it is demanded; inside a transaction."""
    row = view.row()
    if not required and "If-Match" not in request.headers:
        return row
    if (held := view.held(row)) is not None:
        _lock(held)
        row = view.row()
    etag = etag_of(content_of(view, shape, row), _changing(shape))
    demand_match(request, etag, required=required)
    return row


def _lock(row: Model) -> None:
    # A manager without a scope: it is the very row that was just found in one.
    list(type(row)._base_manager.select_for_update().filter(pk=row.pk).values_list("pk"))


def content_of(view: Resource, shape: Shape, row: Any) -> dict[str, Any]:
    view.prepare([row])
    return dict(shape(row).data)


def _changing(shape: Shape) -> tuple[str, ...]:
    """The fields of a shape that change without anybody's doing."""
    return getattr(shape, "changing", ())
