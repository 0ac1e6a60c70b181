"""The periods that figures are told for, and the columns into which a chart of one is cut. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

AN_HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Period:
    """So many columns of so many hours, of which the last holds this moment; `columns * hours` divides into days."""

    key: str
    title: str | Promise
    words: str | Promise
    columns: int
    hours: int
    format: str

    @property
    def length(self) -> timedelta:
        return AN_HOUR * (self.columns * self.hours)

    def starts(self, now: datetime) -> list[datetime]:
        """When each column begins, in UTC.

        >>> from datetime import UTC
        >>> starts = WEEK.starts(datetime(2026, 11, 22, 14, 5, tzinfo=UTC))
        >>> str(starts[0]), str(starts[-1]), len(starts)
        ('2026-11-15 18:00:00+00:00', '2026-11-22 12:00:00+00:00', 28)
        """
        last = now.replace(hour=now.hour - now.hour % self.hours, minute=0, second=0, microsecond=0)
        step = AN_HOUR * self.hours
        return [last - step * back for back in reversed(range(self.columns))]

    def column_of(self, hour: datetime, first: datetime) -> int:
        return (hour - first) // (AN_HOUR * self.hours)

    def name(self, start: datetime) -> str:
        return date_format(start, self.format)


DAY = Period("24h", _("24 hours"), _("last 24 hours"), 24, 1, "H:i")
WEEK = Period("7d", _("7 days"), _("last 7 days"), 28, 6, "j M H:i")
MONTH = Period("30d", _("30 days"), _("last 30 days"), 30, 24, "j M")
PERIODS = {period.key: period for period in (DAY, WEEK, MONTH)}
