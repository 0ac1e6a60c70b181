"""Who belongs to an organization, and who is invited to."""

from uuid import UUID

from django.utils import timezone

from accounts.models import User
from mago.core.ids import digest

from ..models import Invitation, Membership


def is_member(user: User, organization_id: UUID) -> bool:
    return bool(Membership.objects.of(organization_id).filter(user=user).exists())


def invitation_of(secret: str) -> Invitation | None:
    """The invitation that this secret would accept now: open, in time, of an organization that is not disabled."""
    invitations = Invitation.objects.everywhere(reason="the secret names one").select_related(
        "organization", "site", "invited_by"
    )
    found: Invitation | None = invitations.filter(
        digest=digest(secret),
        closed_at=None,
        expires_at__gt=timezone.now(),
        organization__is_active=True,
    ).first()
    return found
