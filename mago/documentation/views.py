"""/docs/: pages, their images, and the search over their headings."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from mago.core.guards import public

from . import source
from .contents import contents
from .rendering import Page
from .rendering import page as page_of
from .search import LONGEST, search

View = Callable[..., HttpResponseBase]
# Over the site's own: nothing that an image could bring along is obeyed where it is opened by itself.
INERT = "default-src 'none'; sandbox"


def _open_as_set(view: View) -> View:
    """Anybody may read, unless the operator has closed the documentation (MAGO_DOCS)."""

    @public
    @require_safe
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if settings.DOCS == "off":
            raise Http404
        if settings.DOCS == "signed-in" and not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        return view(request, *args, **kwargs)

    return guarded


@_open_as_set
def page(request: HttpRequest, name: str = "") -> HttpResponse:
    found = page_of(name)
    if found is None:
        raise Http404
    return _render(request, "documentation/page.html", page=found)


@_open_as_set
def find(request: HttpRequest) -> HttpResponse:
    words = request.GET.get("q", "")[:LONGEST]
    return _render(request, "documentation/search.html", words=words, found=search(words))


@_open_as_set
def image(request: HttpRequest, name: str) -> FileResponse:
    file = source.images().get(name)
    if file is None:
        raise Http404
    return FileResponse(
        file.open("rb"),
        content_type=source.IMAGES[file.suffix],
        headers={"Content-Security-Policy": INERT},
    )


def _render(
    request: HttpRequest, template: str, *, page: Page | None = None, **context: Any
) -> HttpResponse:
    return render(request, template, {"contents": contents(), "page": page, **context})
