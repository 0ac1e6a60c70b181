"""People come to an organization by invitation, and leave or are removed."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User, normalize_email
from mago.audit.services import record
from mago.audit.tags import Tag
from mago.core.errors import Conflict, Forbidden, Refused
from mago.core.ids import digest, new_secret
from mago.messaging.services import send_mail

from ..models import Invitation, Membership, RoleBinding
from ..permissions import Permission
from ..roles import PERMISSIONS, RoleName
from ..scope import Scope
from ..selectors import can, forget_bindings, owners_of
from .roles import demand_to_bind, grant_role, lock_owners

LIFETIME = timedelta(days=7)


@transaction.atomic
def invite(*, organization: Any, email: str, role: RoleName, actor: User, site: Any = None, language: str = "") -> Invitation:
    """A mail with a link is on its way; whoever proves the address may accept it once, within a week.

    Inviting the same address again replaces the open invitation.
    """
    decision = can(actor, Permission.MEMBERS_INVITE, organization)
    if not decision:
        raise Forbidden(decision.reason)
    email, scope = normalize_email(email), Scope(organization.pk, site.pk if site else None)
    demand_to_bind(actor, PERMISSIONS[role], scope)
    if Membership.objects.of(organization).filter(user__email=email).exists():
        raise Refused(_("This person is a member already."), code="already_member", fields={"email": [_("This person is a member already.")]})
    Invitation.objects.of(organization).filter(email=email, closed_at=None).update(closed_at=timezone.now())
    secret = new_secret()
    invitation: Invitation = Invitation.objects.create(
        organization=organization,
        email=email,
        role=role.value,
        site=site,
        digest=digest(secret),
        invited_by=actor,
        expires_at=timezone.now() + LIFETIME,
    )
    record(Tag.INVITATION_SENT, actor=actor, target=invitation, organization_id=organization.pk, role=role.value)
    context = {
        "link": f"{settings.MAGO_BASE_URL}/accounts/organizations/invitations/{secret}/",
        "organization": organization.name,
        "inviter": str(actor),
        "days": LIFETIME.days,
    }
    send_mail("access/invitation", to=email, context=context, language=language, expires_at=invitation.expires_at)
    return invitation


def open_invitation(secret: str) -> Invitation | None:
    """The invitation that this secret would accept now: open, in time, by somebody who is still there."""
    invitations = Invitation.objects.everywhere(reason="the secret names one").select_related("organization", "site", "invited_by")
    return invitations.filter(digest=digest(secret), closed_at=None, expires_at__gt=timezone.now(), organization__is_active=True).first()


def accept_invitation(*, secret: str, user: User) -> Membership:
    """`user` is a member with the invited role. Refused for a spent link, or for another address than the invited one."""
    with transaction.atomic():
        invitation = open_invitation(secret)
        if invitation is None:
            raise Refused(_("This invitation has expired, was used already or was taken back. Ask for a new one."), code="link_invalid")
        if not user.is_confirmed or user.email != invitation.email:
            words = _("This invitation is for %(email)s. Sign in with that address to accept it.")
            raise Forbidden(words % {"email": invitation.email}, code="other_address")
        now = timezone.now()
        won = Invitation.objects.of(invitation.organization_id).filter(pk=invitation.pk, closed_at=None)
        if not won.update(closed_at=now, accepted_by=user):
            raise Refused(_("This invitation was used already."), code="link_invalid")
        membership, _created = Membership.objects.of(invitation.organization_id).get_or_create(
            organization_id=invitation.organization_id, user=user
        )
        record(Tag.MEMBER_JOINED, actor=user, target=user, organization_id=invitation.organization_id, role=invitation.role)
        scope = Scope(invitation.organization_id, invitation.site_id)
        # What the inviter could pass on then, they must still be able to pass on now.
        grant_role(user=user, role=RoleName(invitation.role), actor=invitation.invited_by, scope=scope)
        return membership


@transaction.atomic
def revoke_invitation(*, invitation: Invitation, actor: User) -> None:
    """The link works no longer."""
    Invitation.objects.of(invitation.organization_id).filter(pk=invitation.pk, closed_at=None).update(closed_at=timezone.now())
    record(Tag.INVITATION_REVOKED, actor=actor, target=invitation, organization_id=invitation.organization_id)


@transaction.atomic
def remove_member(*, membership: Membership, actor: User, reason: str = "") -> None:
    """The person is no member and holds no role there. Forbidden for who holds less; Conflict for the last owner."""
    decision = can(actor, Permission.MEMBERS_REMOVE, membership)
    if not decision:
        raise Forbidden(decision.reason)
    demand_rank_within(actor, membership.user, membership.access_scope)
    _end(membership)
    record(Tag.MEMBER_REMOVED, actor=actor, target=membership.user, organization_id=membership.organization_id, reason=reason)


@transaction.atomic
def leave(*, membership: Membership) -> None:
    """The person is no member any more, by their own wish. Conflict for the last owner."""
    _end(membership)
    record(Tag.MEMBER_LEFT, actor=membership.user, target=membership.user, organization_id=membership.organization_id)


def _end(membership: Membership) -> None:
    scope = membership.access_scope
    lock_owners(scope)
    RoleBinding.objects.filter(user=membership.user, organization_id=membership.organization_id).delete()
    if not owners_of(membership.organization_id).exists():
        raise Conflict(_("This is the last owner. Hand the ownership over first."), code="last_owner")
    Membership.objects.of(membership.organization_id).filter(pk=membership.pk).delete()
    forget_bindings(membership.user)


def demand_rank_within(actor: User, person: User, scope: Scope) -> None:
    """Forbidden unless `actor` could grant all that `person` holds in the organization."""
    held = RoleBinding.objects.filter(user=person, organization_id=scope.organization_id).select_related("custom_role")
    for binding in held:
        demand_to_bind(actor, binding.permissions, binding.scope)


@transaction.atomic
def transfer_ownership(*, organization: Any, to: User, actor: User) -> None:
    """`to`, a member, owns the organization; `actor` owns it no longer and stays a member."""
    scope = organization.access_scope
    lock_owners(scope)
    mine = RoleBinding.objects.filter(user=actor, organization_id=organization.pk, site=None, role=RoleName.ORGANIZATION_OWNER)
    if not mine.exists():
        raise Forbidden(_("Only an owner can hand the ownership over."))
    grant_role(user=to, role=RoleName.ORGANIZATION_OWNER, actor=actor, scope=scope)
    if to.pk != actor.pk:
        mine.delete()
        forget_bindings(actor)
        grant_role(user=actor, role=RoleName.GUEST, actor=None, scope=scope)
    record(Tag.OWNERSHIP_TRANSFERRED, actor=actor, target=to, organization_id=organization.pk)
