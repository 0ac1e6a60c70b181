import time
from datetime import timedelta

from celery import shared_task
from django.db.models import Q
from django.utils import timezone

from .models import EnrolmentCode, ReconnectToken, UsedExchange


@shared_task
def purge_sign_ins() -> None:
    """What has ended is gone: reconnect tokens, exchanges; codes a month later."""
    now = timezone.now()
    ReconnectToken.objects.filter(Q(idle_until__lt=now) | Q(expires_at__lt=now)).delete()
    UsedExchange.objects.filter(expires_at__lt=int(time.time())).delete()
    codes = EnrolmentCode.objects.everywhere(reason="the clock looks after all")
    codes.filter(expires_at__lt=now - timedelta(days=30)).delete()
