from celery import shared_task

from . import checkpoints, services


@shared_task
def seal() -> None:
    services.seal()
    checkpoints.make_checkpoint()
