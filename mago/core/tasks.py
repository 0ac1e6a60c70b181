from celery import shared_task

from . import ratelimit
from .sql import IS_SQLITE
from .sqlite import statistics


@shared_task
def purge_limits() -> None:
    ratelimit.purge()


@shared_task
def renew_statistics() -> None:
    """PostgreSQL renews its own (autovacuum)."""
    if IS_SQLITE:
        statistics.renew()
