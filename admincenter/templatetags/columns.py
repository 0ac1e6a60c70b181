"""The heads of a list's columns."""

from typing import Any

from django import template
from django.template.context import Context
from django.templatetags.static import static
from django.utils.safestring import SafeString

from mago.core.markup import fill

from ..pages import ORDER

register = template.Library()


@register.simple_tag(takes_context=True)
def column(context: Context, name: str, title: Any, kind: str = "") -> SafeString:
    """The head of a column by which the rows can be sorted, a link to do it; a plain head where these rows cannot be.

    `name` is that of the order (`Listing.orders`), `kind` a class of the cell. In a list's context: rows and filters.
    """
    shape = fill(' class="{}"', kind) if kind else SafeString()
    listing = getattr(context.get("rows"), "listing", None)
    if listing is None or name not in listing.orders:
        return fill('<th scope="col"{}>{}</th>', shape, title)
    upwards, downwards = name, f"-{name}"
    if listing.order in (upwards, downwards):
        is_falling = listing.order == downwards
        said = ' aria-sort="descending"' if is_falling else ' aria-sort="ascending"'
        arrow = fill(
            '<svg class="icon" aria-hidden="true"><use href="{}#{}"/></svg>',
            static("icons/sprite.svg"),
            "arrow-down" if is_falling else "arrow-up",
        )
        other = upwards if is_falling else downwards
    else:
        said, arrow = "", SafeString()
        other = downwards if listing.orders[name].downwards else upwards
    href = context["filters"].link(**{ORDER: other})
    # By its id it keeps the focus when the list is swapped.
    cell = '<th scope="col"{}{}><a id="sort-{}" href="{}" hx-get="{}" hx-target="#list" hx-push-url="true">{}{}</a></th>'
    return fill(cell, shape, SafeString(said), name, href, href, title, arrow)
