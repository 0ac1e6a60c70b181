import time

from celery import shared_task

from . import delivery, retention
from .nudge import nudge

# Short runs: a worker that is to stop waits for this one, and other tasks wait for its thread.
SECONDS = 2.0


@shared_task
def deliver_due() -> None:
    """Batches until nothing is due; what a long queue leaves over is the next run's."""
    end = time.monotonic() + SECONDS
    while delivery.deliver_batch():
        if time.monotonic() > end:
            nudge()
            return


@shared_task
def purge_messages() -> None:
    retention.purge_messages()
