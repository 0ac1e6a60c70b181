from celery import shared_task

from . import services


@shared_task
def refresh_metadata() -> None:
    """Providers that describe themselves at an address were asked within the hour."""
    services.refresh_all()


@shared_task
def purge() -> None:
    """Nothing is kept of messages that can be shown no longer."""
    services.purge()
