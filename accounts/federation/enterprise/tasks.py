from celery import shared_task

from .services import departures, setup_links


@shared_task
def purge() -> None:
    """What hung on sessions that are over is gone, and links that are."""
    departures.purge()
    setup_links.purge_links()
