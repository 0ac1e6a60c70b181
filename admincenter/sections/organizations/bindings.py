"""Who holds which role, where, under which condition and how long; granting and taking back."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import services
from accounts.access.guards import actor, require
from accounts.access.models import RoleBinding
from accounts.access.permissions import Permission
from accounts.access.scope import Scope
from accounts.organizations.models import Organization
from mago.core.form_pages import get_or_post, posted

from ...bulk import memberships
from ...bulk.ways import way_to_choose
from ...exports import lists
from ...exports.ways import way_to_export
from ...once import once
from ...pages import list_page
from ...reasons import with_reason
from ...selectors.organizations import binding_for, find_bindings
from .common import around, form_page, organization, url_of
from .forms.filters import BindingFilters
from .forms.members import GrantForm

TAB = "organization_bindings"


@require(Permission.ROLES_READ, of=organization, within=True)
@require_safe
def bindings(request: HttpRequest, whose: Organization) -> HttpResponse:
    return list_page(
        request,
        "admincenter/organizations/bindings.html",
        title=_("Who holds what"),
        filters=BindingFilters(request.GET),
        find=lambda **chosen: find_bindings(actor(request), whose, **chosen),
        **way_to_choose(request, memberships.Bindings, whose),
        **way_to_export(request, lists.Bindings, whose),
        **around(request, whose, TAB),
    )


@require(Permission.ROLES_BIND, of=organization, within=True)
@get_or_post
@once
def grant(request: HttpRequest, whose: Organization) -> HttpResponse:
    initial = {name: request.GET.get(name, "") for name in ("member", "service_account")}
    return form_page(
        request,
        whose,
        GrantForm(posted(request), viewer=actor(request), organization=whose, initial=initial),
        tab=TAB,
        title=_("Grant a role"),
        button=_("Grant"),
        save=lambda **data: _grant(request, whose, **data),
        told=_("The role is granted."),
    )


def _grant(
    request: HttpRequest,
    whose: Organization,
    *,
    member: Any,
    service_account: Any,
    site: Any,
    **data: Any,
) -> RoleBinding:
    scope = Scope(whose.pk, site.pk if site else None)
    return services.grant_role(
        user=member or service_account, scope=scope, actor=actor(request), **data
    )


@require(Permission.ROLES_BIND, of=organization, within=True)
@require_POST
def revoke(request: HttpRequest, whose: Organization, binding_id: UUID) -> HttpResponse:
    binding = binding_for(actor(request), whose, binding_id)
    return with_reason(
        request,
        lambda reason: services.revoke_role(binding=binding, actor=actor(request), reason=reason),
        _("The role is taken back."),
        title=_("Take back"),
        of=binding,
        to=url_of(whose, TAB),
        own=binding.user_id == actor(request).pk,
    )
