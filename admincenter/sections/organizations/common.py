"""What the pages of an organization share: whose page it is, its tabs, its forms, and what an action answers."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.access.guards import actor
from accounts.access.permissions import Permission
from accounts.organizations.models import Organization, Site
from accounts.organizations.selectors import organization_for, owned_for
from mago.core.forms import Form

from ... import pages
from ...navigation import Permissions
from ...pages import get_or_post, page, save_and_go
from ...tabs import Tab, links

__all__ = [
    "Owner",
    "act",
    "around",
    "form_page",
    "get_or_post",
    "organization",
    "owned",
    "owner",
    "section",
    "site",
    "url_of_tab",
]


# None is the platform.
Owner = Organization | None

TABS = (
    Tab(_("Overview"), "organization", Permission.ORGANIZATIONS_READ),
    Tab(_("Members"), "organization_members", Permission.MEMBERS_READ),
    Tab(_("Who holds what"), "organization_bindings", Permission.ROLES_READ),
    Tab(_("Roles"), "organization_roles", Permission.ROLES_READ),
    Tab(_("Conditions"), "organization_conditions", Permission.ROLES_READ),
    Tab(_("Sites"), "organization_sites", Permission.SITES_READ),
    Tab(_("Hubs"), "fleet", Permission.HUBS_READ),
    Tab(_("Domains"), "organization_domains", Permission.DOMAINS_READ),
    Tab(
        _("Identity providers"),
        "organization_identity_providers",
        Permission.IDENTITY_PROVIDERS_READ,
    ),
    Tab(_("Sign-in policies"), "policies", Permission.POLICIES_READ),
    Tab(_("Service accounts"), "organization_service_accounts", Permission.SERVICE_ACCOUNTS_READ),
    Tab(_("Applications"), "applications", Permission.APPLICATIONS_READ),
    Tab(_("Audit"), "organization_audit", Permission.AUDIT_READ),
    Tab(_("Explain"), "organization_explain", Permission.ROLES_READ),
)


def organization(request: HttpRequest, slug: str) -> Organization:
    """What a path speaks of; NotFound for whoever may not know of it."""
    return organization_for(request.user, slug)


def owner(request: HttpRequest, slug: str | None) -> Owner:
    """The organization that the path names; none where it names none, which is the platform."""
    return organization(request, slug) if slug else None


def site(request: HttpRequest, slug: str, site_id: UUID) -> Site:
    return owned(request, slug, Site, site_id, Permission.SITES_READ)


def owned(request: HttpRequest, slug: str, model: Any, key: UUID, permission: Permission) -> Any:
    """A row of the organization that the path names, if the person may read such rows; NotFound otherwise."""
    whose = organization(request, slug)
    row = owned_for(actor(request), model, whose, key, permission)
    row.organization = whose  # Known already: no further query.
    return row


def section(
    request: HttpRequest,
    whose: Organization,
    template: str,
    context: dict[str, Any] | None = None,
    *,
    tab: str,
    status: int = 200,
) -> HttpResponse:
    """A page in the organization's frame, under the tab of that URL name."""
    context = around(request, whose, tab) | (context or {})
    return page(request, f"admincenter/organizations/{template}.html", context, status=status)


def around(request: HttpRequest, whose: Organization, tab: str) -> dict[str, Any]:
    """What templates/admincenter/organizations/head.html shows."""
    held = Permissions(actor(request), whose, within=True)
    return {"organization": whose, "held": held, "tabs": links(TABS, held, tab, whose.slug)}


def form_page(
    request: HttpRequest,
    whose: Organization,
    form: Form,
    *,
    tab: str,
    title: str,
    save: Callable[..., Any],
    told: str,
    template: str = "form",
    **context: Any,
) -> HttpResponse:
    """A form of a tab: shown, handed to the service, or shown again with what is wrong beside its fields."""
    to = url_of_tab(whose, tab)
    answer, status = save_and_go(request, form, save, told, to=to)
    if answer:
        return answer
    context |= {"form": form, "title": title, "back": to}
    return section(request, whose, template, context, tab=tab, status=status)


def act(
    request: HttpRequest,
    whose: Organization,
    action: Callable[[], Any],
    told: str,
    *,
    tab: str,
    to: str = "",
) -> HttpResponse:
    """The tab, or the page `to`, says what was done, or why it was not."""
    return pages.act(request, action, told, to=to or url_of_tab(whose, tab))


def url_of_tab(whose: Organization, tab: str) -> str:
    return reverse(f"admincenter:{tab}", args=[whose.slug])
