"""Programs that act for an organization: made, disabled, enabled."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import services
from accounts.access.guards import actor, require
from accounts.access.models import ServiceAccount
from accounts.access.permissions import Permission
from accounts.organizations.models import Organization

from ...selectors.organizations import service_accounts_of
from .common import act, form_page, get_or_post, organization, owned, section
from .forms import ServiceAccountForm

TAB = "organization_service_accounts"


@require(Permission.SERVICE_ACCOUNTS_READ, of=organization)
@require_safe
def service_accounts(request: HttpRequest, whose: Organization) -> HttpResponse:
    context = {"accounts": service_accounts_of(whose)}
    return section(request, whose, "service_accounts", context, tab=TAB)


@require(Permission.SERVICE_ACCOUNTS_EDIT, of=organization)
@get_or_post
def create(request: HttpRequest, whose: Organization) -> HttpResponse:
    return form_page(
        request,
        whose,
        ServiceAccountForm(request.POST if request.method == "POST" else None),
        tab=TAB,
        title=_("New service account"),
        save=lambda name: services.create_service_account(
            organization=whose, name=name, actor=actor(request)
        ),
        told=_("The service account exists now. Grant it a role: until then it may do nothing."),
    )


@require(Permission.SERVICE_ACCOUNTS_EDIT, of=organization)
@require_POST
def disable(request: HttpRequest, whose: Organization, account_id: UUID) -> HttpResponse:
    told = _("The service account is disabled.")
    return _set_active(request, whose, account_id, False, told)


@require(Permission.SERVICE_ACCOUNTS_EDIT, of=organization)
@require_POST
def enable(request: HttpRequest, whose: Organization, account_id: UUID) -> HttpResponse:
    told = _("The service account is enabled.")
    return _set_active(request, whose, account_id, True, told)


def _set_active(
    request: HttpRequest, whose: Organization, key: UUID, active: bool, told: str
) -> HttpResponse:
    slug, permission = whose.slug, Permission.SERVICE_ACCOUNTS_EDIT
    account = owned(request, slug, ServiceAccount, key, permission)
    return act(
        request,
        whose,
        lambda: services.set_service_account_active(
            account=account, active=active, actor=actor(request)
        ),
        told,
        tab=TAB,
    )
