from celery import shared_task

from .services import departures


@shared_task
def purge() -> None:
    """What hung on sessions that are over is gone."""
    departures.purge()
