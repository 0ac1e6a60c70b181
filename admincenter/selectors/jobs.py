"""Background jobs, as whoever asked for them follows them."""

from uuid import UUID

from mago.jobs.models import Job
from mago.jobs.selectors import items_of, jobs_of

from ..keyset import CREATED, Listing


def find_jobs(actor_id: UUID) -> Listing:
    """The jobs that somebody asked for, the newest first."""
    return Listing((jobs_of(actor_id),), key=("created_at", "id"), orders=CREATED)


def find_items(job: Job, *, outcome: str = "") -> Listing:
    """What a job is about, in its order: all of it, or what ended so."""
    return Listing((items_of(job, outcome),), key=("number",), descending=False)
