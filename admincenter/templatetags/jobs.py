"""What a job is called."""

from django import template
from django.utils.functional import Promise

from mago.core.errors import NotFound
from mago.jobs.kinds import work_class
from mago.jobs.models import Job

register = template.Library()


@register.filter
def work_title(job: Job) -> str | Promise:
    """The title of its kind; the kind itself where this version does not know it."""
    return title_of_kind(job.kind)


def title_of_kind(kind: str) -> str | Promise:
    try:
        return work_class(kind).title
    except NotFound:
        return kind
