"""The mail domains of an organization: claimed, proved by a record in the DNS, given up."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access.guards import actor, require
from accounts.access.permissions import Permission
from accounts.organizations import services
from accounts.organizations.models import Domain, Organization
from mago.core.form_pages import get_or_post, posted

from ...bulk import places
from ...bulk.ways import way_to_choose
from ...exports import set_up
from ...exports.ways import way_to_export
from ...once import once
from ...pages import list_page
from ...reasons import with_reason
from ...selectors.organizations import find_domains
from .common import act, around, form_page, organization, owned, url_of
from .forms.filters import NameFilters
from .forms.organization import DomainForm

TAB = "organization_domains"


@require(Permission.DOMAINS_READ, of=organization)
@require_safe
def domains(request: HttpRequest, whose: Organization) -> HttpResponse:
    return list_page(
        request,
        "admincenter/organizations/domains.html",
        title=_("Domains"),
        filters=NameFilters(request.GET),
        find=lambda **chosen: find_domains(whose, **chosen),
        **way_to_choose(request, places.Domains, whose),
        **way_to_export(request, set_up.Domains, whose),
        **around(request, whose, TAB),
    )


@require(Permission.DOMAINS_EDIT, of=organization)
@get_or_post
@once
def claim(request: HttpRequest, whose: Organization) -> HttpResponse:
    return form_page(
        request,
        whose,
        DomainForm(posted(request)),
        tab=TAB,
        title=_("Claim a domain"),
        save=lambda name: services.claim_domain(
            organization=whose, name=name, actor=actor(request)
        ),
        told=_("Set the record in your DNS, then check it here."),
    )


@require(Permission.DOMAINS_EDIT, of=organization)
@require_POST
def check(request: HttpRequest, whose: Organization, domain_id: UUID) -> HttpResponse:
    domain = _domain(request, whose, domain_id)
    return act(
        request,
        whose,
        lambda: services.prove_domain(domain=domain, actor=actor(request)),
        _("The domain is proved."),
        tab=TAB,
    )


@require(Permission.DOMAINS_EDIT, of=organization)
@require_POST
def remove(request: HttpRequest, whose: Organization, domain_id: UUID) -> HttpResponse:
    domain = _domain(request, whose, domain_id)
    return with_reason(
        request,
        lambda reason: services.remove_domain(domain=domain, actor=actor(request), reason=reason),
        _("The domain is no longer claimed."),
        title=_("Give up"),
        of=domain,
        to=url_of(whose, TAB),
    )


def _domain(request: HttpRequest, whose: Organization, key: UUID) -> Domain:
    found: Domain = owned(request, whose.slug, Domain, key, Permission.DOMAINS_EDIT)
    return found
