"""Findings of other tools come in, tickets go out."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    JsonResponse,
    StreamingHttpResponse,
)
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from accounts.access.guards import actor, require
from accounts.access.permissions import Permission
from mago.audit.services import record
from mago.audit.tags import Tag
from mago.core.errors import NotFound, Refused

from ...pages import submit
from ..exchange import osv, sarif, table
from ..exchange.found import Found, Unreadable
from ..forms.exchange import OSV, ImportForm
from ..forms.tickets import TicketFilters
from ..models import PLATFORM_ID, Programme
from ..selectors.tickets import tickets_that_match
from ..services.imports import Format, Outcome, Row, import_findings, read_findings, source_of
from .common import get_or_post, programme, section

TAB = "tickets"
SHOWN = 200
MOST_EXPORTED = 10_000


@require(Permission.TICKETS_EDIT, of=programme)
@get_or_post
def import_file(request: HttpRequest, whose: Programme) -> HttpResponse:
    """What a file would do is shown; with `confirm` it is done."""
    wanted = "confirm" in request.POST
    is_sent = request.method == "POST"
    form = ImportForm(
        request.POST if is_sent else None,
        request.FILES if is_sent else None,
        programme=whose,
        initial={"test": request.GET.get("test", ""), "source": "scanner"},
    )

    def save(format: str, source: str, test: Any, file: bytes) -> list[Row]:
        found = _read(whose, file, format, source_of(test, source))
        if not found:
            words = _("The file tells of nothing that is to be done.")
            raise Refused(words, fields={"file": [words]})
        return import_findings(
            programme=whose, found=found, actor=actor(request), dry_run=not wanted, test=test
        )

    rows, status = submit(form, save)
    context: dict[str, Any] = {"form": form}
    if rows and wanted:
        made = sum(row.outcome in (Outcome.NEW, Outcome.BACK) for row in rows)
        told = ngettext(
            "%(n)s ticket was made or reopened.", "%(n)s tickets were made or reopened.", made
        )
        messages.success(request, told % {"n": made})
        return redirect("admincenter:tickets", whose.slug)
    if rows:
        counts = [(one, sum(row.outcome == one for row in rows)) for one in Outcome]
        context |= {"rows": rows[:SHOWN], "counts": counts, "more": max(0, len(rows) - SHOWN)}
    return section(request, whose, "import", context, tab=TAB, status=status)


def _read(whose: Programme, data: bytes, format: str, source: str) -> list[Found]:
    if format != OSV:
        return read_findings(data, Format(format), source)
    if whose.pk != PLATFORM_ID:
        raise NotFound
    lock = Path(settings.BASE_DIR, "requirements.txt").read_text(encoding="utf-8")
    try:
        return osv.read(data, osv.pinned(lock), source=source)
    except Unreadable as error:
        raise Refused(error.why, fields={"file": [str(error.why)]}) from None


@require(Permission.TICKETS_READ, of=programme)
@require_POST
def export(request: HttpRequest, whose: Programme) -> HttpResponseBase:
    """The tickets that the address's filters find, the newest first, as CSV or SARIF; at most MOST_EXPORTED."""
    filters = TicketFilters(request.GET, programme=whose)
    if not filters.is_valid():
        raise Refused(_("One of the filters is wrong."))
    chosen = {name: value for name, value in filters.chosen.items() if name != "order"}
    found = tickets_that_match(whose, **chosen).select_related("release")
    rows = found.order_by("-created_at", "-id")[:MOST_EXPORTED]
    format = "sarif" if request.POST.get("format") == "sarif" else "csv"
    record(
        Tag.FINDINGS_EXPORTED,
        actor=actor(request),
        target=whose,
        organization_id=whose.organization_id,
        format=format,
        filters={name: str(value) for name, value in chosen.items()},
    )
    response: HttpResponseBase
    if format == "sarif":
        document = sarif.write(rows, version="1", base_url=settings.MAGO_BASE_URL)
        response = JsonResponse(document, content_type="application/sarif+json")
    else:
        lines: Iterator[str] = table.write(rows.iterator(1000))
        response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    name = f"tickets-{whose.slug.strip('_')}-{timezone.now():%Y-%m-%d}.{format}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "no-store"
    return response
