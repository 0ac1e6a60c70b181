"""The sites of an organization; whoever works at one sees that one."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access.guards import actor, require
from accounts.access.permissions import Permission
from accounts.access.step_up import step_up
from accounts.organizations import services
from accounts.organizations.models import Organization, Site
from mago.core.form_pages import get_or_post, posted
from mago.core.holding import held

from ...bulk import places
from ...bulk.ways import way_to_choose
from ...exports import set_up
from ...exports.ways import way_to_export
from ...once import once
from ...pages import list_page
from ...selectors.organizations import find_sites
from .common import act, around, form_page, organization, site
from .forms.filters import NameFilters
from .forms.organization import SiteForm, site_values

TAB = "organization_sites"


@require(Permission.SITES_READ, of=organization, within=True)
@require_safe
def sites(request: HttpRequest, whose: Organization) -> HttpResponse:
    return list_page(
        request,
        "admincenter/organizations/sites.html",
        title=_("Sites"),
        filters=NameFilters(request.GET),
        find=lambda **chosen: find_sites(actor(request), whose, **chosen),
        **way_to_choose(request, places.Sites, whose),
        **way_to_export(request, set_up.Sites, whose),
        **around(request, whose, TAB),
    )


@require(Permission.SITES_CREATE, of=organization)
@get_or_post
@once
def create(request: HttpRequest, whose: Organization) -> HttpResponse:
    return form_page(
        request,
        whose,
        SiteForm(posted(request)),
        tab=TAB,
        title=_("New site"),
        save=lambda **data: services.create_site(organization=whose, actor=actor(request), **data),
        told=_("The site exists now."),
    )


@require(Permission.SITES_EDIT, of=site)
@get_or_post
@held()
def edit(request: HttpRequest, site: Site) -> HttpResponse:
    return form_page(
        request,
        site.organization,
        SiteForm(posted(request), initial=site_values(site)),
        tab=TAB,
        title=site.name,
        save=lambda **data: services.edit_site(site=site, actor=actor(request), **data),
        told=_("Saved."),
    )


@require(Permission.SITES_CREATE, of=organization)
@step_up()
@require_POST
def remove(request: HttpRequest, whose: Organization, site_id: UUID) -> HttpResponse:
    found = site(request, whose.slug, site_id)
    return act(
        request,
        whose,
        lambda: services.remove_site(site=found, actor=actor(request)),
        _("The site is removed, with the roles that were held at it."),
        tab=TAB,
    )
