"""The identity providers that one may see; those of one organization, its domains, and its emergency accounts."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access.guards import actor, require
from accounts.access.permissions import Permission
from accounts.access.selectors.in_charge import owners_of
from accounts.federation.enterprise import services
from accounts.federation.enterprise.selectors import is_on_for
from accounts.organizations.models import Organization
from accounts.organizations.selectors import domain_of
from mago.core.errors import NotFound
from mago.core.form_pages import get_or_post, posted

from ...exports import set_up
from ...exports.ways import way_to_export
from ...navigation import permissions
from ...once import once
from ...pages import Filters, list_page, submit
from ...selectors import identity_providers as selectors
from .common import act, list_url, organization, section, url_of
from .forms import BreakGlassForm, CreateForm, RouteForm


@require(Permission.IDENTITY_PROVIDERS_READ, within=True)
@require_safe
def everywhere(request: HttpRequest) -> HttpResponse:
    """Of all organizations in which one may see them."""
    viewer = actor(request)
    return list_page(
        request,
        "admincenter/identity_providers/everywhere.html",
        title=_("Identity providers"),
        filters=Filters(request.GET),
        find=lambda: selectors.find_providers(viewer),
        organizations=selectors.few_organizations_of(viewer),
        **way_to_export(request, set_up.AllIdentityProviders),
    )


@require(Permission.IDENTITY_PROVIDERS_READ, of=organization)
@require_safe
def providers(request: HttpRequest, whose: Organization) -> HttpResponse:
    context = {
        "rows": selectors.with_standing(whose),
        "is_on": is_on_for(whose),
        "may_allow": Permission.ORGANIZATIONS_CREATE in permissions(request),
        "is_allowed": selectors.is_allowed(whose),
        "domains": [
            (domain, route, ways, RouteForm(whose, initial=selectors.initial_of(route)))
            for domain, route, ways in selectors.domains_of(whose)
        ],
        "emergency": selectors.emergency_of(whose),
        "emergency_form": BreakGlassForm(whose),
        **way_to_export(request, set_up.IdentityProviders, whose),
    }
    return section(request, whose, "list", context)


@require(Permission.IDENTITY_PROVIDERS_EDIT, of=organization)
@get_or_post
@once
def create(request: HttpRequest, whose: Organization) -> HttpResponse:
    form = CreateForm(posted(request))
    made, status = submit(
        form,
        lambda **data: services.create_provider(organization=whose, actor=actor(request), **data),
    )
    if made:
        made.organization = whose
        return redirect(f"{url_of(made)}steps/values/")
    context = {"form": form, "title": _("New identity provider"), "back": list_url(whose)}
    return section(request, whose, "form", context, status=status)


@require(Permission.ORGANIZATIONS_CREATE)
@require_POST
def allow(request: HttpRequest, slug: str) -> HttpResponse:
    return _set_allowed(request, slug, True, _("The organization may have identity providers."))


@require(Permission.ORGANIZATIONS_CREATE)
@require_POST
def disallow(request: HttpRequest, slug: str) -> HttpResponse:
    told = _("The organization may no longer have identity providers; nobody comes in by one.")
    return _set_allowed(request, slug, False, told)


def _set_allowed(request: HttpRequest, slug: str, allowed: bool, told: str) -> HttpResponse:
    whose = organization(request, slug)
    return act(
        request,
        lambda: services.allow(organization=whose, allowed=allowed, actor=actor(request)),
        told,
        to=list_url(whose),
    )


@require(Permission.IDENTITY_PROVIDERS_EDIT, of=organization)
@require_POST
def route(request: HttpRequest, whose: Organization, domain_id: UUID) -> HttpResponse:
    """Where people of a domain are led, and whether they may come otherwise."""
    domain, form = domain_of(whose, domain_id), RouteForm(whose, request.POST)
    if not form.is_valid():
        raise NotFound
    found, enforcement = form.cleaned_data["provider"], form.cleaned_data["enforcement"]

    def change() -> None:
        known = selectors.route_of(domain)
        if found is not None:
            services.set_route(
                domain=domain, provider=found, enforcement=enforcement, actor=actor(request)
            )
        elif known is not None:
            services.remove_route(route=known, actor=actor(request))

    return act(request, change, _("It counts from the next sign-in on."), to=list_url(whose))


@require(Permission.IDENTITY_PROVIDERS_EDIT, of=organization)
@require_POST
def name_break_glass(request: HttpRequest, whose: Organization) -> HttpResponse:
    form = BreakGlassForm(whose, request.POST)
    if not form.is_valid():
        raise NotFound
    user = form.cleaned_data["user"]
    return act(
        request,
        lambda: services.name_break_glass(organization=whose, user=user, actor=actor(request)),
        _("This owner may sign in without a provider; every other owner hears of it by mail."),
        to=list_url(whose),
    )


@require(Permission.IDENTITY_PROVIDERS_EDIT, of=organization)
@require_POST
def unname_break_glass(request: HttpRequest, whose: Organization, person_id: UUID) -> HttpResponse:
    user = owners_of(whose.pk).filter(pk=person_id).first()
    if user is None:
        raise NotFound
    return act(
        request,
        lambda: services.unname_break_glass(organization=whose, user=user, actor=actor(request)),
        _("This owner signs in as everybody does."),
        to=list_url(whose),
    )
