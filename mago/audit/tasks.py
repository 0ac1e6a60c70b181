from uuid import UUID

from celery import shared_task

from . import checkpoints, retention, services
from .streams import following


@shared_task
def seal() -> None:
    services.seal()
    checkpoints.make_checkpoint()


@shared_task
def remove_expired() -> None:
    retention.remove_expired()


@shared_task
def follow_streams() -> None:
    for stream_id in following.due_streams():
        follow_stream.delay(str(stream_id))


@shared_task
def follow_stream(stream_id: str) -> None:
    following.follow(UUID(stream_id))
