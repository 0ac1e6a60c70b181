"""All organizations that one may see; a new one; one at a glance."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access.guards import actor, require
from accounts.access.permissions import Permission
from accounts.organizations import services
from accounts.organizations.models import Organization
from accounts.standing.selectors import lockdown_of
from mago.core.errors import Refused

from ...forms import ReasonForm
from ...navigation import permissions
from ...pages import list_page, page
from ...selectors.organizations import figures_of, find_organizations
from ..overview.organization import glance
from .common import act, form_page, get_or_post, organization, section
from .forms import NameForm, OrganizationFilters, OrganizationForm


@require(Permission.ORGANIZATIONS_READ, within=True)
@require_safe
def organizations(request: HttpRequest) -> HttpResponse:
    return list_page(
        request,
        "admincenter/organizations/list.html",
        title=_("Organizations"),
        filters=OrganizationFilters(request.GET),
        find=lambda **chosen: find_organizations(actor(request), **chosen),
    )


@require(Permission.ORGANIZATIONS_CREATE)
@get_or_post
def create(request: HttpRequest) -> HttpResponse:
    form, status = OrganizationForm(request.POST if request.method == "POST" else None), 200
    if request.method == "POST":
        try:
            if form.is_valid():
                made = services.create_organization(**form.cleaned_data, actor=actor(request))
                told = _("%(organization)s exists now.") % {"organization": made}
                messages.success(request, told)
                return redirect("admincenter:organization", made.slug)
            status = 400
        except Refused as refusal:
            form.refuse(refusal)
            status = refusal.status
    context = {"form": form, "title": _("New organization")}
    return page(request, "admincenter/organizations/create.html", context, status=status)


@require(Permission.ORGANIZATIONS_READ, of=organization, within=True)
@require_safe
def overview(request: HttpRequest, whose: Organization) -> HttpResponse:
    context = {
        **glance(request, whose),
        "counts": figures_of(whose),
        "may_disable": Permission.ORGANIZATIONS_CREATE in permissions(request),
        "reason_form": ReasonForm(None),
        "lockdown": lockdown_of(organization=whose),
    }
    return section(request, whose, "overview", context, tab="organization")


@require(Permission.ORGANIZATIONS_EDIT, of=organization)
@get_or_post
def rename(request: HttpRequest, whose: Organization) -> HttpResponse:
    sent = request.POST if request.method == "POST" else None
    return form_page(
        request,
        whose,
        NameForm(sent, initial={"name": whose.name}),
        tab="organization",
        title=_("Rename"),
        save=lambda name: services.rename_organization(
            organization=whose, name=name, actor=actor(request)
        ),
        told=_("Saved."),
    )


@require(Permission.ORGANIZATIONS_CREATE)
@require_POST
def disable(request: HttpRequest, slug: str) -> HttpResponse:
    form = ReasonForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Nothing was done: give a reason."))
        return redirect("admincenter:organization", slug)
    told = _("The organization is disabled.")
    return _set_active(request, slug, False, told, reason=form.cleaned_data["reason"])


@require(Permission.ORGANIZATIONS_CREATE)
@require_POST
def enable(request: HttpRequest, slug: str) -> HttpResponse:
    return _set_active(request, slug, True, _("The organization is enabled."))


def _set_active(
    request: HttpRequest, slug: str, active: bool, told: str, *, reason: str = ""
) -> HttpResponse:
    whose = organization(request, slug)
    return act(
        request,
        whose,
        lambda: services.set_organization_active(
            organization=whose, active=active, actor=actor(request), reason=reason
        ),
        told,
        tab="organization",
    )
