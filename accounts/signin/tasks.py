from celery import shared_task

from . import tokens


@shared_task
def purge_links() -> None:
    tokens.purge()
