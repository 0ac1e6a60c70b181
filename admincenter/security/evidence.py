"""The evidence pack: what an auditor wants to see of a programme, as one HTML file that needs nothing else."""

import json
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpResponse
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from mago.audit.checkpoints import make_checkpoint
from mago.audit.services import record, seal
from mago.audit.tags import Tag

from ..charts import Chart
from .models import Programme, Release, Ticket
from .selectors.figures import figures_of
from .selectors.penetration_tests import counts_of, tests_of, years_of
from .selectors.releases import checkpoints_of
from .selectors.risks import assessments_of, figures_of_register, heat_map
from .workflow import PENDING

# Tickets that are owed, and as many that ended; and of each other kind.
MOST, MOST_OTHERS = 10_000, 100
_STYLE = """
body{font:15px/1.5 system-ui,sans-serif;color:#1b1f27;max-width:60rem;margin:2rem auto;padding:0 1rem}
table{border-collapse:collapse;width:100%;margin:.5rem 0 1.5rem}th,td{border:1px solid #c3c8d1;padding:.3rem .6rem;text-align:left}
svg{max-width:100%;height:auto}.chart .grid{stroke:#d5d9e0;fill:none}.chart text{font:11px sans-serif;fill:#4a5160}
.chart .s1,.chart .s2{fill:none;stroke:#2952cc;stroke-width:2}.chart .s2{stroke:#b3261e}.chart .a1,.chart .a2{fill:none}
code,pre{font:13px ui-monospace,monospace;white-space:pre-wrap;word-break:break-all}.late{color:#9c1c14;font-weight:600}
"""


def download(programme: Programme, *, actor: Any, chart: Chart) -> HttpResponse:
    """The file, to be saved; that it was taken is in the trail, and the trail's end is signed in the file."""
    record(
        Tag.EVIDENCE_TAKEN,
        actor=actor,
        target=programme,
        organization_id=programme.organization_id,
    )
    page = render_to_string("admincenter/security/evidence.html", _context(programme, chart))
    response = HttpResponse(page, content_type="text/html; charset=utf-8")
    name = f"evidence-{programme.slug.strip('_')}-{timezone.now():%Y-%m-%d}.html"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "no-store"
    return response


@dataclass(frozen=True)
class Listed:
    """The newest of what there is, and how many more there are that stand nowhere."""

    rows: list[Any]
    left: int


def _newest(found: QuerySet[Any], most: int) -> Listed:
    rows = list(found[: most + 1])
    return Listed(rows[:most], found.count() - most if len(rows) > most else 0)


def _context(programme: Programme, chart: Chart) -> dict[str, Any]:
    tickets = Ticket.objects.of(programme).order_by("-number")
    releases = Release.objects.of(programme).order_by("-created_at", "-id")
    context: dict[str, Any] = {
        "programme": programme,
        "base_url": settings.MAGO_BASE_URL,
        "now": timezone.now(),
        "style": _style(),
        "figures": figures_of(programme),
        "chart": chart,
        "owed": _newest(tickets.filter(state__in=PENDING), MOST),
        "ended": _newest(tickets.exclude(state__in=PENDING), MOST),
        "releases": _newest(releases, MOST_OTHERS),
        "years": years_of(programme),
        "tests": _newest(tests_of(programme), MOST_OTHERS),
        "register": figures_of_register(programme),
        "maps": [
            ("before", heat_map(programme, after=False)),
            ("after", heat_map(programme, after=True)),
        ],
        "assessments": _newest(assessments_of(programme), MOST_OTHERS),
    }
    context["gates"] = [(one, checkpoints_of(one)) for one in context["releases"].rows]
    context["counts"] = [(one, counts_of(one)) for one in context["tests"].rows]
    # Last, so that nothing of what was read was recorded after it.
    seal()
    checkpoint = make_checkpoint(now=True)
    statement = checkpoint.statement if checkpoint else None
    context["checkpoint"] = json.dumps(statement, indent=1, sort_keys=True) if statement else ""
    return context


def _style() -> SafeString:
    # Our pages refuse styles that stand in them; a file of its own brings its own.
    return format_html("<style>{}</style>", SafeString(_STYLE))
