"""Parts of a chart, for `{% each %}`."""

from collections.abc import Sequence

from django import template
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from mago.core.markup import fill

from ..charts import Mark

register = template.Library()


@register.filter
def minor(mark: Mark) -> SafeString:
    """An attribute of what may be left out where there is little room."""
    return SafeString(' class="minor"' if mark.minor else "")


@register.filter
def figures(row: tuple[str, Sequence[int]]) -> SafeString:
    """The cells of a row of the table: its name, and its figures."""
    name, numbers = row
    cells = format_html_join("", '<td class="number">{}</td>', ((number,) for number in numbers))
    return fill('<th scope="row">{}</th>{}', name, cells)
