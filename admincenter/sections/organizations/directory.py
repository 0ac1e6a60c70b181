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
from mago.core.form_pages import get_or_post, posted
from mago.core.holding import held

from ...bulk import places
from ...bulk.ways import way_to_choose
from ...exports import lists
from ...exports.ways import way_to_export
from ...navigation import permissions
from ...once import once
from ...pages import list_page, page, submit
from ...reasons import with_reason
from ...selectors.organizations import figures_of, find_organizations
from ..overview.organization import glance
from .common import act, form_page, organization, section, url_of
from .forms.filters import OrganizationFilters
from .forms.organization import NameForm, OrganizationForm

TAB = "organization"


@require(Permission.ORGANIZATIONS_READ, within=True)
@require_safe
def organizations(request: HttpRequest) -> HttpResponse:
    return list_page(
        request,
        "admincenter/organizations/list.html",
        title=_("Organizations"),
        filters=OrganizationFilters(request.GET),
        find=lambda **chosen: find_organizations(actor(request), **chosen),
        **way_to_choose(request, places.Organizations),
        **way_to_export(request, lists.Organizations),
    )


@require(Permission.ORGANIZATIONS_CREATE)
@get_or_post
@once
def create(request: HttpRequest) -> HttpResponse:
    form = OrganizationForm(posted(request))
    made, status = submit(
        form, lambda **data: services.create_organization(actor=actor(request), **data)
    )
    if made:
        messages.success(request, _("%(organization)s exists now.") % {"organization": made})
        return redirect("admincenter:organization", made.slug)
    title = _("New organization")
    context = {"form": form, "title": title, "crumb": title}
    return page(request, "admincenter/organizations/create.html", context, status=status)


@require(Permission.ORGANIZATIONS_READ, of=organization, within=True)
@require_safe
def overview(request: HttpRequest, whose: Organization) -> HttpResponse:
    context = {
        **glance(request, whose),
        "counts": figures_of(whose),
        "may_disable": Permission.ORGANIZATIONS_CREATE in permissions(request),
        "lockdown": lockdown_of(organization=whose),
    }
    return section(request, whose, "overview", context, tab=TAB)


@require(Permission.ORGANIZATIONS_EDIT, of=organization)
@get_or_post
@held()
def rename(request: HttpRequest, whose: Organization) -> HttpResponse:
    return form_page(
        request,
        whose,
        NameForm(posted(request), initial={"name": whose.name}),
        tab=TAB,
        title=_("Rename"),
        save=lambda name: services.rename_organization(
            organization=whose, name=name, actor=actor(request)
        ),
        told=_("Saved."),
    )


@require(Permission.ORGANIZATIONS_CREATE)
@require_POST
def disable(request: HttpRequest, slug: str) -> HttpResponse:
    whose = organization(request, slug)
    return with_reason(
        request,
        lambda reason: services.set_organization_active(
            organization=whose, active=False, actor=actor(request), reason=reason
        ),
        _("The organization is disabled."),
        title=_("Disable this organization"),
        of=whose,
        to=url_of(whose, TAB),
    )


@require(Permission.ORGANIZATIONS_CREATE)
@require_POST
def enable(request: HttpRequest, slug: str) -> HttpResponse:
    whose = organization(request, slug)
    return act(
        request,
        whose,
        lambda: services.set_organization_active(
            organization=whose, active=True, actor=actor(request)
        ),
        _("The organization is enabled."),
        tab=TAB,
    )
