"""Reads of rooms, hubs and codes, in the scope of one organization and of what somebody may see there."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from accounts.access.permissions import Permission
from accounts.access.selectors import Actor, can, can_within
from accounts.organizations.models import Organization, Site
from accounts.organizations.selectors import owned_for

from .models import Credential, EnrolmentCode, Hub, Room


def hubs_of(actor: Actor, organization: Organization) -> QuerySet[Hub]:
    """The hubs that somebody may see now, the newest first, with site and room."""
    hubs = Hub.objects.of(organization).select_related("site", "room")
    return _where_permitted(actor, organization, hubs).order_by("-created_at", "-id")


def hub_for(
    actor: Actor,
    organization: Organization,
    key: UUID,
    permission: Permission = Permission.HUBS_READ,
) -> Hub:
    """The hub, if `actor` may; NotFound where it is not theirs to see."""
    hub: Hub = owned_for(actor, Hub, organization, key, permission)
    return hub


def rooms_of(actor: Actor, organization: Organization) -> QuerySet[Room]:
    """The rooms that somebody may see now, by site and name."""
    rooms = Room.objects.of(organization).select_related("site")
    return _where_permitted(actor, organization, rooms).order_by("site__name", "name", "id")


def codes_of(actor: Actor, organization: Organization) -> QuerySet[EnrolmentCode]:
    """The codes that still let somebody in and that `actor` may see, the newest first."""
    codes = EnrolmentCode.objects.of(organization).select_related("site", "room", "hub")
    live = codes.filter(uses_left__gt=0, revoked_at=None, expires_at__gt=timezone.now())
    return _where_permitted(actor, organization, live).order_by("-created_at", "-id")


def _where_permitted(
    actor: Actor, organization: Organization, rows: QuerySet[Any]
) -> QuerySet[Any]:
    """All rows, or those at the sites where somebody holds the permission to read hubs."""
    if can(actor, Permission.HUBS_READ, organization):
        return rows
    if not can_within(actor, Permission.HUBS_READ, organization):
        return rows.none()
    sites = Site.objects.of(organization)
    return rows.filter(
        site__in=[site.pk for site in sites if can(actor, Permission.HUBS_READ, site)]
    )


def credentials_of(hub: Hub) -> QuerySet[Credential]:
    """All that the hub ever proved itself with, the newest generation first."""
    return Credential.objects.filter(hub=hub).order_by("-generation", "mechanism")
