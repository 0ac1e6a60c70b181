"""Background jobs, as whoever asked for them follows them."""

from uuid import UUID

from mago.jobs.models import Job
from mago.jobs.selectors import items_of, jobs_of

from ..keyset import CREATED, Listing


def find_jobs(actor_id: UUID, *, state: str = "") -> Listing:
    """The jobs that somebody asked for, the newest first; those in a state."""
    found = jobs_of(actor_id)
    if state:
        found = found.filter(state=state)
    return Listing((found,), key=("created_at", "id"), orders=CREATED)


def find_items(job: Job, *, outcome: str = "") -> Listing:
    """What a job is about, in its order: all of it, or what ended so."""
    return Listing((items_of(job, outcome),), key=("number",), descending=False)
