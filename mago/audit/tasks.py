from uuid import UUID

from celery import shared_task

from . import checkpoints, retention, services, tallies
from .jobs import running
from .jobs import services as jobs
from .streams import following


@shared_task
def seal() -> None:
    services.seal()
    checkpoints.make_checkpoint()


@shared_task
def remove_expired() -> None:
    retention.remove_expired()


@shared_task
def forget_old_tallies() -> None:
    tallies.forget_old()


@shared_task
def follow_streams() -> None:
    for stream_id in following.due_streams():
        follow_stream.delay(str(stream_id))


@shared_task
def follow_stream(stream_id: str) -> None:
    following.follow(UUID(stream_id))


@shared_task
def run_jobs() -> None:
    for job_id in running.due_jobs():
        run_job.delay(str(job_id))


# Not acknowledged late: a job that is cut short is found again in the database.
@shared_task(acks_late=False, soft_time_limit=4 * 3600, time_limit=4 * 3600 + 60)
def run_job(job_id: str) -> None:
    running.run(UUID(job_id))


@shared_task
def remove_old_jobs() -> None:
    jobs.remove_old()
