"""Hubs and their tasks in lists: how they stand at this moment, and how long things take."""

from collections.abc import Sequence
from datetime import datetime

from django import template
from django.utils import timezone
from django.utils.translation import gettext as _

from hubs.life.selectors import look_at
from hubs.models import Hub
from hubs.operations.models import Task
from hubs.operations.selectors import count_stages

register = template.Library()


@register.filter
def looked_at(hubs: Sequence[Hub]) -> Sequence[Hub]:
    """The same hubs, each with `standing` and `seen_at`; one look for all."""
    look_at(hubs)
    return hubs


@register.filter
def counted(tasks: Sequence[Task]) -> Sequence[Task]:
    """The same tasks, each with its numbers of hubs; one read for all."""
    count_stages(tasks)
    return tasks


@register.filter
def span(seconds: float | None) -> str:
    """A length of time in its largest whole unit.

    >>> [str(span(seconds)) for seconds in (None, 0, 59, 3600, 90000)]
    ['–', '0 s', '59 s', '1 h', '25 h']
    >>> str(span(86400 * 3))
    '3 d'
    """
    if seconds is None:
        return "–"
    for size, unit in ((86_400, _("d")), (3600, _("h")), (60, _("min"))):
        # An hour is better told as 90 minutes than as one.
        if seconds >= 2 * size or seconds == size:
            return f"{int(seconds // size)} {unit}"
    return f"{int(seconds)} s"


@register.filter
def age(moment: datetime | None) -> str:
    """How long ago that was."""
    return span(None if moment is None else (timezone.now() - moment).total_seconds())
