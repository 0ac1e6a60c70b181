from celery import shared_task

from . import services


@shared_task
def purge_tokens() -> None:
    services.purge()
