from celery import shared_task

from .store import SessionStore


@shared_task
def purge_sessions() -> None:
    SessionStore.clear_expired()
