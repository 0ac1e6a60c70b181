import time

from celery import shared_task

from . import delivery, retention

SECONDS = 45.0


@shared_task
def deliver_due() -> None:
    """Batches until nothing is due; what a long queue leaves over is the next run's."""
    end = time.monotonic() + SECONDS
    while delivery.deliver_batch() and time.monotonic() < end:
        pass


@shared_task
def purge_messages() -> None:
    retention.purge_messages()
