"""Whether a session is alive: said once, here."""

from datetime import datetime

from django.conf import settings

from .models import Session


def expires_at(*, created_at: datetime, last_seen_at: datetime, remembered: bool) -> datetime:
    """The earlier of the idle and the absolute end (ASVS 7.3.1, 7.3.2)."""
    if remembered:
        return min(last_seen_at + settings.SESSION_REMEMBERED_IDLE, created_at + settings.SESSION_REMEMBERED_ABSOLUTE)
    return min(last_seen_at + settings.SESSION_IDLE, created_at + settings.SESSION_ABSOLUTE)


def is_valid(session: Session, now: datetime) -> bool:
    """Not expired; and where somebody is signed in, they are active and were not signed out everywhere since."""
    if session.expire_date <= now:
        return False
    user = session.user
    return user is None or (user.is_active and session.created_at >= user.signed_out_at)
