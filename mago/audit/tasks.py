from celery import shared_task

from . import services


@shared_task
def seal() -> None:
    services.seal()
