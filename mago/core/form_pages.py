"""What every page with a form does: the form is bound, and shown with what is wrong and a status that says so."""

from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from .errors import Refused, with_headers
from .forms import Form

get_or_post = require_http_methods(["GET", "HEAD", "POST"])


def posted(request: HttpRequest) -> QueryDict | None:
    """What a form is bound to: also to nothing at all, where that is what was sent."""
    return request.POST if request.method == "POST" else None


def show_form(
    request: HttpRequest, template: str, form: Form, refusal: Refused | None = None, **context: Any
) -> HttpResponse:
    """The page with its form; with what is wrong beside the fields, and a status that says so."""
    if refusal is not None:
        form.refuse(refusal)
    response = render(request, template, {"form": form, **context}, status=_status(form, refusal))
    return with_headers(response, refusal) if refusal is not None else response


def _status(form: Form, refusal: Refused | None) -> int:
    if refusal is None:
        return 400 if form.errors else 200
    # On a page 401 would make the browser ask for HTTP credentials.
    return 400 if refusal.status == 401 else refusal.status
