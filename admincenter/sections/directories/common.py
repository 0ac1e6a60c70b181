"""What the pages of a directory's syncs share: what a path speaks of, what they may, and what an action answers."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from accounts.access.guards import actor
from accounts.federation.directory.models import SyncRun
from accounts.federation.directory.selectors import directory_of, run_for
from accounts.federation.enterprise.models import IdentityProvider
from mago.core.errors import Refused

from ...navigation import Permissions
from ..identity_providers import common


def provider(request: HttpRequest, slug: str, provider_id: UUID) -> IdentityProvider:
    """A provider with a directory; NotFound where it has none, or is another's."""
    found = common.provider(request, slug, provider_id)
    directory_of(found)
    return found


def run(request: HttpRequest, slug: str, provider_id: UUID, run_id: UUID) -> SyncRun:
    """A sync of the directory that the path names."""
    return run_for(provider(request, slug, provider_id), run_id)


def around(request: HttpRequest, found: IdentityProvider) -> dict[str, Any]:
    """What head.html shows."""
    return {
        "provider": found,
        "organization": found.organization,
        "directory": directory_of(found),
        "held": Permissions(actor(request), found),
        "syncs_url": url_of(found),
    }


def act(
    request: HttpRequest, action: Callable[[], Any], told: str, *, to: Callable[[Any], str]
) -> HttpResponse:
    """The page `to` says what was done, or why it was not; it is given what the action gave, or None."""
    done = None
    try:
        done = action()
    except Refused as refusal:
        messages.error(request, str(refusal.detail))
    else:
        messages.success(request, told)
    return redirect(to(done))


def url_of(found: IdentityProvider, run: SyncRun | None = None) -> str:
    """The page of a sync, or of all of them."""
    parts = [found.organization.slug, found.pk]
    if run is None:
        return reverse("admincenter:directory_syncs", args=parts)
    return reverse("admincenter:directory_sync", args=[*parts, run.pk])
