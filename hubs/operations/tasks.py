from celery import shared_task

from . import delivery


@shared_task
def expire_tasks() -> None:
    delivery.expire()
