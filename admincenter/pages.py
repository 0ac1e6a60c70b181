"""What every page of the admin center shares: its frame, and lists that are filtered and paged.

A list needs a form of filters, a function that finds, and a template that extends
admincenter/list.html with its columns and rows; see sections/people.py.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import patch_vary_headers
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from mago.core.errors import Refused
from mago.core.form_pages import get_or_post  # noqa: F401 - the security programme has it from here
from mago.core.forms import Form

from .crumbs import crumbs
from .keyset import KeysetPage, Listing
from .navigation import frame, permissions
from .once import nothing_made
from .widgets import Renderer

CURSOR, ORDER = "page", "order"
Saved = TypeVar("Saved")


class Filters(Form):
    """What narrows a list; sent by GET, and nothing in it is required."""

    use_required_attribute = False
    default_renderer = Renderer

    def __init__(self, data: Any) -> None:
        super().__init__(data, auto_id="filter-%s")

    @property
    def chosen(self) -> dict[str, Any]:
        """The cleaned values of the filters that are in use."""
        return {name: value for name, value in self.cleaned_data.items() if value not in ("", None)}

    def link(self, **place: str) -> str:
        """The address of another place of the same list, relative to this one: its page, its order."""
        sent = {name: self.data[name] for name in self.fields if self.data.get(name)}
        return "?" + urlencode(sent | {name: value for name, value in place.items() if value})


def is_part(request: HttpRequest) -> bool:
    """Whether htmx asks, and so takes the content without the frame around it."""
    htmx = request.htmx  # type: ignore[attr-defined]
    return bool(htmx) and not htmx.boosted and not htmx.history_restore_request


def asked_by_itself(request: HttpRequest) -> None:
    """A page that keeps itself fresh is no sign of a person: what it asks for keeps no session alive."""
    request.session.accessed = False


def page(
    request: HttpRequest, template: str, context: dict[str, Any] | None = None, *, status: int = 200
) -> HttpResponse:
    """A page in the admin center's frame; its template extends `layout`. htmx gets the content alone."""
    part = is_part(request)
    context = {
        "layout": "admincenter/part.html" if part else "layouts/admin.html",
        "is_part": part,
        "permissions": permissions(request),
        **({} if part else frame(request)),
        **(context or {}),
    }
    if not part:
        context["crumbs"] = crumbs(request.path, context | {"request": request})
        context["whose"] = _whose(context)
    response = render(request, template, context, status=status)
    patch_vary_headers(response, ["HX-Request"])
    return response


def _whose(context: Mapping[str, Any]) -> str:
    """Whose pages these are, in words."""
    if programme := context.get("programme"):
        return str(programme)
    if organization := context.get("organization"):
        return str(organization.name)
    return _("Platform") if context["may_administer"] else _("Your organizations")


def list_page(
    request: HttpRequest,
    template: str,
    *,
    title: str | Promise,
    filters: Filters,
    find: Callable[..., Listing],
    columns: Sequence[str] = (),
    **context: Any,
) -> HttpResponse:
    """One page of what `find` finds for the chosen filters; none, and why, where a filter is wrong.

    `columns` are those that the rows of the template show, where these are few of many.
    """
    cursor = request.GET.get(CURSOR, "")
    order = request.GET.get(ORDER, "")
    valid = filters.is_valid()
    rows = _rows(find(**filters.chosen).ordered(order), columns, cursor) if valid else None

    def elsewhere(page: str | None) -> str:
        return filters.link(**{CURSOR: page, ORDER: order}) if page else ""

    context |= {
        "title": title,
        "filters": filters,
        "rows": rows,
        "cursor": cursor,
        "order": order,
        "previous_url": elsewhere(rows.previous) if rows is not None else "",
        "next_url": elsewhere(rows.next) if rows is not None else "",
    }
    # htmx swaps no error page in, and the part says what is wrong.
    return page(request, template, context, status=200 if valid or is_part(request) else 400)


def _rows(found: Listing, columns: Sequence[str], cursor: str) -> KeysetPage:
    return KeysetPage(found.showing(columns) if columns else found, cursor)


def submit(form: Form, save: Callable[..., Saved]) -> tuple[Saved | None, int]:
    """What `save` made of a form that was sent; else None, and the status under which the form is shown (again)."""
    if not form.is_bound:
        return None, 200
    try:
        if form.is_valid():
            return save(**form.cleaned_data), 200
    except Refused as refusal:
        form.refuse(refusal)
        return None, refusal.status
    return None, 400


def save_and_go(
    request: HttpRequest, form: Form, save: Callable[..., Any], told: Any, *, to: str
) -> tuple[HttpResponse | None, int]:
    """The way to the page `to`, which says what was saved; else none, and the status under which the form is shown (again)."""

    def saved(**data: Any) -> bool:
        save(**data)
        return True

    done, status = submit(form, saved)
    if not done:
        return None, status
    messages.success(request, told)
    return redirect(to), 302


def act(request: HttpRequest, action: Callable[[], Any], told: Any, *, to: str) -> HttpResponse:
    """The page `to` says what was done, or why it was not."""
    try:
        action()
    except Refused as refusal:
        nothing_made(request)
        messages.error(request, str(refusal.detail))
    else:
        messages.success(request, told)
    return redirect(to)
