"""People of an organization come to be, come back and change by its provider's word: at their sign-in, and at a directory's sync."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access.services import join, set_active
from accounts.models import User, normalize_email
from mago.audit.services import record
from mago.audit.tags import Tag

from ..asserted import Asserted
from ..models import EnterpriseIdentity, IdentityProvider
from ..selectors import belongs_elsewhere, holds_more_since, identity_of, owns_address
from .matching import (
    demand_one_subject,
    insert,
    link,
    link_anew,
    unknown,
    usable_address,
    usable_name,
)
from .opening import demand_open
from .refusals import Refused
from .roles import apply_roles


@transaction.atomic
def provision(
    *, provider: IdentityProvider, asserted: Asserted, create: bool = True, language: str = ""
) -> EnterpriseIdentity:
    """The person has an account that this identity opens, is a member, and holds what their groups give.

    One who was known stays who they are, and one who had left is back. With `create` a new account is made,
    or one joins that was nobody's; without it only a member's is linked. Refused.
    """
    # Two of one person at once wait for one another.
    _lock(provider)
    identity = identity_of(provider, asserted.issuer, asserted.subject)
    if identity is None:
        identity = link(provider, asserted, create=create, language=language)
    elif identity.ended_at is not None:
        _bring_back(identity, create=create)
    update(identity=identity, asserted=asserted)
    return identity


@transaction.atomic
def link_own(*, user: User, provider: IdentityProvider, asserted: Asserted) -> EnterpriseIdentity:
    """The provider opens this account from now on, as its owner wishes, who has just proved to be both. Refused."""
    demand_open(provider)
    _lock(provider)
    if usable_address(provider, asserted) != user.email:
        raise Refused("other_address", _("This is another address than that of your account."))
    identity = identity_of(provider, asserted.issuer, asserted.subject)
    if identity is None:
        demand_one_subject(provider, user)
        identity = insert(provider, asserted, user)
    elif identity.user == user and identity.ended_at is None and holds_more_since(identity):
        link_anew(identity)
    else:
        raise Refused("already_linked", _("It is linked to an account already."))
    update(identity=identity, asserted=asserted)
    return identity


@transaction.atomic
def update(*, identity: EnterpriseIdentity, asserted: Asserted) -> bool:
    """Account, membership and roles are as the provider says now; whether anything has changed."""
    user, provider = identity.user, identity.provider
    changed = join(organization=provider.organization, user=user, actor=None)
    changed |= _update_account(identity, asserted)
    changed |= apply_roles(provider=provider, user=user, groups=asserted.groups)
    identity.email = asserted.email[:254]
    identity.attributes_digest = asserted.digest
    identity.last_seen_at = timezone.now()
    identity.save(update_fields=["email", "attributes_digest", "last_seen_at"])
    return changed


def _update_account(identity: EnterpriseIdentity, asserted: Asserted) -> bool:
    """The account is called as the provider says, where it is the organization's."""
    user, organization_id = identity.user, identity.provider.organization_id
    if belongs_elsewhere(user, organization_id) or not owns_address(organization_id, user.email):
        return False
    changed = []
    name = usable_name(asserted.name)
    if name and name != user.name:
        user.name = name
        changed.append("name")
    email = normalize_email(asserted.email)
    if email != user.email and _is_free(identity, asserted, email):
        record(Tag.EMAIL_CHANGED, target=user, before=user.email, after=email)
        user.email = email
        changed.append("email")
    if changed:
        user.save(update_fields=changed)
    return bool(changed)


def _is_free(identity: EnterpriseIdentity, asserted: Asserted, email: str) -> bool:
    """Whether somebody renamed may have that address: it is the organization's, too, and nobody's."""
    try:
        usable_address(identity.provider, asserted)
    except Refused:
        return False
    return not User.objects.filter(email=email).exists()


def _bring_back(identity: EnterpriseIdentity, *, create: bool) -> None:
    """Somebody who had left is known again. Refused where an administrator keeps them out, or new people get no account."""
    user = User.objects.select_for_update(no_key=True).get(pk=identity.user_id)
    if not create:
        raise unknown(user.email)
    if not user.is_active and identity.account_ended_at == user.signed_out_at:
        set_active(user=user, active=True, actor=None, reason="identity provider")
    identity.ended_at = identity.account_ended_at = None
    identity.save(update_fields=["ended_at", "account_ended_at"])
    identity.user.refresh_from_db()


def _lock(provider: IdentityProvider) -> None:
    rows = IdentityProvider.objects.of(provider.organization_id).filter(pk=provider.pk)
    rows.select_for_update(no_key=True).first()
