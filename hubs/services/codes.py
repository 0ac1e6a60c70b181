"""Enrolment codes are made and taken back."""

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access.permissions import Permission
from accounts.access.services import demand_permission
from accounts.models import User
from accounts.organizations.models import Organization, Site
from mago.audit.services import record
from mago.audit.tags import Tag
from mago.core.errors import Refused

from ..codes import new_code, read_code
from ..keys import Purpose, fleet_mac
from ..models import EnrolmentCode, Hub, Room, State

MOST_USES = 1000


def code_digest(code: str) -> str:
    """What is kept of a code that `read_code` gave."""
    return fleet_mac(Purpose.CODES, code.encode()).hex()


@transaction.atomic
def create_enrolment_code(
    *,
    organization: Organization,
    actor: User | None,
    site: Site | None = None,
    room: Room | None = None,
    hub: Hub | None = None,
    model: str = "",
    uses: int = 1,
    lifetime: timedelta | None = None,
) -> tuple[EnrolmentCode, str]:
    """A code lets `uses` devices in to the room, the site, or as expected by the organization.

    With `hub` it gives that hub a new credential in place of the old ones. Gives the row and the
    code, which is never to be had again. An `actor` of None is whoever runs commands on the server.
    """
    site = site or (room.site if room else hub.site if hub else None)
    _check(organization, site, room, hub, uses)
    place = room or site or organization
    if actor is not None:
        demand_permission(actor, Permission.HUBS_ENROL, hub or place)
    code = new_code()
    row = EnrolmentCode.objects.create(
        organization=organization,
        digest=code_digest(read_code(code) or ""),
        site=site,
        room=room,
        hub=hub,
        model=model,
        uses=uses,
        uses_left=uses,
        expires_at=timezone.now() + (lifetime or settings.HUB_CODE_LIFETIME),
        created_by=actor if isinstance(actor, User) else None,
    )
    record(
        Tag.HUB_CODE_CREATED,
        actor=actor,
        target=hub or place,
        organization_id=organization.pk,
        enrolment=str(row.pk),
        model=model,
        uses=uses,
        expires_at=row.expires_at.isoformat(),
    )
    return row, code


def _check(
    organization: Organization, site: Site | None, room: Room | None, hub: Hub | None, uses: int
) -> None:
    """Refused unless all that is named belongs together."""
    for owned in (site, room, hub):
        if owned is not None and owned.organization_id != organization.pk:
            raise Refused(_("This belongs to another organization."), code="wrong_place")
    if room is not None and site is not None and room.site_id != site.pk:
        raise Refused(_("This room is at another site."), code="wrong_place")
    if hub is not None and hub.state in (State.EXPECTED, State.RETIRED):
        raise Refused(_("This hub is not enrolled."), code="wrong_state")
    if not 1 <= uses <= (1 if hub else MOST_USES):
        message = _("A code lets in between 1 and %(most)s devices.") % {"most": MOST_USES}
        raise Refused(message, fields={"uses": [message]})


@transaction.atomic
def revoke_enrolment_code(*, code: EnrolmentCode, actor: User) -> None:
    """The code lets nobody in any more."""
    demand_permission(actor, Permission.HUBS_ENROL, code)
    take_back(code, actor)


def take_back(code: EnrolmentCode, actor: User) -> None:
    """The code lets nobody in any more. Inside a transaction, and once it is sure that `actor` may."""
    live = EnrolmentCode.objects.of(code.organization_id).filter(pk=code.pk, revoked_at=None)
    if live.update(revoked_at=timezone.now()):
        record(
            Tag.HUB_CODE_REVOKED,
            actor=actor,
            organization_id=code.organization_id,
            enrolment=str(code.pk),
        )
