from django.utils import timezone

from ..models import LogoutAttempt, Request, SpentMessage


def purge() -> None:
    """Requests that nobody can come back to, and messages that can be shown no longer, are gone."""
    now = timezone.now()
    for model in (Request, LogoutAttempt, SpentMessage):
        model.objects.filter(expires_at__lt=now).delete()
