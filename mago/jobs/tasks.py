from uuid import UUID

from celery import shared_task

from . import running, services


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
    services.remove_old()
