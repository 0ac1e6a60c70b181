"""Applications hear that a browser's session, in which they signed somebody in, is over
(OpenID Connect Back-Channel Logout 1.0)."""

import logging
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, F, OuterRef
from django.utils import timezone

from accounts.federation.fetching import fetch
from accounts.sessions.models import Session
from mago.core.outbound import Unreachable

from ..models import Participant, TokenFamily
from ..scopes import OFFLINE
from .families import revoke_family
from .statements import logout_token

AT_A_TIME = 100
ATTEMPTS = 8
FIRST_WAIT = timedelta(seconds=30)

logger = logging.getLogger(__name__)


@transaction.atomic
def end_what_hangs_on(session_id: UUID) -> None:
    """The tokens that were granted for as long as the session lasted are dead, and its applications are told."""
    families = TokenFamily.objects.filter(session_id=session_id, revoked_at=None)
    for family in families.select_related("user"):
        if OFFLINE not in family.scopes:
            revoke_family(family, actor=family.user, reason="signed out")
    Participant.objects.filter(session_id=session_id, due_at=None).update(due_at=timezone.now())


def tell_of_ended_sessions() -> None:
    """Every application that takes part in a session that is over, however it ended, is told, or told again."""
    now = timezone.now()
    live = Session.objects.filter(
        id=OuterRef("session_id"),
        expire_date__gt=now,
        user__is_active=True,
        created_at__gte=F("user__signed_out_at"),
    )
    Participant.objects.filter(~Exists(live), due_at=None).update(due_at=now)
    due = Participant.objects.select_related("application", "user").filter(due_at__lte=now)
    for participant in due.order_by("due_at")[:AT_A_TIME]:
        if _take(participant):
            _tell(participant)


def _take(participant: Participant) -> bool:
    """Whether it is ours to tell: another worker may have taken it. It comes round again if nobody is told."""
    wait = FIRST_WAIT * 2**participant.attempts
    mine = Participant.objects.filter(pk=participant.pk, due_at=participant.due_at)
    return bool(mine.update(due_at=timezone.now() + wait, attempts=F("attempts") + 1))


def _tell(participant: Participant) -> None:
    application = participant.application
    token = logout_token(application, participant.user, participant.session_id)
    fields: dict[str, Any] = {"logout_token": token}
    try:
        status = fetch(application.backchannel_logout_uri, fields=fields).status
    except Unreachable as problem:
        status = 0
        logger.info("%s was not told of a sign-out: %s", application.pk, problem.step)
    if status in (200, 204) or participant.attempts + 1 >= ATTEMPTS:
        participant.delete()
