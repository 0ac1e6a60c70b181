"""What both overviews are made of: figures with the lists behind them, shares as bars, and the period that is asked for."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.access.permissions import Permission
from mago.audit.tags import Tag
from mago.core.errors import NotFound

from ...charts import Chart, Series, Spark, line_chart, spark
from ...navigation import Permissions
from ...periods import DAY, MONTH, PERIODS, Period
from ...selectors.factors import FACTORS, Coverage
from ...selectors.figures import Traffic, grouped
from ...selectors.fleets import Fleet
from ...selectors.standing import Findings, NextEnd

# What an attack looks like before it succeeds.
REFUSED = (
    Tag.FACTOR_FAILED,
    Tag.SIGN_IN_REFUSED,
    Tag.SIGN_IN_LIMITED,
    Tag.ACCESS_REFUSED,
    Tag.TOKEN_REUSE_DETECTED,
    Tag.LIMIT_REACHED,
)
SOON_DAYS = 14


@dataclass(frozen=True)
class Tile:
    """A figure, and the list behind it for those who may see that list. `tags` say how to read the delta."""

    label: str | Promise
    value: str
    icon: str
    href: str = ""
    note: str = ""
    delta: str = ""
    tags: str = ""
    spark: Spark | None = None


@dataclass(frozen=True)
class Bar:
    """A part of a whole, as a bar; or one of several figures that are compared."""

    label: str | Promise
    value: str
    share: int
    href: str = ""
    tags: str = ""


@dataclass(frozen=True)
class Links:
    """Ways to lists, for those who may see them; `args` are what their paths begin with."""

    held: Permissions
    args: tuple[str, ...] = ()

    def to(self, name: str, permission: Permission, **filters: str) -> str:
        """The address of that list; "" for whoever may not see it."""
        if permission not in self.held:
            return ""
        query = f"?{urlencode(filters)}" if filters else ""
        return reverse(f"admincenter:{name}", args=self.args) + query


def period_of(request: HttpRequest) -> Period:
    """The period that the address asks for; NotFound for one that there is not."""
    key = request.GET.get("period", DAY.key)
    if key not in PERIODS:
        raise NotFound
    return PERIODS[key]


def periods(request: HttpRequest, chosen: Period) -> list[dict[str, Any]]:
    """Ways to the same page about other periods."""
    return [
        {"title": one.title, "url": f"{request.path}?period={one.key}", "current": one is chosen}
        for one in PERIODS.values()
    ]


def told(
    label: str | Promise,
    tags: Sequence[str],
    found: Traffic,
    period: Period,
    *,
    icon: str,
    href: str = "",
    more_is_bad: bool = False,
) -> Tile:
    """How often something happened in the period, and how that differs from the one before."""
    change = found.change(tags)
    mood = "" if not more_is_bad or not change else "bad" if change > 0 else "good"
    return Tile(
        label,
        grouped(found.sum(tags)),
        icon,
        href,
        note=str(period.words),
        delta="" if change is None else _percent(change),
        tags=mood,
        spark=spark(found.line(tags)),
    )


def _percent(change: float) -> str:
    """With its sign; a typographic one, as wide as the plus."""
    shown = number_format(abs(change), 1 if abs(change) < 10 else 0, use_l10n=True)
    return f"{'−' if change < 0 else '+'}{shown} %"


def since(found: Traffic) -> str:
    """The beginning of the period, as the filters of the trail take it."""
    return f"{found.since:%Y-%m-%dT%H:%M}"


def hubs_online(fleet: Fleet, href: str) -> Tile:
    value = f"{grouped(fleet.online)} / {grouped(fleet.awaited)}"
    return Tile(_("Hubs online"), value, "monitor", href, note=_("heard within two heartbeats"))


def incidents(fleet: Fleet, href: str) -> Tile:
    parts = [
        ngettext("%(number)s hub is missing", "%(number)s hubs are missing", fleet.offline)
        % {"number": grouped(fleet.offline)}
        if fleet.offline
        else "",
        ngettext(
            "%(number)s hub is in quarantine",
            "%(number)s hubs are in quarantine",
            fleet.quarantined,
        )
        % {"number": grouped(fleet.quarantined)}
        if fleet.quarantined
        else "",
    ]
    note = ", ".join(part for part in parts if part) or _("no hub is missing")
    return Tile(_("Incidents"), grouped(fleet.incidents), "wifi-off", href, note=note)


def open_findings(found: Findings, href: str) -> Tile:
    overdue = ngettext("%(number)s overdue", "%(number)s overdue", found.overdue) % {
        "number": grouped(found.overdue)
    }
    week = ngettext("%(number)s due this week", "%(number)s due this week", found.week) % {
        "number": grouped(found.week)
    }
    return Tile(
        _("Open findings"),
        grouped(found.open),
        "bug",
        href,
        note=week if not found.overdue or found.week else "",
        delta=overdue if found.overdue else "",
        tags="bad" if found.overdue else "",
    )


def certificate(first: NextEnd | None, href: str, *, none: str) -> Tile:
    if first is None:
        return Tile(_("Certificates"), "–", "badge-check", href, note=none)
    days = ngettext("%(days)s day", "%(days)s days", first.days) % {"days": grouped(first.days)}
    is_bad = first.days < SOON_DAYS
    return Tile(
        _("Next certificate ends"),
        days,
        "badge-check",
        href,
        note=first.whose,
        delta=_("soon") if is_bad else "",
        tags="bad" if is_bad else "",
    )


def coverage_tile(coverage: Coverage, href: str) -> Tile:
    words = ngettext(
        "%(number)s of %(people)s person", "%(number)s of %(people)s people", coverage.people
    )
    told = words % {"number": grouped(coverage.covered), "people": grouped(coverage.people)}
    note = _("of the %(people)s newest people") % {"people": grouped(coverage.people)}
    value = f"{coverage.share(coverage.covered)} %"
    return Tile(
        _("Second factors"), value, "shield-check", href, note=note if coverage.cut else told
    )


def factor_bars(coverage: Coverage, listed: Callable[[str], str] = lambda _state: "") -> list[Bar]:
    """By the strongest that somebody has, so that nobody counts twice; `listed` leads to the people in a state."""
    shares = {kind: coverage.share(coverage.by_kind.get(kind, 0)) for kind in FACTORS}
    # So that all of them are everybody, however they were rounded.
    bare = 100 - sum(shares.values()) if coverage.bare else 0
    return [
        *(
            Bar(kind.label, f"{share} %", share, listed(f"factor-{kind}"))
            for kind, share in shares.items()
        ),
        Bar(
            _("No second factor"),
            f"{bare} %",
            bare,
            listed("without-factor"),
            "danger" if bare else "",
        ),
    ]


def finding_bars(found: Findings, links: Links, whose: str) -> list[Bar]:
    """By due date, the soonest first."""

    def href(**filters: str) -> str:
        return Links(links.held, (whose,)).to("tickets", Permission.TICKETS_READ, **filters)

    rows = [
        (_("Overdue"), found.overdue, href(due="overdue"), "danger"),
        (_("Within 7 days"), found.week, href(due="soon"), "warning"),
        (_("Within 30 days"), found.month, href(due="month"), ""),
        (_("Later"), found.later, href(due="later"), ""),
        (_("Without a due date"), found.undated, href(due="undated"), ""),
    ]
    return [
        Bar(
            label, grouped(number), 100 * number // max(found.open, 1), link, tags if number else ""
        )
        for label, number, link, tags in rows
    ]


def refused(found: Traffic, tags: Sequence[Tag], links: Links, trail: str) -> list[Bar]:
    """What was turned away in the period, the commonest first; `trail` names the list of events."""
    counted = {tag: found.sum((tag,)) for tag in tags}
    most = max(*counted.values(), 1)
    return [
        Bar(
            tag.label,
            grouped(number),
            100 * number // most,
            links.to(trail, Permission.AUDIT_READ, tag=tag.value, since=since(found)),
        )
        for tag, number in sorted(counted.items(), key=lambda pair: -pair[1])
    ]


def chart_of(
    found: Traffic,
    period: Period,
    lines: Sequence[tuple[str, Sequence[str]]],
    *,
    title: str,
    text: str,
) -> Chart:
    """Lines over the columns of the period, each of a name and the kinds of events that it adds up."""
    return line_chart(
        [period.name(start) for start in found.starts],
        [Series(name, found.line(tags)) for name, tags in lines],
        title=title,
        text=text,
    )


def column_title(period: Period) -> str:
    """What the columns are, in the table below the chart."""
    return _("Day") if period is MONTH else _("From (UTC)")
