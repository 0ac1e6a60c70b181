"""The risk register, its heat map, and the assessments."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access.guards import actor, require
from accounts.access.permissions import Permission
from mago.core.holding import held

from ...bulk.ways import way_to_choose
from ...exports.ways import way_to_export
from ...once import once
from ...pages import is_part, list_page
from .. import exports
from ..bulk import programme as lists
from ..forms.programme import AssessmentForm, RiskFilters, RiskForm, TicketKeyForm
from ..models import Assessment, Programme, Risk
from ..models.tickets import today
from ..selectors.risks import (
    assessment_for,
    assessments_of,
    find_risks,
    heat_map,
    risk_for,
)
from ..services import risks as services
from .common import act, around, form_page, get_or_post, programme, readable, section, sent

TAB = "risks"
MOST = 200


def the_risk(request: HttpRequest, slug: str, risk_id: UUID) -> Risk:
    """The risk that a path names."""
    return risk_for(readable(request, slug, Permission.RISKS_READ), risk_id)


def the_assessment(request: HttpRequest, slug: str, assessment_id: UUID) -> Assessment:
    found = assessment_for(readable(request, slug, Permission.RISKS_READ), assessment_id)
    found.programme = programme(request, slug)
    return found


def _page_of(risk: Risk) -> str:
    return reverse("admincenter:risk", args=[risk.programme.slug, risk.pk])


@require(Permission.RISKS_READ, of=programme)
@require_safe
def risks(request: HttpRequest, whose: Programme) -> HttpResponse:
    part = is_part(request)
    maps = [] if part else [heat_map(whose, after=after) for after in (False, True)]
    return list_page(
        request,
        "admincenter/security/risks.html",
        title=_("Risks"),
        filters=RiskFilters(request.GET),
        find=lambda **chosen: find_risks(whose, **chosen),
        **way_to_choose(request, lists.Risks, whose),
        **way_to_export(request, exports.Risks, whose),
        maps=list(zip(("before", "after"), maps, strict=False)),
        assessments=[] if part else list(assessments_of(whose)[:5]),
        **around(request, whose, TAB),
    )


@require(Permission.RISKS_EDIT, of=programme)
@get_or_post
@once
def create(request: HttpRequest, whose: Programme) -> HttpResponse:
    return form_page(
        request,
        whose,
        RiskForm(sent(request), programme=whose),
        tab=TAB,
        title=_("New risk"),
        save=lambda **data: services.register_risk(programme=whose, actor=actor(request), **data),
        told=_("The risk stands in the register."),
        to=reverse("admincenter:risks", args=[whose.slug]),
    )


@require(Permission.RISKS_READ, of=the_risk)
@require_safe
def risk(request: HttpRequest, risk: Risk) -> HttpResponse:
    return _risk_page(request, risk, TicketKeyForm(None, programme=risk.programme))


def _risk_page(
    request: HttpRequest, risk: Risk, form: TicketKeyForm, status: int = 200
) -> HttpResponse:
    tickets = risk.tickets.of(risk.programme).order_by("-number")
    context = {"risk": risk, "tickets": list(tickets[:MOST]), "link_form": form}
    return section(request, risk.programme, "risk", context, tab=TAB, status=status)


@require(Permission.RISKS_EDIT, of=the_risk)
@get_or_post
@held()
def edit(request: HttpRequest, risk: Risk) -> HttpResponse:
    values = {name: getattr(risk, name) for name in services.FIELDS}
    values["owner"] = str(risk.owner_id or "")
    return form_page(
        request,
        risk.programme,
        RiskForm(sent(request), programme=risk.programme, initial=values),
        tab=TAB,
        title=risk.asset,
        save=lambda **data: services.edit_risk(risk=risk, actor=actor(request), **data),
        told=_("Saved."),
        to=_page_of(risk),
    )


@require(Permission.RISKS_EDIT, of=the_risk)
@require_POST
def close(request: HttpRequest, risk: Risk) -> HttpResponse:
    return act(
        request,
        lambda: services.close_risk(risk=risk, actor=actor(request)),
        _("The risk is closed."),
        to=_page_of(risk),
    )


@require(Permission.RISKS_EDIT, of=the_risk)
@require_POST
def link(request: HttpRequest, risk: Risk) -> HttpResponse:
    """A ticket is named that belongs to the risk; with `remove`, it does no longer."""
    form = TicketKeyForm(request.POST, programme=risk.programme)
    if not form.is_valid():
        return _risk_page(request, risk, form, 400)
    return act(
        request,
        lambda: services.link_ticket(
            risk=risk,
            ticket=form.cleaned_data["ticket"],
            linked="remove" not in request.POST,
            actor=actor(request),
        ),
        _("Saved."),
        to=_page_of(risk),
    )


@require(Permission.RISKS_EDIT, of=programme)
@get_or_post
@once
def assess(request: HttpRequest, whose: Programme) -> HttpResponse:
    return form_page(
        request,
        whose,
        AssessmentForm(sent(request), initial={"held_on": today()}),
        tab=TAB,
        title=_("New risk assessment"),
        save=lambda **data: services.hold_assessment(programme=whose, actor=actor(request), **data),
        told=_("The assessment is kept with the figures of now. Somebody else signs it off."),
        to=reverse("admincenter:risks", args=[whose.slug]),
    )


@require(Permission.RISKS_READ, of=the_assessment)
@require_safe
def assessment(request: HttpRequest, assessment: Assessment) -> HttpResponse:
    context = {"assessment": assessment}
    return section(request, assessment.programme, "assessment", context, tab=TAB)


@require(Permission.RISKS_SIGN_OFF, of=the_assessment)
@require_POST
def sign(request: HttpRequest, assessment: Assessment) -> HttpResponse:
    slug = assessment.programme.slug
    return act(
        request,
        lambda: services.sign_assessment(assessment=assessment, actor=actor(request)),
        _("The assessment is signed off."),
        to=reverse("admincenter:risk_assessment", args=[slug, assessment.pk]),
    )
