"""Programs that act for an organization: made, disabled, enabled; and the tokens by which they prove themselves."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import services
from accounts.access.guards import actor, require
from accounts.access.models import ServiceAccount
from accounts.access.permissions import Permission
from accounts.organizations.models import Organization
from accounts.provider.services import create_api_token, revoke_api_token
from mago.core.form_pages import get_or_post, posted

from ...bulk import programs
from ...bulk.ways import way_to_choose
from ...exports import lists, set_up
from ...exports.ways import way_to_export
from ...forms import TokenFilters
from ...once import once, shown_once
from ...pages import list_page, submit
from ...reasons import with_reason
from ...selectors.service_accounts import (
    find_all_tokens,
    find_service_accounts,
    find_tokens,
    roles_held_by,
    token_for,
)
from .common import act, around, organization, owned, section
from .forms.filters import ServiceAccountFilters
from .forms.service_accounts import ServiceAccountForm, TokenForm

TAB = "organization_service_accounts"


@require(Permission.SERVICE_ACCOUNTS_READ, of=organization)
@require_safe
def service_accounts(request: HttpRequest, whose: Organization) -> HttpResponse:
    return list_page(
        request,
        "admincenter/organizations/service_accounts.html",
        title=_("Service accounts"),
        filters=ServiceAccountFilters(request.GET),
        find=lambda **chosen: find_service_accounts(whose, **chosen),
        **way_to_choose(request, programs.ServiceAccounts, whose),
        **way_to_export(request, lists.ServiceAccounts, whose),
        **around(request, whose, TAB),
    )


@require(Permission.SERVICE_ACCOUNTS_READ, of=organization)
@require_safe
def service_account(request: HttpRequest, whose: Organization, account_id: UUID) -> HttpResponse:
    account = _account(request, whose, account_id)
    return list_page(
        request,
        "admincenter/organizations/service_account.html",
        title=account.name,
        filters=TokenFilters(request.GET),
        find=lambda **chosen: find_tokens(account, **chosen),
        account=account,
        roles=roles_held_by(account),
        **around(request, whose, TAB),
    )


@require(Permission.SERVICE_ACCOUNTS_READ, of=organization)
@require_safe
def tokens(request: HttpRequest, whose: Organization) -> HttpResponse:
    """Of all its service accounts together: what is about to end, and what was used from where."""
    return list_page(
        request,
        "admincenter/organizations/tokens.html",
        title=_("API tokens"),
        filters=TokenFilters(request.GET),
        find=lambda **chosen: find_all_tokens(organization=whose.slug, **chosen),
        crumb=_("API tokens"),
        **way_to_choose(request, programs.OrganizationTokens, whose),
        **way_to_export(request, set_up.Tokens, whose),
        **around(request, whose, TAB),
    )


@require(Permission.SERVICE_ACCOUNTS_EDIT, of=organization)
@get_or_post
@once
def create(request: HttpRequest, whose: Organization) -> HttpResponse:
    form = ServiceAccountForm(posted(request), viewer=actor(request), organization=whose)
    made, status = submit(
        form,
        lambda **data: services.create_service_account(
            organization=whose, actor=actor(request), **data
        ),
    )
    if made:
        return redirect("admincenter:service_account", whose.slug, made.pk)
    back = reverse(f"admincenter:{TAB}", args=[whose.slug])
    context = {"form": form, "title": _("New service account"), "back": back}
    return section(request, whose, "form", context, tab=TAB, status=status)


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


@require(Permission.SERVICE_ACCOUNTS_EDIT, of=organization)
@get_or_post
@once
def create_token(request: HttpRequest, whose: Organization, account_id: UUID) -> HttpResponse:
    """The secret is in the answer to the form and nowhere else: no address leads to it again."""
    account = _account(request, whose, account_id)
    form = TokenForm(posted(request), bindings=roles_held_by(account))
    made, status = submit(
        form, lambda **data: create_api_token(account=account, actor=actor(request), **data)
    )
    context: dict[str, Any] = {"account": account, "back": _page_of(account)}
    if made:
        token, secret = made
        shown_once(request, _page_of(account))
        context |= {"token": token, "secret": secret}
        return section(request, whose, "token_created", context, tab=TAB, status=201)
    title = _("New token for %(account)s") % {"account": account}
    context |= {"form": form, "title": title, "button": _("Create the token")}
    return section(request, whose, "form", context, tab=TAB, status=status)


@require(Permission.SERVICE_ACCOUNTS_EDIT, of=organization)
@require_POST
def revoke_token(
    request: HttpRequest, whose: Organization, account_id: UUID, token_id: UUID
) -> HttpResponse:
    account = _account(request, whose, account_id)
    token = token_for(account, token_id)
    return with_reason(
        request,
        lambda reason: revoke_api_token(token=token, actor=actor(request), reason=reason),
        _("The token is revoked."),
        title=_("Revoke"),
        of=token,
        to=_page_of(account),
    )


def _account(request: HttpRequest, whose: Organization, key: UUID) -> ServiceAccount:
    found: ServiceAccount = owned(
        request, whose.slug, ServiceAccount, key, Permission.SERVICE_ACCOUNTS_READ
    )
    return found


def _page_of(account: ServiceAccount) -> str:
    return reverse("admincenter:service_account", args=[account.organization.slug, account.pk])


def _set_active(
    request: HttpRequest, whose: Organization, key: UUID, active: bool, told: str
) -> HttpResponse:
    account = _account(request, whose, key)
    return act(
        request,
        whose,
        lambda: services.set_service_account_active(
            account=account, active=active, actor=actor(request)
        ),
        told,
        tab=TAB,
        to=_page_of(account),
    )
