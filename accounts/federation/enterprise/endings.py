"""Certificates on which sign-in by a provider hangs: when they end, how near that is, and how it is said."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from operator import attrgetter
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.formats import date_format

from .kinds import kind_of
from .models import IdentityProvider

# Days before the end: what a change of certificates takes in a large company, what it takes at once, the end.
MARKS = (60, 14, 0)
_URGENT = 14


@dataclass(frozen=True)
class Ending:
    """A certificate of a provider, or ours for it. `before` and `after` its end are words with %(day)s.

    `fingerprint` (SHA-256) tells it from the one that follows it.
    """

    ends_at: datetime
    fingerprint: str
    before: Any
    after: Any

    @property
    def mark(self) -> int | None:
        """The last of the marks that was passed; None while the end is far."""
        left = self.ends_at - timezone.now()
        return min((mark for mark in MARKS if left <= timedelta(days=mark)), default=None)

    @property
    def is_near(self) -> bool:
        return self.mark is not None

    @property
    def is_urgent(self) -> bool:
        return self.mark is not None and self.mark <= _URGENT

    @property
    def is_over(self) -> bool:
        return self.mark == 0

    @property
    def days_left(self) -> int:
        """Whole days until the end; negative once it has passed."""
        return (self.ends_at - timezone.now()).days

    @property
    def text(self) -> str:
        """The sentence, in the language that is active."""
        words = self.after if self.is_over else self.before
        return str(words) % {"day": date_format(self.ends_at)}


def endings_of(providers: Iterable[IdentityProvider]) -> dict[UUID, list[Ending]]:
    """The certificates of each provider, the far ones too; as many queries for many providers as for one of each kind."""
    found: dict[UUID, list[Ending]] = {}
    by_kind = attrgetter("kind")
    for kind, some in groupby(sorted(providers, key=by_kind), by_kind):
        found |= kind_of(kind).endings(list(some))
    return found


def near(endings: Sequence[Ending]) -> list[Ending]:
    """Those that somebody has to do something about, the nearest end first."""
    return sorted((one for one in endings if one.is_near), key=attrgetter("ends_at"))
