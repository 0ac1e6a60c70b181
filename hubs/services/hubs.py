"""What people say of a hub: its name, and where it stands."""

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.access.permissions import Permission
from accounts.access.services import demand_permission, demand_to_decide
from accounts.models import User
from accounts.organizations.models import Site
from accounts.organizations.services.sites import differences
from mago.audit.services import record
from mago.audit.tags import Tag
from mago.core.errors import Refused

from ..models import Hub, Room
from .locking import locked


@transaction.atomic
def edit_hub(*, hub: Hub, name: str, site: Site, room: Room | None, actor: User) -> Hub:
    """The hub has this name and stands there. Whoever moves it must hold the permission in both places."""
    hub = locked(hub)
    demand_permission(actor, Permission.HUBS_EDIT, hub)
    if site.organization_id != hub.organization_id or (room and room.site_id != site.pk):
        message = _("This room is at another site.")
        raise Refused(message, code="wrong_place", fields={"room": [message]})
    demand_permission(actor, Permission.HUBS_EDIT, site)
    demand_to_decide(actor, hub.organization_id, differences(hub.site.attributes, site.attributes))
    before = _told(hub)
    hub.name, hub.site, hub.room = name, site, room
    hub.save(update_fields=["name", "site", "room"])
    record(
        Tag.HUB_EDITED,
        actor=actor,
        target=hub,
        organization_id=hub.organization_id,
        before=before,
        after=_told(hub),
    )
    return hub


def _told(hub: Hub) -> dict[str, str]:
    return {"name": hub.name, "site": str(hub.site), "room": str(hub.room or "")}
