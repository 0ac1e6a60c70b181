"""Figures that are counted: as far as it tells something, along an index, and no further; and how often what happened."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

from django.core.cache import cache
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.formats import number_format

from mago.audit import tallies
from mago.audit.models import AuditEvent
from mago.audit.selectors import newest_sealed

from ..periods import AN_HOUR, Period

MOST = 10_000
# So many people are looked at while somebody waits, where each takes several reads.
FEW = 500
# The trail is sealed every few seconds; so long after, somebody should look.
SEAL_LATE = timedelta(minutes=10)
# Seconds for which all who watch share one answer; less than a page waits before it asks again.
SHARED = 15
A_MINUTE = 60

T = TypeVar("T")


@dataclass(frozen=True)
class Count:
    """A number, or the highest that was counted to."""

    number: int
    more: bool = False

    def __bool__(self) -> bool:
        return self.number > 0

    def __str__(self) -> str:
        return grouped(self.number) + ("+" if self.more else "")


def grouped(number: int) -> str:
    """As people read it, in their language."""
    return number_format(number, use_l10n=True, force_grouping=True)


def count(rows: QuerySet[Any], most: int = MOST) -> Count:
    """How many `rows` there are, counted to `most`."""
    found = rows.order_by().values("pk")[: most + 1].count()
    return Count(min(found, most), found > most)


def shared(name: str, make: Callable[[], T], seconds: int = SHARED) -> T:
    """What `make` gives, or gave to somebody else a moment ago under that name."""
    key = f"admincenter:{name}"
    kept = cache.get(key)
    if kept is None:
        kept = (make(),)
        cache.set(key, kept, seconds)
    value: T = kept[0]
    return value


def all_shared(makes: Mapping[str, Callable[[], T]], seconds: int) -> dict[str, T]:
    """As `shared`, of several things by their names: asked for, and kept, all at once."""
    keys = {name: f"admincenter:{name}" for name in makes}
    known: dict[str, tuple[T]] = cache.get_many(keys.values())
    made = {key: (makes[name](),) for name, key in keys.items() if key not in known}
    if made:
        cache.set_many(made, seconds)
        known |= made
    return {name: known[key][0] for name, key in keys.items()}


@dataclass(frozen=True)
class Traffic:
    """How often what happened in a period: by kind of event in each column, and in the period before it.

    Of the period before, only as much as has passed of this one.
    """

    starts: list[datetime]
    columns: dict[str, list[int]]
    before: Counter[str]

    @property
    def since(self) -> datetime:
        return self.starts[0]

    def line(self, tags: Iterable[str]) -> list[int]:
        """The sums of several kinds, by column."""
        return [sum(one) for one in zip(*(self.columns[tag] for tag in tags), strict=True)]

    def sum(self, tags: Iterable[str]) -> int:
        return sum(self.line(tags))

    def change(self, tags: Sequence[str]) -> float | None:
        """In percent, against the period before; None where nothing happened in it."""
        before = sum(self.before[tag] for tag in tags)
        return 100 * (self.sum(tags) - before) / before if before else None


def traffic(
    name: str, period: Period, tags: Sequence[str], *, organization: UUID | None = None
) -> Traffic:
    """Read from the tallies: two queries of a bounded number of rows, however long the trail is.

    `name` is that of the kinds: who asks for the same ones shares the answer.
    """
    return shared(
        f"traffic:{name}:{organization or ''}:{period.key}",
        lambda: _traffic(period, tags, organization),
    )


def _traffic(period: Period, tags: Sequence[str], organization: UUID | None) -> Traffic:
    now = timezone.now()
    starts = period.starts(now)
    columns = {tag: [0] * period.columns for tag in tags}
    for tag, hours in tallies.by_hour(tags, since=starts[0], organization=organization).items():
        for hour, number in hours.items():
            # What the clock of another machine dates ahead counts as of now.
            columns[tag][min(period.column_of(hour, starts[0]), period.columns - 1)] += number
    before = tallies.sums(
        tags,
        since=starts[0] - period.length,
        until=tallies.hour_of(now) + AN_HOUR - period.length,
        organization=organization,
    )
    return Traffic(starts, columns, before)


def unsealed_since() -> datetime | None:
    """When the oldest event was recorded that should have been sealed by now; None if all is well."""
    waiting = AuditEvent.objects.filter(id__gt=newest_sealed()).order_by("id")
    oldest = waiting.values_list("time", flat=True).first()
    return oldest if oldest and oldest < timezone.now() - SEAL_LATE else None
