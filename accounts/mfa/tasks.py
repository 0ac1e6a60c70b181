from celery import shared_task

from . import challenges, trust
from .services import purge_unconfirmed


@shared_task
def purge() -> None:
    """What nobody can answer, trust or finish any more is gone."""
    challenges.purge()
    trust.purge()
    purge_unconfirmed()
