"""What the pages of identity providers share: whose they are, what a path speaks of, and what an action answers."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from accounts.access.guards import actor
from accounts.federation.enterprise.models import IdentityProvider
from accounts.organizations.models import Organization
from mago.core.errors import NotFound

from ...navigation import Permissions
from ...pages import act, page
from ..organizations.common import organization

__all__ = ["act", "list_url", "organization", "provider", "section", "url_of"]


def provider(request: HttpRequest, slug: str, provider_id: UUID) -> IdentityProvider:
    """A provider of the organization that the path names; NotFound for another's. What one may do with it, the page asks."""
    whose = organization(request, slug)
    found: IdentityProvider | None = (
        IdentityProvider.objects.of(whose).filter(pk=provider_id).first()
    )
    if found is None:
        raise NotFound
    found.organization = whose  # Known already: no further query.
    return found


def section(
    request: HttpRequest,
    whose: Organization,
    template: str,
    context: dict[str, Any],
    *,
    status: int = 200,
) -> HttpResponse:
    held = Permissions(actor(request), whose, within=True)
    context = {"organization": whose, "held": held} | context
    return page(request, f"admincenter/identity_providers/{template}.html", context, status=status)


def url_of(found: IdentityProvider, name: str = "identity_provider") -> str:
    return reverse(f"admincenter:{name}", args=[found.organization.slug, found.pk])


def list_url(whose: Organization) -> str:
    return reverse("admincenter:organization_identity_providers", args=[whose.slug])
