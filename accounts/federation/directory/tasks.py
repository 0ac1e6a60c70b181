from uuid import UUID

from celery import shared_task

from . import services

# Reading a large directory takes minutes; the lease of a run keeps a second worker from it.
_LONGEST = 600


@shared_task
def sync_due() -> None:
    """Directories whose time has come are read; what was left behind by a worker that died goes on."""
    services.ask_due()
    work_off()


@shared_task
def work_off() -> None:
    """Each run that waits has a worker."""
    for run_id in services.due_runs():
        work.delay(str(run_id))


@shared_task(time_limit=_LONGEST, soft_time_limit=_LONGEST - 20)
def work(run_id: str) -> None:
    """A run is a good piece further, or has ended."""
    if services.work(UUID(run_id)):
        work.delay(run_id)


@shared_task
def forget_old() -> None:
    services.forget_old()
