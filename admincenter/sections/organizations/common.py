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

from ... import pages
from ...frames import Frame
from ...navigation import permissions
from ...tabs import Tab

__all__ = [
    "Owner",
    "act",
    "around",
    "around_owner",
    "form_page",
    "organization",
    "owned",
    "owner",
    "section",
    "site",
    "url_of",
]


# None is the platform.
Owner = Organization | None

FRAME = Frame(
    "organization",
    "organizations",
    (
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
        Tab(
            _("Service accounts"), "organization_service_accounts", Permission.SERVICE_ACCOUNTS_READ
        ),
        Tab(_("Applications"), "applications", Permission.APPLICATIONS_READ),
        Tab(_("Audit"), "organization_audit", Permission.AUDIT_READ),
        Tab(_("Explain"), "organization_explain", Permission.ROLES_READ),
    ),
    within=True,
)
around, section, form_page = FRAME.around, FRAME.section, FRAME.form_page


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


def around_owner(request: HttpRequest, whose: Owner, tab: str) -> dict[str, Any]:
    """What the head shows, of the platform less than of an organization; and `at`, the address of the tab or section."""
    head = around(request, whose, tab) if whose else {"held": permissions(request)}
    return head | {"at": url_of(whose, tab)}


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
    return pages.act(request, action, told, to=to or url_of(whose, tab))


def url_of(whose: Owner, name: str, *parts: Any) -> str:
    """The page of that URL name in the organization, or on the platform."""
    return reverse(f"admincenter:{name}", args=[*([whose.slug] if whose else []), *parts])
