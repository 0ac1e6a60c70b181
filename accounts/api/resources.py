"""The base of what is read and changed under /api/v1, and the verbs of which each resource is made.

A resource says who may read it (`access`) and who may do what to it (`changes`, by HTTP method); finds the row
it is about (`row`); and hands what was sent to a selector or a service. All else is done here: what was sent is
checked, lists are paged, versions compared, creates carried out once, and the description of the API written.
"""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, ClassVar
from urllib.parse import urlencode

from django.db import transaction
from django.db.models import Model
from django.http import HttpResponseBase
from django.urls import reverse
from drf_spectacular.utils import (
    OpenApiParameter,
    OpenApiResponse,
    extend_schema,
    inline_serializer,
)
from rest_framework import serializers, status
from rest_framework.exceptions import MethodNotAllowed
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.organizations.models import Organization
from accounts.organizations.selectors import organization_by_id
from mago.core.keyset import KeysetPage, Listing

from . import quota
from .authentication import READING
from .bodies import Body, PageQuery, Query, asked, cleaned
from .cursors import place_in, signed
from .etags import demand_match, etag_of, is_known
from .idempotency import HEADER, Answer, once
from .serializers import ProblemSerializer

Shape = type[serializers.Serializer[Any]]
Handler = Callable[..., HttpResponseBase]

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
_KNOWN = OpenApiParameter(
    "If-None-Match", str, OpenApiParameter.HEADER, description="The ETag of what is known already."
)
_ONCE = OpenApiParameter(
    HEADER,
    str,
    OpenApiParameter.HEADER,
    description="Up to 255 characters of the client's own making, such as a UUID: sent again within 24 hours, "
    "the request is not carried out again, and the first answer comes again, without secrets.",
)


class Resource(APIView):
    """`access` is what reading takes, `changes` what each other method takes; `within`: somewhere inside is enough.

    `asks_again` names the methods that ask for a proof that is only minutes old, beside those whose permission is
    sensitive anyway; `by_people` those that no service account may use, as somebody must have asked.
    """

    access: ClassVar[str]
    changes: ClassVar[Mapping[str, str]] = {}
    within: ClassVar[bool] = False
    asks_again: ClassVar[frozenset[str]] = frozenset()
    by_people: ClassVar[frozenset[str]] = frozenset()
    http_method_names: ClassVar[list[str]] = ["get", "head", "post", "put", "patch", "delete"]  # type: ignore[misc]

    @property
    def actor(self) -> Any:
        """Whoever calls: a person, or a service account where a permission is what lets them in."""
        return self.request.user

    def access_to(self, method: str | None) -> str | None:
        """What `method` takes; nobody may do what is not named."""
        return self.access if method in READING else self.changes.get(method or "")

    def row(self) -> Any:
        """What the path names, as it is now, if the caller may see it; NotFound otherwise."""
        raise NotImplementedError

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        if getattr(self, (request.method or "").lower(), None) is None:
            raise MethodNotAllowed(request.method or "")
        super().initial(request, *args, **kwargs)

    def perform_authentication(self, request: Request) -> None:
        super().perform_authentication(request)
        if request.user.is_authenticated:
            self.quota, is_within = quota.take(
                str(request.user.pk), reads=request.method in READING
            )
            if not is_within:
                raise quota.too_many(self.quota)

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        if (left := getattr(self, "quota", None)) is not None:
            left.write_on(response)
        return super().finalize_response(request, response, *args, **kwargs)


