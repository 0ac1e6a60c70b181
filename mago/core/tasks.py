from celery import shared_task

from . import ratelimit


@shared_task
def purge_limits() -> None:
    ratelimit.purge()
