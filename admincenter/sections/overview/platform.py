"""The platform at a glance."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.access.guards import actor, require
from accounts.access.permissions import Permission
from hubs.life.selectors import INCIDENT
from mago.audit.selectors import events
from mago.audit.tags import Tag

from ...charts import Chart
from ...navigation import permissions
from ...notices.selectors import notices_for
from ...pages import asked_by_itself, is_part, page
from ...periods import Period
from ...security.models import PLATFORM_SLUG
from ...selectors import factors, figures, standing
from ...selectors.figures import Traffic, grouped
from ...selectors.fleets import all_fleets
from ...selectors.people import live_sessions
from . import common
from .common import REFUSED, Links, Tile

LATEST, NEEDS = 8, 4
IN, FAILED = (Tag.SIGN_IN_SUCCEEDED,), (Tag.SIGN_IN_FAILED,)
TAGS = (*IN, *FAILED, *REFUSED)


@require(Permission.OVERVIEW_READ)
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    period, held = common.period_of(request), permissions(request)
    found = figures.traffic("platform", period, TAGS)
    findings, coverage = standing.findings(), factors.coverage()
    links = Links(held)

    def people(state: str) -> str:
        return links.to("people", Permission.PEOPLE_READ, state=state)

    context: dict[str, Any] = {
        "period": period,
        "periods": common.periods(request, period),
        "tiles": _tiles(found, period, links, coverage=coverage, findings=findings),
        "chart": _chart(found, period),
        "column": common.column_title(period),
        "factors": common.factor_bars(coverage, people),
        "findings": common.finding_bars(findings, links, PLATFORM_SLUG),
        "refused": common.refused(found, REFUSED, links, "audit"),
        "people": grouped(coverage.people),
        "number_of_people": coverage.people,
        "needs": [one for one in notices_for(actor(request)) if not one.is_read][:NEEDS],
        "events": events()[:LATEST] if Permission.AUDIT_READ in held else None,
    }
    if is_part(request):
        asked_by_itself(request)
    return page(request, "admincenter/overview/platform.html", context)


def _tiles(
    found: Traffic,
    period: Period,
    links: Links,
    *,
    coverage: factors.Coverage,
    findings: standing.Findings,
) -> list[Tile]:
    fleet = all_fleets()

    def trail(tag: Tag) -> str:
        return links.to("audit", Permission.AUDIT_READ, tag=tag.value, since=common.since(found))

    sessions = figures.shared("sessions", lambda: figures.count(live_sessions()), figures.A_MINUTE)
    return [
        common.told(
            _("Sign-ins"), IN, found, period, icon="log-in", href=trail(Tag.SIGN_IN_SUCCEEDED)
        ),
        common.told(
            _("Failed sign-ins"),
            FAILED,
            found,
            period,
            icon="shield-alert",
            href=trail(Tag.SIGN_IN_FAILED),
            more_is_bad=True,
        ),
        common.coverage_tile(
            coverage, links.to("people", Permission.PEOPLE_READ, state="with-factor")
        ),
        Tile(
            _("Sessions"),
            str(sessions),
            "monitor-smartphone",
            links.to("sessions", Permission.SESSIONS_READ),
            note=_("live now"),
        ),
        common.hubs_online(fleet, links.to("all_hubs", Permission.HUBS_READ, standing="online")),
        common.incidents(fleet, links.to("all_hubs", Permission.HUBS_READ, standing=INCIDENT)),
        common.open_findings(
            findings,
            Links(links.held, (PLATFORM_SLUG,)).to(
                "tickets", Permission.TICKETS_READ, state="pending"
            ),
        ),
        common.certificate(
            standing.next_certificate(),
            links.to("certificates", Permission.CERTIFICATES_READ),
            none=_("no endpoint is watched"),
        ),
    ]


def _chart(found: Traffic, period: Period) -> Chart:
    words = {
        "succeeded": grouped(found.sum(IN)),
        "failed": grouped(found.sum(FAILED)),
        "most": grouped(max(found.line(IN))),
        "period": period.words,
    }
    return common.chart_of(
        found,
        period,
        [(_("Succeeded"), IN), (_("Failed"), FAILED)],
        title=_("Sign-ins"),
        text=_(
            "%(period)s: %(succeeded)s sign-ins succeeded, at most %(most)s from one point of the chart to the next; %(failed)s failed."
        )
        % words,
    )
