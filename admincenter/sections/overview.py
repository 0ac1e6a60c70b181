"""The overview: how things stand, at a glance, each figure leading to the list behind it."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.access.guards import require
from accounts.access.permissions import Permission
from accounts.models import User
from mago.audit.selectors import events
from mago.audit.tags import Tag
from mago.messaging.models import Status

from ..charts import Chart, Series, line_chart
from ..navigation import Permissions, permissions
from ..pages import is_part, page
from ..selectors import figures, outbox
from ..selectors.people import live_sessions

CHART_DAYS = 14
LATEST = 10
A_DAY = timedelta(days=1)
# What an attack looks like before it succeeds.
REFUSED = (
    Tag.SIGN_IN_REFUSED,
    Tag.SIGN_IN_LIMITED,
    Tag.ACCESS_REFUSED,
    Tag.TOKEN_REUSE_DETECTED,
    Tag.LIMIT_REACHED,
)


@dataclass(frozen=True)
class Tile:
    """A figure, and the list behind it for those who may see that list."""

    label: str | Promise
    value: figures.Count
    icon: str
    href: str = ""
    note: str = ""


@require(Permission.OVERVIEW_READ)
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    held = permissions(request)
    now, dead = timezone.now(), outbox.dead()
    context: dict[str, Any] = {
        "tiles": _tiles(now, dead, held),
        "refused": [_told(tag, tag.label, since=now - A_DAY, held=held) for tag in REFUSED],
        "dead": dead,
        "unsealed_since": figures.unsealed_since(),
        "events": events()[:LATEST] if Permission.AUDIT_READ in held else None,
    }
    if is_part(request):
        # A page that keeps itself fresh is no sign of a person: it must not keep a session alive.
        request.session.accessed = False
    else:
        context["chart"] = _chart(timezone.localdate(now))
    return page(request, "admincenter/overview.html", context)


def _tiles(now: datetime, dead: figures.Count, held: Permissions) -> list[Tile]:
    day, week = now - A_DAY, now - timedelta(days=7)

    def people(label: str, rows: QuerySet[Any], icon: str, note: str, **filters: str) -> Tile:
        href = _link("people", Permission.PEOPLE_READ, held, **filters)
        return Tile(label, figures.count(rows), icon, href, note)

    def messages(label: str, value: figures.Count, icon: str, note: str, status: Status) -> Tile:
        href = _link("messages", Permission.MESSAGES_READ, held, status=status.value)
        return Tile(label, value, icon, href, note)

    everybody, new, last_day = User.objects.all(), _("New people"), _("last 24 hours")
    return [
        people(_("People"), everybody, "users", _("with an account")),
        people(new, everybody.filter(created_at__gte=day), "user-plus", last_day, joined="1"),
        people(
            new, everybody.filter(created_at__gte=week), "user-plus", _("last 7 days"), joined="7"
        ),
        people(
            _("Sessions"), live_sessions(), "monitor-smartphone", _("live now"), state="signed-in"
        ),
        _told(Tag.SIGN_IN_SUCCEEDED, _("Sign-ins"), "log-in", last_day, since=day, held=held),
        _told(
            Tag.SIGN_IN_FAILED, _("Failed sign-ins"), "shield-alert", last_day, since=day, held=held
        ),
        messages(_("Messages"), outbox.waiting(), "mail", _("waiting"), Status.WAITING),
        messages(_("Messages"), dead, "mail-warning", _("dead"), Status.DEAD),
    ]


def _told(
    tag: Tag,
    label: str | Promise,
    icon: str = "",
    note: str = "",
    *,
    since: datetime,
    held: Permissions,
) -> Tile:
    """How often something happened since then."""
    moment = f"{since:%Y-%m-%dT%H:%M}"
    href = _link("audit", Permission.AUDIT_READ, held, tag=tag.value, since=moment)
    return Tile(label, figures.told_since(tag, since), icon, href, note)


def _link(section: str, permission: Permission, held: Permissions, **filters: str) -> str:
    if permission not in held:
        return ""
    query = f"?{urlencode(filters)}" if filters else ""
    return reverse(f"admincenter:{section}") + query


def _chart(today: date) -> Chart:
    days = [today - timedelta(days=back) for back in reversed(range(CHART_DAYS))]
    series = [
        Series(_("Succeeded"), figures.told_by_day(Tag.SIGN_IN_SUCCEEDED, days)),
        Series(_("Failed"), figures.told_by_day(Tag.SIGN_IN_FAILED, days)),
    ]
    words = {
        "succeeded": sum(series[0].figures),
        "failed": sum(series[1].figures),
        "most": max(series[0].figures),
        "days": CHART_DAYS,
    }
    return line_chart(
        [date_format(day, "j M") for day in days],
        series,
        title=_("Sign-ins of the last %(days)d days") % words,
        text=_("%(succeeded)d sign-ins succeeded, at most %(most)d in a day; %(failed)d failed.")
        % words,
    )
