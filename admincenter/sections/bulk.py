"""Many are chosen, in a list or from a file, for a job that is looked at before it starts."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access.guards import actor, require
from accounts.access.permissions import Permission
from accounts.access.roles import RoleName
from accounts.organizations.models import Organization
from mago.core.errors import Refused
from mago.core.form_pages import get_or_post

from ..bulk import members, people
from ..bulk.forms import ChosenPeopleForm, MappingForm
from ..forms import PeopleFilters
from ..lists import ListForm
from .organizations.common import organization, section

TAB = "organization_members"


@require(Permission.PEOPLE_READ)
@require_POST
def choose_people(request: HttpRequest) -> HttpResponse:
    form, filters = ChosenPeopleForm(request.POST), PeopleFilters(request.POST)
    if not (form.is_valid() and filters.is_valid()):
        messages.error(request, _("Nothing was done: choose people in the list, and what to do."))
        return redirect("admincenter:people")
    data, chosen = form.cleaned_data, people.chosen(form.cleaned_data["keys"])
    try:
        found = people.everybody(**filters.chosen) if data["everybody"] else chosen
        job = people.draft(data["kind"], found, actor=actor(request))
    except Refused as refusal:
        messages.error(request, str(refusal.detail))
        return redirect("admincenter:people")
    return redirect("admincenter:job", job.pk)


@require(Permission.MEMBERS_INVITE, of=organization)
@get_or_post
def import_members(request: HttpRequest, whose: Organization) -> HttpResponse:
    """A list, then its columns, then the job that says of each line what would be done."""
    if "column_email" in request.POST:
        return _matched(request, whose)
    sent = request.method == "POST"
    form = ListForm(request.POST, request.FILES) if sent else ListForm(None)
    if sent and form.is_valid():
        try:
            return _show(request, whose, MappingForm(None, text=form.cleaned_data["text"]), step=2)
        except Refused as refusal:
            form.refuse(refusal)
    return _show(request, whose, form, step=1, status=400 if sent else 200)


def _matched(request: HttpRequest, whose: Organization) -> HttpResponse:
    try:
        form = MappingForm.sent(request.POST)
    except Refused as refusal:
        messages.error(request, str(refusal.detail))
        return redirect("admincenter:import_members", whose.slug)
    if not form.is_valid():
        return _show(request, whose, form, step=2, status=400)
    role = RoleName(form.cleaned_data["role"])
    try:
        job = members.draft(
            whose, form.cleaned_data["text"], form.mapping, role, actor=actor(request)
        )
    except Refused as refusal:
        messages.error(request, str(refusal.detail))
        return redirect("admincenter:import_members", whose.slug)
    return redirect("admincenter:job", job.pk)


def _show(
    request: HttpRequest, whose: Organization, form: Any, *, step: int, status: int = 200
) -> HttpResponse:
    context = {
        "form": form,
        "step": step,
        "steps": [_("The list"), _("Its columns"), _("What it would do")],
    }
    return section(request, whose, "import_members", context, tab=TAB, status=status)
