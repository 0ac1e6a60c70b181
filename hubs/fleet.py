"""How many hubs are still missing, known without asking the database each time."""

import logging
import threading
import time
from collections.abc import Callable

from django.conf import settings
from django.db import DatabaseError
from django.db.models import Exists, OuterRef
from django.utils import timezone

from .models import Credential, Hub, ReconnectToken, State

SECONDS = 5.0

logger = logging.getLogger(__name__)


def count_missing() -> int:
    """The hubs that should be there and have come in neither way for as long as a token lives."""
    since = timezone.now() - settings.HUB_TOKEN_LIFETIME
    signed_in = Credential.objects.filter(hub=OuterRef("pk"), last_used_at__gt=since)
    come_back = ReconnectToken.objects.filter(
        hub=OuterRef("pk"), last_count__gt=0, idle_until__gt=since + settings.HUB_RECONNECT_IDLE
    )
    hubs = Hub.objects.everywhere(reason="how many are to sign in, of whomever")
    missing = hubs.filter(~Exists(signed_in), ~Exists(come_back))
    return int(missing.filter(state__in=(State.ACTIVE, State.QUARANTINED)).count())


class Missing:
    """The number as of some seconds ago. Whoever was let in counts anew; whoever is refused reads what is there."""

    def __init__(
        self,
        count: Callable[[], int] = count_missing,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._count, self._clock = count, clock
        self._number, self._due, self._wanted = 0, 0.0, False
        self._turn = threading.Lock()

    def read(self) -> int:
        """Called where somebody is refused: from then on the number is kept up to date."""
        self._wanted = True
        return self._number

    def refresh(self) -> None:
        """Called where somebody was let in: the number is counted, where it is wanted and old."""
        if not self._wanted or self._clock() < self._due or not self._turn.acquire(blocking=False):
            return
        try:
            self._due, self._wanted = self._clock() + SECONDS, False
            self._number = self._count()
        except DatabaseError:
            # What is known is good enough; whoever asks for more than a number hears of it.
            logger.warning("the missing hubs could not be counted")
        finally:
            self._turn.release()
