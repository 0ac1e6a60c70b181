from celery import shared_task

from . import checkpoints, retention, services


@shared_task
def seal() -> None:
    services.seal()
    checkpoints.make_checkpoint()


@shared_task
def remove_expired() -> None:
    retention.remove_expired()
