"""Findings of other tools come in, tickets go out."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from accounts.access.guards import actor, require
from accounts.access.permissions import Permission
from mago.core.errors import Refused

from ...pages import submit
from .. import exporting
from ..forms.exchange import ImportForm
from ..forms.tickets import TicketFilters
from ..models import Programme
from ..services.imports import Outcome, Row, import_findings, read_file, source_of
from .common import get_or_post, programme, section

TAB = "tickets"
SHOWN = 200


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
        found = read_file(whose, file, format, source_of(test, source))
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
        if left := sum(row.outcome == Outcome.LEFT for row in rows):
            told = ngettext(
                "%(n)s finding is left: import the same file again.",
                "%(n)s findings are left: import the same file again.",
                left,
            )
            messages.warning(request, told % {"n": left})
        return redirect("admincenter:tickets", whose.slug)
    if rows:
        counts = [(one, sum(row.outcome == one for row in rows)) for one in Outcome]
        chosen = {name: request.POST.get(name, "") for name in ("format", "source", "test")}
        chosen["kept"] = ImportForm.keep(form.cleaned_data["file"])
        context["form"] = ImportForm(None, programme=whose, initial=chosen)
        context |= {"rows": rows[:SHOWN], "counts": counts, "more": max(0, len(rows) - SHOWN)}
    return section(request, whose, "import", context, tab=TAB, status=status)


@require(Permission.TICKETS_READ, of=programme)
@require_POST
def export(request: HttpRequest, whose: Programme) -> HttpResponseBase:
    """The tickets that the address's filters find, the newest first, as CSV or SARIF."""
    filters = TicketFilters(request.GET, programme=whose)
    if not filters.is_valid():
        raise Refused(_("One of the filters is wrong."))
    format = "sarif" if request.POST.get("format") == "sarif" else "csv"
    return exporting.download(whose, filters.chosen, format, actor=actor(request))
