"""People come to an organization by invitation, and leave or are removed."""

from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from mago.audit.services import record
from mago.audit.tags import Tag
from mago.core.errors import Conflict, Forbidden, Refused

from ..models import Invitation, Membership, RoleBinding
from ..permissions import Permission
from ..refusals import NotPermitted
from ..roles import PERMISSIONS, RoleName
from ..scope import Scope
from ..selectors.bindings import forget_bindings, live_bindings, unconditional_permissions_of
from ..selectors.members import invitation_of
from .demands import demand_permission, demand_to_bind_all, in_good_hands
from .roles import bind, grant_role, tell_revoked, told_all


def accept_invitation(*, secret: str, user: User) -> Membership:
    """`user` is a member with the invited role. Refused for a spent link, or for another address than the invited one."""
    with transaction.atomic():
        invitation = invitation_of(secret)
        if invitation is None:
            raise Refused(
                _(
                    "This invitation has expired, was used already or was taken back. Ask for a new one."
                ),
                code="link_invalid",
            )
        if not user.is_confirmed or user.email != invitation.email:
            words = _("This invitation is for %(email)s. Sign in with that address to accept it.")
            raise Forbidden(words % {"email": invitation.email}, code="other_address")
        now = timezone.now()
        won = Invitation.objects.of(invitation.organization_id).filter(
            pk=invitation.pk, closed_at=None
        )
        if not won.update(closed_at=now, accepted_by=user):
            raise Refused(_("This invitation was used already."), code="link_invalid")
        scope = Scope(invitation.organization_id, invitation.site_id)
        role = RoleName(invitation.role)
        _demand_inviter(invitation.invited_by, role, scope)
        membership: Membership
        membership, joined = Membership.objects.of(invitation.organization_id).get_or_create(
            organization_id=invitation.organization_id, user=user
        )
        if joined:
            record(
                Tag.MEMBER_JOINED,
                actor=user,
                target=user,
                organization_id=invitation.organization_id,
                role=invitation.role,
            )
        # Who holds it was granted it since: that has an end or a condition where somebody wanted one.
        if not _holds(user, role, scope):
            by = invitation.invited_by
            bind(user=user, role=role, by=by, scope=scope, accepted_by=user)
        return membership


def _holds(user: User, role: RoleName, scope: Scope) -> bool:
    where: dict[str, Any] = {"organization_id": scope.organization_id, "site_id": scope.site_id}
    return RoleBinding.objects.filter(user=user, role=role, **where).exists()


def _demand_inviter(inviter: User | None, role: RoleName, scope: Scope) -> None:
    """Forbidden unless whoever invited could still do so.

    They are not here: under which circumstances they may is not asked again, only whether they may at all.
    """
    needed = {Permission.MEMBERS_INVITE, Permission.ROLES_BIND}
    if inviter is not None and inviter.is_active:
        may = {p for b in live_bindings(inviter) if b.scope.covers(scope) for p in b.permissions}
        if needed <= may and PERMISSIONS[role] <= unconditional_permissions_of(inviter, scope):
            return
    words = _("Whoever invited you may no longer do so. Ask for a new invitation.")
    raise Forbidden(words, code="inviter_lost_right")


@transaction.atomic
def revoke_invitation(*, invitation: Invitation, actor: User) -> None:
    """The link works no longer."""
    demand_permission(actor, Permission.MEMBERS_INVITE, invitation)
    take_back(invitation, actor)


def take_back(invitation: Invitation, actor: User | None) -> None:
    """The link works no longer. Inside a transaction, and once it is sure that `actor` may."""
    still_open = Invitation.objects.of(invitation.organization_id).filter(
        pk=invitation.pk, closed_at=None
    )
    if still_open.update(closed_at=timezone.now()):
        record(
            Tag.INVITATION_REVOKED,
            actor=actor,
            target=invitation,
            organization_id=invitation.organization_id,
        )


