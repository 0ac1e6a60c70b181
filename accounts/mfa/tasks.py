from celery import shared_task

from . import challenges, sms_caps, trust
from .services import purge_unconfirmed


@shared_task
def purge() -> None:
    """What nobody can answer, trust or finish any more is gone."""
    challenges.purge()
    trust.purge()
    sms_caps.purge()
    purge_unconfirmed()
