"""Moments in tables, the same in every language and from the year down, so that they sort as text.

A page of fifty rows writes a hundred of them: Django's own `date` filter, which looks up formats and
time zones each time, would take half of the page's time. The database gives moments in UTC.
"""

from datetime import datetime

from django import template
from django.utils.safestring import SafeString
from django.utils.translation import ngettext

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


@register.filter
def in_words(minutes: int) -> str:
    """A length of time in the largest unit of which it is a whole number; a day is told as 24 hours.

    >>> [in_words(minutes) for minutes in (1, 60, 90, 1440, 1500, 2880, 43200)]
    ['1 minute', '1 hour', '90 minutes', '24 hours', '25 hours', '2 days', '30 days']
    """
    hours, days = minutes // 60, minutes // 1440
    if days > 1 and minutes % 1440 == 0:
        return ngettext("%(days)s day", "%(days)s days", days) % {"days": days}
    if hours and minutes % 60 == 0:
        return ngettext("%(hours)s hour", "%(hours)s hours", hours) % {"hours": hours}
    return ngettext("%(minutes)s minute", "%(minutes)s minutes", minutes) % {"minutes": minutes}
