from celery import shared_task

from .services import departures, endings, setup_links


@shared_task
def purge() -> None:
    """What hung on sessions that are over is gone, and links that are."""
    departures.purge()
    setup_links.purge_links()


@shared_task
def tell_of_ending_certificates() -> None:
    """Owners know of each certificate of their providers that passed a mark."""
    endings.tell_of_endings()
