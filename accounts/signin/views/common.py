"""What the pages of this slice share."""

from typing import Any

from django.http import HttpRequest, HttpResponse

from mago.core.errors import Refused
from mago.core.form_pages import get_or_post, posted, show_form
from mago.core.forms import Form

__all__ = ["get_or_post", "posted", "show"]


def show(
    request: HttpRequest, page: str, form: Form, refusal: Refused | None = None, **context: Any
) -> HttpResponse:
    """A page of templates/accounts/signin with its form."""
    return show_form(request, f"accounts/signin/{page}.html", form, refusal, **context)
