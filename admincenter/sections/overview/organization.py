"""One organization at a glance, for who may read its figures."""

from functools import partial
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from accounts.access.guards import actor
from accounts.access.permissions import Permission
from accounts.organizations.models import Organization
from hubs.life.selectors import INCIDENT
from mago.audit.tags import Tag

from ...charts import Chart
from ...navigation import Permissions
from ...pages import asked_by_itself, is_part
from ...periods import Period
from ...selectors import factors, figures, standing
from ...selectors.figures import Traffic, grouped
from ...selectors.fleets import fleet_of
from . import common
from .common import Links, Tile

IN, FAILED = (Tag.HUB_SIGN_IN_SUCCEEDED,), (Tag.HUB_SIGN_IN_FAILED,)
REFUSED = (
    Tag.ACCESS_REFUSED,
    Tag.ENTERPRISE_SIGN_IN_REFUSED,
    Tag.HUB_SIGN_IN_FAILED,
    Tag.HUB_ENROLMENT_REFUSED,
    Tag.HUB_CLONE_DETECTED,
)
TAGS = (*IN, *REFUSED)


def glance(request: HttpRequest, whose: Organization) -> dict[str, Any]:
    """What templates/admincenter/overview/figures.html shows; nothing for who may not read all of it."""
    held = Permissions(actor(request), whose)
    if Permission.OVERVIEW_READ not in held:
        return {}
    period = common.period_of(request)
    found = figures.traffic("organization", period, TAGS, organization=whose.pk)
    coverage, findings = factors.coverage(whose), standing.findings(whose)
    links = Links(held, (whose.slug,))
    if is_part(request):
        asked_by_itself(request)
    return {
        "period": period,
        "periods": common.periods(request, period),
        "tiles": _tiles(whose, found, period, links, coverage=coverage, findings=findings),
        "chart": _chart(found, period),
        "column": common.column_title(period),
        "factors": common.factor_bars(coverage, partial(_members, links)),
        "findings": common.finding_bars(findings, links, whose.slug),
        "refused": common.refused(found, REFUSED, links, "organization_audit"),
        "people": grouped(coverage.people),
    }


def _members(links: Links, state: str) -> str:
    """To those of them who are in that state, for who looks after members."""
    return links.to("organization_members", Permission.MEMBERS_INVITE, state=state)


def _tiles(
    whose: Organization,
    found: Traffic,
    period: Period,
    links: Links,
    *,
    coverage: factors.Coverage,
    findings: standing.Findings,
) -> list[Tile]:
    fleet = fleet_of(whose)
    active = standing.active_members(whose, period)

    def trail(tag: Tag) -> str:
        since = common.since(found)
        return links.to("organization_audit", Permission.AUDIT_READ, tag=tag.value, since=since)

    seen = _members(links, f"seen-{period.key}")
    return [
        Tile(_("Active members"), str(active), "users", seen, note=str(period.words)),
        common.coverage_tile(coverage, _members(links, "with-factor")),
        common.told(_("Sign-ins of hubs"), IN, found, period, icon="log-in", href=trail(IN[0])),
        common.told(
            _("Access refused"),
            REFUSED[:1],
            found,
            period,
            icon="shield-alert",
            href=trail(REFUSED[0]),
            more_is_bad=True,
        ),
        common.hubs_online(fleet, links.to("fleet", Permission.HUBS_READ, standing="online")),
        common.incidents(fleet, links.to("fleet", Permission.HUBS_READ, standing=INCIDENT)),
        common.open_findings(
            findings, links.to("tickets", Permission.TICKETS_READ, state="pending")
        ),
        common.certificate(
            standing.next_provider_certificate(whose),
            links.to("organization_identity_providers", Permission.IDENTITY_PROVIDERS_READ),
            none=_("no identity provider has one"),
        ),
    ]


def _chart(found: Traffic, period: Period) -> Chart:
    words = {
        "succeeded": grouped(found.sum(IN)),
        "failed": grouped(found.sum(FAILED)),
        "period": period.words,
    }
    return common.chart_of(
        found,
        period,
        [(_("Succeeded"), IN), (_("Failed"), FAILED)],
        title=_("Sign-ins of hubs"),
        text=_("%(period)s: %(succeeded)s sign-ins of hubs succeeded, %(failed)s failed.") % words,
    )
