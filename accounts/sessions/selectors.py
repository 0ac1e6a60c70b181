"""Reads of sessions."""

from uuid import UUID

from django.db.models import Max, QuerySet
from django.utils import timezone

from accounts.access.facts import Strength
from accounts.models import User
from mago.core.errors import NotFound

from .models import Session


def sessions_of(user: User) -> QuerySet[Session]:
    """A person's live sessions, the one used last first."""
    live = Session.objects.filter(
        user=user, expire_date__gt=timezone.now(), created_at__gte=user.signed_out_at
    )
    return live.order_by("-last_seen_at").defer("session_data")


def strength_reached(user: User) -> int:
    """The most that a live session of this person has proved; NONE where they are signed in nowhere."""
    best: int | None = sessions_of(user).order_by().aggregate(best=Max("strength"))["best"]
    return best or Strength.NONE


def session_of(user: User, session_id: UUID) -> Session:
    """One live session of this person, or NotFound."""
    session = sessions_of(user).filter(id=session_id).first()
    if session is None:
        raise NotFound
    return session
