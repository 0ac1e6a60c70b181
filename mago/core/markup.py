"""Text as it stands in a page."""

from html import escape
from typing import Any

from django.utils.functional import Promise
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString


def escaped(value: Any) -> str:
    """What Django's `conditional_escape` gives; for plain text, of which a page has hundreds, in a fifth of the time.

    >>> escaped("Ada & Bea"), escaped(SafeString("<b>Ada</b>")), escaped(7)
    ('Ada &amp; Bea', '<b>Ada</b>', '7')
    """
    kind = type(value)
    if kind is str:
        return escape(value)
    if kind is SafeString:
        return value  # type: ignore[no-any-return]
    if isinstance(value, Promise) or hasattr(kind, "__html__"):
        return conditional_escape(value)
    return escape(str(value))


def fill(markup: str, *values: Any) -> SafeString:
    """`markup` with the escaped `values` at its braces, as Django's `format_html` writes it.

    >>> fill("<b>{}</b>", "Ada & Bea")
    '<b>Ada &amp; Bea</b>'
    """
    return SafeString(markup.format(*map(escaped, values)))
