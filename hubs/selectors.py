"""Reads of rooms, hubs and codes, in the scope of one organization and of what somebody may see there."""

from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.access.models import ServiceAccount
from accounts.access.permissions import Permission
from accounts.access.selectors.bindings import live_bindings, sites_by_attributes
from accounts.access.selectors.decisions import Actor, can, can_within
from accounts.models import User
from accounts.organizations.models import Organization, Site
from accounts.organizations.selectors import owned_for

from .models import Credential, EnrolmentCode, Hub, Room


def hubs_of(actor: Actor, organization: Organization) -> QuerySet[Hub]:
    """The hubs that somebody may see now, the newest first, with site and room."""
    hubs = Hub.objects.of(organization).select_related("site", "room")
    return _where_permitted(actor, organization, hubs).order_by("-created_at", "-id")


def hubs_anywhere(actor: Actor) -> QuerySet[Hub]:
    """The hubs that somebody may see now, in whatever organization."""
    hubs = Hub.objects.everywhere(reason="narrowed to what the actor may see")
    hubs = hubs.select_related("site", "room")
    if can(actor, Permission.HUBS_READ):
        return hubs  # type: ignore[no-any-return]
    if not isinstance(actor, User | ServiceAccount):
        return hubs.none()  # type: ignore[no-any-return]
    scopes = {binding.scope for binding in live_bindings(actor) if binding.organization_id}
    whole = [s.organization_id for s in scopes if not s.site_id and can(actor, Permission.HUBS_READ, s)]  # fmt: skip
    sites = Site.objects.everywhere(reason="those at which the actor holds a role")
    held = sites.filter(pk__in=[scope.site_id for scope in scopes if scope.site_id])
    places = [*held, *sites_by_attributes(actor)]
    some = [site.pk for site in places if can(actor, Permission.HUBS_READ, site)]
    return hubs.filter(Q(organization__in=whole) | Q(site__in=some))  # type: ignore[no-any-return]


def organizations_of(actor: Actor) -> list[UUID]:
    """Where somebody holds a role at all; what it shows is for the others here to say."""
    if not isinstance(actor, User | ServiceAccount):
        return []
    return sorted({b.organization_id for b in live_bindings(actor) if b.organization_id})


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
    """The codes that still let somebody in, of where `actor` may see them, the newest first."""
    codes = EnrolmentCode.objects.of(organization).select_related("site", "room", "hub")
    live = codes.filter(uses_left__gt=0, revoked_at=None, expires_at__gt=timezone.now())
    permitted = _where_permitted(actor, organization, live, Permission.HUB_CODES_READ)
    return permitted.order_by("-created_at", "-id")


def _where_permitted(
    actor: Actor,
    organization: Organization,
    rows: QuerySet[Any],
    permission: Permission = Permission.HUBS_READ,
) -> QuerySet[Any]:
    """All rows, or those at the sites where somebody holds the permission."""
    if can(actor, permission, organization):
        return rows
    if not can_within(actor, permission, organization):
        return rows.none()
    sites = Site.objects.of(organization)
    return rows.filter(site__in=[site.pk for site in sites if can(actor, permission, site)])


def credentials_of(hub: Hub) -> QuerySet[Credential]:
    """All that the hub ever proved itself with, the newest generation first."""
    found: QuerySet[Credential] = Credential.objects.of(hub)
    return found.order_by("-generation", "mechanism")
