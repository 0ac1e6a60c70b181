from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from . import services
from .models import Domain

BATCH = 200


@shared_task
def recheck_domains() -> None:
    """Every proved domain is looked up once a day."""
    proved = Domain.objects.everywhere(reason="the clock looks after all").filter(
        proved_at__isnull=False
    )
    due = proved.exclude(checked_at__gt=timezone.now() - timedelta(days=1))
    for domain in due.order_by("checked_at")[:BATCH]:
        services.recheck_domain(domain)
