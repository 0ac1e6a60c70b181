"""What the pages of this slice share."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from mago.core.errors import Refused
from mago.core.form_pages import get_or_post, posted, show_form
from mago.core.forms import Form

from ..forms import AddressForm

__all__ = ["get_or_post", "posted", "show", "show_sign_in"]


def show(
    request: HttpRequest, page: str, form: Form, refusal: Refused | None = None, **context: Any
) -> HttpResponse:
    """A page of templates/accounts/signin with its form."""
    return show_form(request, f"accounts/signin/{page}.html", form, refusal, **context)


def show_sign_in(
    request: HttpRequest, form: Form, refusal: Refused | None = None, *, next_url: str | None
) -> HttpResponse:
    """The sign-in page, with every door that is open on this installation."""
    ways = {"passkey": "passkey" in settings.FACTORS, "code": settings.SIGN_IN_BY_CODE}
    page = "sign_in_address" if isinstance(form, AddressForm) else "sign_in"
    return show(request, page, form, refusal, next=next_url, sign_in_ways=ways)
