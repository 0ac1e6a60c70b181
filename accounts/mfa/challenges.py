"""Questions are put, tried and used up; each step is one statement, so that a race has one winner."""

import secrets
from datetime import timedelta

from django.db.models import F, QuerySet
from django.utils import timezone

from .flows import Flow
from .limits import TRIES
from .models import Challenge, Kind


def put(flow: Flow, kind: Kind, *, factor: int | None, lifetime: timedelta) -> Challenge:
    """A new question in this flow; the ones before it are answered by nothing."""
    now = timezone.now()
    Challenge.objects.filter(flow=flow.id, kind=kind, factor=factor, used_at=None).update(
        used_at=now
    )
    return Challenge.objects.create(
        kind=kind,
        purpose=flow.purpose,
        flow=flow.id,
        user=flow.user,
        factor=factor,
        nonce=secrets.token_urlsafe(32),
        created_at=now,
        expires_at=now + lifetime,
    )


def newest(flow: Flow, kind: Kind, factor: int | None) -> Challenge | None:
    """The question of this flow, to this person, that can still be answered."""
    return (
        Challenge.objects.filter(flow=flow.id, kind=kind, purpose=flow.purpose, factor=factor)
        .filter(user=flow.user, used_at=None, expires_at__gt=timezone.now())
        .order_by("-created_at", "-id")
        .first()
    )


def count_try(challenge: Challenge) -> bool:
    """Whether one more answer may be looked at."""
    return bool(_open(challenge).filter(tries__lt=TRIES).update(tries=F("tries") + 1))


def use(challenge: Challenge) -> bool:
    """True for exactly one caller."""
    return bool(_open(challenge).update(used_at=timezone.now()))


def _open(challenge: Challenge) -> QuerySet[Challenge]:
    return Challenge.objects.filter(pk=challenge.pk, used_at=None, expires_at__gt=timezone.now())


def purge() -> None:
    """Questions that nobody can answer any more are gone."""
    Challenge.objects.filter(expires_at__lt=timezone.now() - timedelta(hours=1)).delete()
