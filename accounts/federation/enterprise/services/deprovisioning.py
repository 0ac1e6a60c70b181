"""Somebody leaves an organization by its provider's word, and what only its word had given goes with them."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from accounts.access.models import Membership
from accounts.access.services import remove_member, set_active, sign_out_everywhere
from accounts.models import User
from mago.audit.services import record
from mago.audit.tags import Tag
from mago.core.errors import Conflict

from ..models import EnterpriseIdentity, IdentityProvider
from ..selectors import belongs_elsewhere, owns_address
from .roles import take_back_roles


@transaction.atomic
def deprovision(*, provider: IdentityProvider, user: User, reason: str) -> bool:
    """The person is out, of every session and token at once: no member, no role, and no way in by the provider.

    The account itself is disabled where the organization owns its address and nobody else knows it. Whether
    there was anything to end. Conflict for the last owner, who is let go by hand.
    """
    mine = EnterpriseIdentity.objects.filter(provider=provider, user=user, ended_at=None)
    identities = list(mine.select_for_update())
    if not identities:
        return False
    take_back_roles(provider=provider, user=user)
    if not _is_known_by_another(provider, user):
        _end_membership(provider, user, reason)
    # Locks the account, so that whoever is being let in at this moment is put out, too.
    sign_out_everywhere(user, actor=None, reason=reason)
    ended_with_it = _end_account(provider, user, reason)
    mine.update(ended_at=timezone.now(), account_ended_at=ended_with_it)
    record(
        Tag.ENTERPRISE_PERSON_DEPROVISIONED,
        target=user,
        organization_id=provider.organization_id,
        provider=provider.name,
        reason=reason,
        account_disabled=ended_with_it is not None,
    )
    return True


def let_go(identity: EnterpriseIdentity, *, reason: str) -> None:
    """As `deprovision`, of somebody who is refused at the door: the last owner stays, and is only not let in."""
    try:
        deprovision(provider=identity.provider, user=identity.user, reason=reason)
    except Conflict:
        sign_out_everywhere(identity.user, actor=None, reason=reason)


def _is_known_by_another(provider: IdentityProvider, user: User) -> bool:
    others = EnterpriseIdentity.objects.filter(
        user=user, ended_at=None, provider__organization=provider.organization_id
    )
    return others.exclude(provider=provider).exists()


def _end_membership(provider: IdentityProvider, user: User, reason: str) -> None:
    membership = Membership.objects.of(provider.organization_id).filter(user=user).first()
    if membership is not None:
        remove_member(membership=membership, actor=None, reason=reason)


def _end_account(provider: IdentityProvider, user: User, reason: str) -> datetime | None:
    """When the account was disabled; None where it goes on, as others know it."""
    if belongs_elsewhere(user, provider.organization_id) or _is_known_by_another(provider, user):
        return None
    if not owns_address(provider.organization_id, user.email):
        return None
    was_active = user.is_active
    # Also of somebody who is shut out for now: that will be lifted, and this is not.
    set_active(user=user, active=False, actor=None, reason=reason)
    user.refresh_from_db()
    return user.signed_out_at if was_active else None
