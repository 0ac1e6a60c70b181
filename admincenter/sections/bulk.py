"""Many are chosen, in a list or from a file, for a job that is looked at before it starts."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access.guards import actor, demand, require
from accounts.access.permissions import Permission
from accounts.access.roles import RoleName
from accounts.organizations.models import Organization
from mago.core.errors import Refused
from mago.core.form_pages import get_or_post

from ..bulk import (
    hubs,
    members,
    memberships,
    places,
    platform,
    programs,
)
from ..bulk import people as of_people
from ..bulk import sessions as of_sessions
from ..bulk.forms import ChosenForm, MappingForm
from ..bulk.rows import Rows, draft
from ..lists import ListForm
from ..pages import ORDER
from .organizations.common import organization, owner, section

TAB = "organization_members"


def choosing(wanted: type[Rows], of: Callable[..., Any] | None = None) -> Callable[..., Any]:
    """The view that drafts a job about rows of one list; of what `of` finds, where it is given."""

    @require(wanted.reads, of=of, within=wanted.within)
    @require_POST
    def choose(request: HttpRequest, whose: Any = None, **_path: Any) -> HttpResponse:
        rows = wanted.at(actor(request), whose)
        form = ChosenForm(request.POST, rows=rows)
        to = reverse(f"admincenter:{wanted.page}", args=[whose.slug] if whose else [])
        to += form.filters.link(**{ORDER: request.POST.get(ORDER, "")}).rstrip("?")
        if not form.is_valid():
            messages.error(request, _("Nothing was done: choose rows in the list, and what to do."))
            return redirect(to)
        work, found = form.cleaned_data["work"], form.cleaned_data["found"]
        if not found and not form.cleaned_data["everything"]:
            messages.error(request, _("Nothing was done: what was ticked is not there any more."))
            return redirect(to)
        if not work.is_offered(rows.held):
            demand(request, work.permission, whose, within=wanted.within)
        try:
            job = draft(work, rows, found)
        except Refused as refusal:
            messages.error(request, str(refusal.detail))
            return redirect(to)
        return redirect("admincenter:job", job.pk)

    return choose


people = choosing(of_people.People)
sessions = choosing(of_sessions.Sessions)
organizations = choosing(places.Organizations)
sites = choosing(places.Sites, organization)
domains = choosing(places.Domains, organization)
organization_members = choosing(memberships.Members, organization)
bindings = choosing(memberships.Bindings, organization)
service_accounts = choosing(programs.ServiceAccounts, organization)
organization_tokens = choosing(programs.OrganizationTokens, organization)
api_tokens = choosing(programs.Tokens)
applications = choosing(programs.Applications, owner)
fleet = choosing(hubs.Hubs, organization)
all_hubs = choosing(hubs.AllHubs)
rooms = choosing(hubs.Rooms, organization)
hub_groups = choosing(hubs.Groups, organization)
hub_codes = choosing(hubs.Codes, organization)
hub_tasks = choosing(hubs.Tasks, organization)
outbox = choosing(platform.Messages)
lockdowns = choosing(platform.Lockdowns)


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