class OrganizationResource(Resource):
    """What lies in the organization of the path; for whoever may not know of that, nothing does."""

    _organization: Organization | None = None

    @property
    def organization(self) -> Organization:
        if self._organization is None:
            self._organization = organization_by_id(
                self.request.user, self.kwargs["organization_id"]
            )
        return self._organization

    def locate(self, request: Request) -> Any:
        """What the permission must be held at."""
        return self.organization


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
            prepare: Callable[[list[Any]], None] = getattr(self, "prepare", lambda rows: None)
            prepare(page.rows)
            return _page(request, page, shape(page.rows, many=True).data)

        handler.verb = "list"  # type: ignore[attr-defined]
        return _described(
            handler,
            find,
            summary,
            description,
            parameters=[query],
            responses={200: _page_of(shape), **_problems(400, 401, 403, 404, 429)},
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


def read(shape: Shape, *, summary: str, description: str = "") -> Handler:
    """The row of the path, with its ETag; 304 for whoever has this version."""

    def handler(self: Resource, request: Request, **path: Any) -> Response:
        asked(Query, request, self)
        return answer(self, shape, self.row())

    return _described(
        handler,
        None,
        summary,
        description,
        parameters=[_KNOWN],
        responses={200: shape, 304: None, **_problems(400, 401, 403, 404, 429)},
    )


def told(
    shape: Shape, *, summary: str, query: type[Query] = Query, description: str = ""
) -> Callable[[Callable[..., Any]], Handler]:
    """The method says what is to be known, for the parameters that were given; it has no version."""

    def decorate(tell: Callable[..., Any]) -> Handler:
        def handler(self: Resource, request: Request, **path: Any) -> Response:
            return Response(shape(tell(self, **asked(query, request, self))).data)

        handler.verb = "show"  # type: ignore[attr-defined]
        return _described(
            handler,
            tell,
            summary,
            description,
            # A description of parameters that names none cannot be made.
            parameters=[] if query is Query else [query],
            responses={200: shape, **_problems(400, 401, 403, 404, 429)},
        )

    return decorate


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
                content = _content(self, shape, row)
                headers = {"Location": _place(self, at, row)} if at is not None else {}
                return Answer(status.HTTP_201_CREATED, content, headers, once_shown)

            made = once(request, carry_out)
            return Response(made.body, made.status, headers=made.headers)

        return _described(
            handler,
            create,
            summary,
            description,
            parameters=[_ONCE],
            request=body,
            responses={201: shape, **_problems(400, 401, 403, 404, 409, 422, 429)},
        )

    return decorate


def _place(view: Resource, at: tuple[str, str] | Callable[[Any], str], row: Any) -> str:
    if callable(at):
        return at(row)
    name, parameter = at
    return reverse(name, kwargs={**view.kwargs, parameter: row.pk})


def changed(
    body: type[Body], shape: Shape, *, summary: str, description: str = ""
) -> Callable[[Callable[..., Any]], Handler]:
    """The method is given the row and those fields that were sent. If-Match must name the version that is changed."""

    def decorate(change: Callable[..., Any]) -> Handler:
        def handler(self: Resource, request: Request, **path: Any) -> Response:
            data = cleaned(body, request.data, self, partial=request.method == "PATCH")
            with transaction.atomic():
                row = _demanded(self, request, shape, required=True)
                if data:  # A PATCH of nothing changes nothing.
                    change(self, row, **data)
            return answer(self, shape, self.row())

        return _described(
            handler,
            change,
            summary,
            description,
            parameters=[_MUST_MATCH],
            request=body,
            responses={200: shape, **_problems(400, 401, 403, 404, 409, 412, 428, 429)},
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
                remove(self, _demanded(self, request, shape, required=False), **data)
            return Response(status=status.HTTP_204_NO_CONTENT)

        handler.takes_body = body is not None  # type: ignore[attr-defined]
        return _described(
            handler,
            remove,
            summary,
            description,
            parameters=[_MATCH],
            request=body,
            responses={204: None, **_problems(400, 401, 403, 404, 409, 412, 429)},
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
            return Response(_content(self, shape, row), code)

        answers = {204: None} if shape is None else {code: shape}
        return _described(
            handler,
            act,
            summary,
            description,
            request=body,
            responses={**answers, **_problems(400, 401, 403, 404, 409, 429)},
        )

    return decorate


def answer(view: Resource, shape: Shape, row: Any) -> Response:
    """The representation of one row, with the tag of its version."""
    content = _content(view, shape, row)
    etag = etag_of(content, _changing(shape))
    # What changes by itself is told each time.
    if view.request.method in READING and not _changing(shape) and is_known(view.request, etag):
        return Response(status=status.HTTP_304_NOT_MODIFIED, headers={"ETag": etag})
    return Response(content, headers={"ETag": etag})


def merged(row: Any, data: Mapping[str, Any], *fields: str) -> dict[str, Any]:
    """`fields` as they are, with what was sent in their place: for services that take all of them."""
    return {name: data.get(name, getattr(row, name)) for name in fields}


def _demanded(view: Resource, request: Request, shape: Shape, *, required: bool) -> Any:
    """The row, locked where a version of it is demanded; inside a transaction."""
    row = view.row()
    if not required and "If-Match" not in request.headers:
        return row
    if isinstance(row, Model):
        # A manager without a scope: it is the very row that was just found in one.
        list(type(row)._base_manager.select_for_update().filter(pk=row.pk).values_list("pk"))
        row = view.row()
    etag = etag_of(_content(view, shape, row), _changing(shape))
    demand_match(request, etag, required=required)
    return row


def _content(view: Resource, shape: Shape, row: Any) -> dict[str, Any]:
    prepare: Callable[[list[Any]], None] = getattr(view, "prepare", lambda rows: None)
    prepare([row])
    return dict(shape(row).data)


def _changing(shape: Shape) -> tuple[str, ...]:
    """The fields of a shape that change without anybody's doing."""
    return getattr(shape, "changing", ())


def _problems(*codes: int) -> dict[Any, Any]:
    return {
        (code, "application/problem+json"): OpenApiResponse(ProblemSerializer) for code in codes
    }


def _described(
    handler: Handler,
    method: Callable[..., Any] | None,
    summary: str,
    description: str,
    **schema: Any,
) -> Handler:
    handler.__doc__ = method.__doc__ if method else ""
    return extend_schema(summary=summary, description=description or summary, **schema)(handler)
