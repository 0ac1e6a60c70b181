from celery import shared_task

from . import services


@shared_task
def purge_tokens() -> None:
    services.purge()


@shared_task
def rotate_keys() -> None:
    services.rotate_signing_keys()


@shared_task
def tell_of_ended_sessions() -> None:
    services.tell_of_ended_sessions()
