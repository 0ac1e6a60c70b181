"""Sites are made, changed and removed."""

from typing import Any

from django.apps import apps
from django.db import transaction
from django.db.models import RestrictedError
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access.models import Invitation, RoleBinding
from accounts.access.permissions import Permission
from accounts.access.principals import forget
from accounts.access.services import demand_permission, demand_to_decide
from accounts.access.services.common import locked, save_named
from accounts.access.services.demands import demand_to_bind_all
from accounts.access.services.members import take_back
from accounts.access.services.roles import tell_revoked
from accounts.models import User
from mago.audit.services import record
from mago.audit.tags import Tag
from mago.core.errors import Conflict

from ..models import Organization, SignInPolicy, Site
from .policies import remove_policy


@transaction.atomic
def create_site(
    *,
    organization: Organization,
    name: str,
    actor: User,
    time_zone: str = "UTC",
    attributes: dict[str, str] | None = None,
) -> Site:
    """The organization has a site of that name."""
    demand_permission(actor, Permission.SITES_CREATE, organization)
    demand_to_decide(actor, organization.pk, differences({}, attributes or {}))
    site = Site(
        organization=organization, name=name, time_zone=time_zone, attributes=attributes or {}
    )
    save_named(site)
    record(
        Tag.SITE_CREATED,
        actor=actor,
        target=site,
        organization_id=organization.pk,
        after=_told(site),
    )
    return site


def differences(some: dict[str, str], others: dict[str, str]) -> dict[str, set[str | None]]:
    """By the name that conditions know them by, the values of attributes in which two sites are not alike; None for
    the one that has none."""
    names = {name for name, _value in some.items() ^ others.items()}
    return {f"site.{name}": {some.get(name), others.get(name)} for name in names}


@transaction.atomic
def edit_site(
    *, site: Site, name: str, time_zone: str, attributes: dict[str, str], actor: User
) -> None:
    """The site is as given; conditions that ask for its attributes count by the new ones at once."""
    demand_permission(actor, Permission.SITES_EDIT, site)
    if attributes != site.attributes:
        # Conditions ask for them: they decide who may do what there.
        demand_permission(actor, Permission.CONDITIONS_EDIT, site)
        demand_to_decide(actor, site.organization_id, differences(site.attributes, attributes))
    before = _told(site)
    site.name, site.time_zone, site.attributes = name, time_zone, attributes
    save_named(site)
    forget()
    record(
        Tag.SITE_EDITED,
        actor=actor,
        target=site,
        organization_id=site.organization_id,
        before=before,
        after=_told(site),
    )


@transaction.atomic
def remove_site(*, site: Site, actor: User) -> None:
    """The site is gone, with its rooms, its sign-in policies, the roles that were held at it and the invitations to it.

    Each of these is told of. Forbidden for who may not take these back one by one; Conflict while hubs are there.
    """
    # Locked before the site, as by whoever accepts one.
    invitations = Invitation.objects.of(site.organization_id).filter(site=site, closed_at=None)
    list(invitations.select_for_update())
    # Roles and policies end with it, so it asks for more than to look after it. Locked, as any of them may be new.
    site = locked(site)
    demand_permission(actor, Permission.SITES_CREATE, site.organization)
    held = RoleBinding.objects.filter(site=site).select_related("custom_role")
    demand_to_bind_all(actor, held)
    for policy in SignInPolicy.objects.of(site.organization_id).filter(site=site):
        remove_policy(policy=policy, actor=actor)
    tell_revoked(held, actor=actor, reason="site removed")
    for invitation in invitations:
        take_back(invitation, actor)
    record(
        Tag.SITE_REMOVED,
        actor=actor,
        target=site,
        organization_id=site.organization_id,
        before=_told(site),
        **_in_it(site),
    )
    try:
        site.delete()
        forget()
    except RestrictedError:
        words = _("There are hubs at this site. Move them elsewhere first.")
        raise Conflict(words, code="site_in_use") from None


def _told(site: Site) -> dict[str, Any]:
    # Names as values: as keys, `postcode` and `keyholder` would be taken for names of secrets, and masked.
    attributes = [
        {"name": name, "value": site.attributes[name]} for name in sorted(site.attributes)
    ]
    return {"name": site.name, "time_zone": site.time_zone, "attributes": attributes}


def _in_it(site: Site) -> dict[str, Any]:
    """Its rooms by their names, and the enrolment codes that let hubs in there by their keys. Of apps above this one."""
    rooms = apps.get_model("hubs", "Room").objects.of(site.organization_id).filter(site=site)
    codes = apps.get_model("hubs", "EnrolmentCode").objects.of(site.organization_id)
    open_ones = codes.filter(site=site, revoked_at=None, uses_left__gt=0)
    return {
        "rooms": list(rooms.order_by("name").values_list("name", flat=True)),
        "enrolments": [
            str(key)
            for key in open_ones.filter(expires_at__gt=timezone.now())
            .order_by("pk")
            .values_list("pk", flat=True)
        ],
    }
