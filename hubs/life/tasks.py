from celery import shared_task

from . import outages, services


@shared_task
def flush_heartbeats() -> None:
    services.flush()


@shared_task
def watch_hubs() -> None:
    outages.watch()


@shared_task
def forget_old_hours() -> None:
    services.forget_old()
