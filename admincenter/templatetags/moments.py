"""Moments in tables, the same in every language and from the year down, so that they sort as text.

A page of fifty rows writes a hundred of them: Django's own `date` filter, which looks up formats and
time zones each time, would take half of the page's time. The database gives moments in UTC.
"""

from datetime import datetime

from django import template
from django.utils.safestring import SafeString

register = template.Library()

NONE = SafeString("–")


@register.filter
def minute(moment: datetime | None) -> SafeString:
    """
    >>> from datetime import UTC
    >>> minute(datetime(2026, 11, 22, 14, 5, 9, tzinfo=UTC)), minute(None)
    ('2026-11-22 14:05', '–')
    """
    return SafeString(f"{moment:%Y-%m-%d %H:%M}") if moment else NONE


@register.filter
def second(moment: datetime | None) -> SafeString:
    """
    >>> from datetime import UTC
    >>> second(datetime(2026, 11, 22, 14, 5, 9, tzinfo=UTC))
    '2026-11-22 14:05:09'
    """
    return SafeString(f"{moment:%Y-%m-%d %H:%M:%S}") if moment else NONE
