"""Reading jobs: one's own, and what became of their items."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Count, QuerySet

from mago.core.errors import NotFound

from .models import Item, Job, Outcome


def jobs_of(actor_id: UUID) -> QuerySet[Job]:
    """What somebody asked for, the newest first."""
    return Job.objects.filter(actor_id=actor_id).order_by("-created_at", "-id")


def job_for(actor_id: UUID, key: UUID) -> Job:
    """A job of one's own; NotFound for anybody else's."""
    job = jobs_of(actor_id).select_related("undoes", "undone_by").filter(pk=key).first()
    if job is None:
        raise NotFound
    return job


def items_of(job: Job, outcome: str = "") -> QuerySet[Item]:
    found = Item.objects.filter(job=job).order_by("number")
    return found.filter(outcome=outcome) if outcome else found


def count_outcomes(jobs: Iterable[Job]) -> None:
    """Each job tells how many of its items are `waiting`, `done` and `refused`; one query for all."""
    found = {job.pk: job for job in jobs}
    rows = Item.objects.filter(job__in=list(found)).values_list("job", "outcome")
    for job in found.values():
        for outcome in Outcome:
            setattr(job, outcome.value, 0)
    for key, outcome, count in rows.annotate(n=Count("pk")).order_by():
        setattr(found[key], outcome, count)


def figures_of(job: Job) -> dict[str, int]:
    """How many items stand how; along an index, over at most `services.MOST_ITEMS`."""
    rows = Item.objects.filter(job=job).values_list("outcome").annotate(n=Count("pk")).order_by()
    return {outcome.value: 0 for outcome in Outcome} | dict(rows)
