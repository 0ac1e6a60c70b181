"""Numbers as people read them, and how far a stream is behind."""

from django import template
from django.utils.formats import number_format

from mago.audit.models import AuditStream

register = template.Library()


@register.filter
def grouped(number: int | None) -> str:
    """
    >>> grouped(1234567), grouped(None)
    ('1,234,567', '?')
    """
    return "?" if number is None else number_format(number, use_l10n=True, force_grouping=True)


@register.filter
def behind(stream: AuditStream, end: int) -> int:
    """How many events a stream has not been sent of a chain that ends there.

    >>> behind(AuditStream(position=40), 42), behind(AuditStream(position=43), 42)
    (2, 0)
    """
    return max(0, end - stream.position)
