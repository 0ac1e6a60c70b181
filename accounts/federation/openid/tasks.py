from celery import shared_task

from . import services


@shared_task
def purge() -> None:
    """Ways to organizations' OpenID providers that nobody can come back from any more are gone."""
    services.purge()
