"""The programme in figures, the policy behind them, and all of it as a file for an auditor."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access.guards import actor, require
from accounts.access.permissions import Permission
from mago.core.holding import held

from ...charts import Chart, Series, line_chart
from .. import evidence
from ..forms.programme import PolicyForm
from ..models import Programme
from ..selectors.figures import Figures, figures_of
from ..selectors.penetration_tests import years_of
from ..services.policy import FIELDS, set_policy
from .common import form_page, get_or_post, programme, section, sent

TAB = "security_figures"


@require(Permission.TICKETS_READ, of=programme)
@require_safe
def figures(request: HttpRequest, whose: Programme) -> HttpResponse:
    found = figures_of(whose)
    context: dict[str, Any] = {
        "figures": found,
        "chart": backlog(found),
        "years": years_of(whose) if whose.tests_a_year or whose.past_demands.exists() else [],
    }
    return section(request, whose, "figures", context, tab=TAB)


def backlog(found: Figures) -> Chart:
    weeks = found.weeks
    words = {
        "weeks": len(weeks),
        "first": weeks[0].owed,
        "last": weeks[-1].owed,
        "late": weeks[-1].overdue,
    }
    return line_chart(
        [f"{week.day:%m-%d}" for week in weeks],
        [
            Series(_("Owed"), [week.owed for week in weeks]),
            Series(_("Overdue"), [week.overdue for week in weeks]),
        ],
        title=_("Backlog"),
        text=_(
            "Tickets owed %(weeks)d weeks ago: %(first)d. Now: %(last)d, of which overdue: %(late)d."
        )
        % words,
    )


@require(Permission.PATCH_POLICIES_EDIT, of=programme)
@get_or_post
@held()
def policy(request: HttpRequest, whose: Programme) -> HttpResponse:
    values = {name: getattr(whose, name) for name in FIELDS}
    return form_page(
        request,
        whose,
        PolicyForm(sent(request), initial=values),
        tab=TAB,
        title=_("Patch policy"),
        save=lambda **data: set_policy(programme=whose, actor=actor(request), **data),
        told=_("It counts for what is rated from now on; no due date that was given moves."),
        to=reverse(f"admincenter:{TAB}", args=[whose.slug]),
    )


@require(Permission.AUDIT_EXPORT, of=programme)
@require_POST
def take_evidence(request: HttpRequest, whose: Programme) -> HttpResponse:
    """The evidence pack: one HTML file that needs nothing else."""
    return evidence.download(whose, actor=actor(request), chart=backlog(figures_of(whose)))
