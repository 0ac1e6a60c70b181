"""How severe a ticket is: by a vector, by the calculator, or by judgement."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.access.guards import actor, require
from accounts.access.permissions import Permission
from mago.core.holding import held

from ...pages import submit
from .. import cvss
from ..forms.tickets import CalculatorForm, RatingForm
from ..models import Programme, Ticket
from ..services.tickets import rate_ticket
from ..severity import Severity
from .common import form_page, get_or_post, page_of, programme, section, sent
from .common import ticket as the_ticket

TAB = "tickets"


@require(Permission.TICKETS_EDIT, of=the_ticket)
@get_or_post
@held()
def rate(request: HttpRequest, ticket: Ticket) -> HttpResponse:
    values = {"vector": ticket.vector, "severity": "" if ticket.vector else ticket.severity}
    return form_page(
        request,
        ticket.programme,
        RatingForm(sent(request), initial=values),
        tab=TAB,
        title=_("Rate %(key)s") % {"key": ticket},
        save=lambda **data: rate_ticket(ticket=ticket, actor=actor(request), **data),
        told=_saved(ticket),
        to=page_of(ticket),
        template="rate",
        ticket=ticket,
    )


@require(Permission.TICKETS_EDIT, of=the_ticket)
@get_or_post
def calculate(request: HttpRequest, ticket: Ticket) -> HttpResponse:
    """The calculator; what was chosen becomes the ticket's vector."""
    version = _version(request, ticket.vector)
    initial = cvss.metrics_in(ticket.vector) if ticket.vector.startswith(f"CVSS:{version}") else {}
    form = CalculatorForm(sent(request), version=version, initial=initial)

    def save(**chosen: str) -> Ticket:
        return rate_ticket(
            ticket=ticket, vector=cvss.compose(version, chosen), actor=actor(request)
        )

    saved, status = submit(form, save)
    if saved:
        messages.success(request, _saved(ticket))
        return redirect(page_of(ticket))
    rating = _rating(cvss.compose(version, initial)) if not form.is_bound else None
    context = _context(form, version, rating) | {"ticket": ticket}
    return section(request, ticket.programme, "calculator", context, tab=TAB, status=status)


@require(Permission.TICKETS_READ, of=programme)
@require_safe
def calculator(request: HttpRequest, whose: Programme) -> HttpResponse:
    """The calculator without a ticket. htmx gets the score alone, each time that something is chosen."""
    version = _version(request)
    form = CalculatorForm(request.GET or None, version=version)
    rating = _rating(form.vector) if form.is_bound and form.is_valid() else None
    context = _context(form, version, rating)
    if request.htmx and request.GET.get("part") == "score":  # type: ignore[attr-defined]
        return render(request, "admincenter/security/score.html", context | {"programme": whose})
    # A form that nobody has filled in yet is not wrong.
    if rating is None:
        context["form"] = CalculatorForm(None, version=version, initial=request.GET.dict())
    return section(request, whose, "calculator", context, tab=TAB)


def _saved(ticket: Ticket) -> str:
    if ticket.is_pending:
        return _("Saved. The due date is counted from the day of the report.")
    return _("Saved.")


def _version(request: HttpRequest, vector: str = "") -> str:
    asked = request.GET.get("version", "")
    if asked in cvss.METRICS:
        return asked
    return "3.1" if vector.startswith("CVSS:3.1/") else "4.0"


def _rating(vector: str) -> cvss.Rating | None:
    try:
        return cvss.rate(vector)
    except cvss.BadVector:
        return None


def _context(form: CalculatorForm, version: str, rating: cvss.Rating | None) -> dict[str, Any]:
    return {
        "form": form,
        "version": version,
        "versions": cvss.VERSIONS,
        "rating": rating,
        "severity": Severity(rating.severity) if rating else None,
    }