@transaction.atomic
def join(*, organization: Any, user: User, actor: User | None) -> bool:
    """The person is a member, without a role by it; whether they were none before. Who may let them in is asked by the door."""
    _membership, joined = Membership.objects.of(organization).get_or_create(
        organization=organization, user=user
    )
    if joined:
        record(Tag.MEMBER_JOINED, actor=actor, target=user, organization_id=organization.pk)
    return bool(joined)


@transaction.atomic
def remove_member(*, membership: Membership, actor: User | None, reason: str = "") -> None:
    """The person is no member, holds no role there, and comes back by no link of before. Forbidden for who holds less;
    Conflict for the last owner.

    `actor` None is the system itself.
    """
    held = RoleBinding.objects.filter(
        user=membership.user, organization_id=membership.organization_id
    )
    if actor is not None:
        demand_permission(actor, Permission.MEMBERS_REMOVE, membership)
        demand_to_bind_all(actor, held.select_related("custom_role"))
    # Who came in by another door, such as a directory, may never have used theirs. Locked before the membership, as
    # by whoever accepts one.
    invitations = Invitation.objects.of(membership.organization_id).select_for_update()
    unused = list(invitations.filter(email=membership.user.email, closed_at=None))
    if (ended := _end(membership)) is not None:
        record(
            Tag.MEMBER_REMOVED,
            actor=actor,
            target=membership.user,
            organization_id=membership.organization_id,
            reason=reason,
            roles=ended,
        )
        for invitation in unused:
            take_back(invitation, actor)


@transaction.atomic
def leave(*, membership: Membership) -> None:
    """The person is no member any more, by their own wish. Conflict for the last owner."""
    if (ended := _end(membership)) is not None:
        record(
            Tag.MEMBER_LEFT,
            actor=membership.user,
            target=membership.user,
            organization_id=membership.organization_id,
            roles=ended,
        )


def _end(membership: Membership) -> list[dict[str, Any]] | None:
    """The roles that went with it, for the trail; None where there was none to end.

    It is locked first: a role that is being granted is seen, or refused.
    """
    memberships = Membership.objects.of(membership.organization_id).filter(pk=membership.pk)
    with in_good_hands(membership.access_scope):
        if not memberships.select_for_update().first():
            return None
        held = RoleBinding.objects.filter(
            user=membership.user_id, organization_id=membership.organization_id
        )
        ended = told_all(held)
        held.delete()
        memberships.delete()
    forget_bindings(membership.user)
    return ended


def tell_of_end(user: User, *, actor: object | None, reason: str) -> None:
    """The trail says of each membership and each role of the person that it is over; for whoever deletes the account."""
    for membership in Membership.objects.everywhere(reason="one person's own").filter(user=user):
        held = RoleBinding.objects.filter(user=user, organization_id=membership.organization_id)
        record(
            Tag.MEMBER_REMOVED,
            actor=actor,
            target=user,
            organization_id=membership.organization_id,
            reason=reason,
            roles=told_all(held),
        )
    on_platform = RoleBinding.objects.filter(user=user, organization=None)
    tell_revoked(on_platform, actor=actor, reason=reason)


@transaction.atomic
def transfer_ownership(*, organization: Any, to: User, actor: User) -> None:
    """`to`, a member, owns the organization; `actor` owns it no longer and stays a member."""
    scope = organization.access_scope
    if to.pk == actor.pk:
        raise Conflict(_("You own it already."), code="self")
    with in_good_hands(scope):
        mine = RoleBinding.objects.filter(
            user=actor, organization_id=organization.pk, site=None, role=RoleName.ORGANIZATION_OWNER
        )
        if not mine.exists():
            raise NotPermitted(
                actor, lambda: _("Only an owner can hand the ownership over."), where=scope
            )
        grant_role(user=to, role=RoleName.ORGANIZATION_OWNER, actor=actor, scope=scope)
        mine.delete()
        forget_bindings(actor)
        bind(user=actor, role=RoleName.GUEST, by=actor, scope=scope)
    record(Tag.OWNERSHIP_TRANSFERRED, actor=actor, target=to, organization_id=organization.pk)
