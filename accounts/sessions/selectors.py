"""Reads of sessions."""

from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import User
from mago.core.errors import NotFound

from .models import Session


def sessions_of(user: User) -> QuerySet[Session]:
    """A person's live sessions, the one used last first."""
    live = Session.objects.filter(
        user=user, expire_date__gt=timezone.now(), created_at__gte=user.signed_out_at
    )
    return live.order_by("-last_seen_at").defer("session_data")


def session_of(user: User, session_id: UUID) -> Session:
    """One live session of this person, or NotFound."""
    session = sessions_of(user).filter(id=session_id).first()
    if session is None:
        raise NotFound
    return session
