"""What a worker does for the API."""

from celery import shared_task

from . import idempotency


@shared_task
def purge() -> None:
    idempotency.purge()
