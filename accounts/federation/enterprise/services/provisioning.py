"""People of an organization come to be, change and leave by its provider's word: at their sign-in, and at a directory's sync.

An account is found by (provider, issuer, subject) alone. An address leads to one that exists only where the
organization has proved the address's domain, and the account is nobody else's.
"""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access.models import Membership
from accounts.access.services import join, remove_member, set_active, sign_out_everywhere
from accounts.models import User, normalize_email
from mago.audit.pseudonyms import pseudonym
from mago.audit.services import record
from mago.audit.tags import Tag
from mago.core.errors import Conflict
from mago.core.forms import unusable

from ..asserted import Asserted
from ..models import EnterpriseIdentity, IdentityProvider
from ..selectors import belongs_elsewhere, identity_of, owns_address
from .opening import demand_open
from .refusals import ElsewhereToo, Refused
from .roles import apply_roles, take_back_roles


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
        identity = _link(provider, asserted, create=create, language=language)
    elif identity.ended_at is not None:
        _bring_back(identity, create=create)
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


# --- the account ---


def _link(
    provider: IdentityProvider, asserted: Asserted, *, create: bool, language: str
) -> EnterpriseIdentity:
    email = usable_address(provider, asserted)
    user = User.objects.select_for_update(no_key=True).filter(email=email).first()
    if user is not None:
        _demand_linkable(provider, user, asserted, create=create)
    elif not create:
        raise _unknown(email)
    else:
        user = _create(email, asserted.name, language)
    return _insert(provider, asserted, user)


@transaction.atomic
def link_own(*, user: User, provider: IdentityProvider, asserted: Asserted) -> EnterpriseIdentity:
    """The provider opens this account from now on, as its owner wishes, who has just proved to be both. Refused."""
    demand_open(provider)
    _lock(provider)
    if usable_address(provider, asserted) != user.email:
        raise Refused("other_address", _("This is another address than that of your account."))
    if identity_of(provider, asserted.issuer, asserted.subject) is not None:
        raise Refused("already_linked", _("It is linked to an account already."))
    _demand_one_subject(provider, user)
    identity = _insert(provider, asserted, user)
    update(identity=identity, asserted=asserted)
    return identity


def _insert(provider: IdentityProvider, asserted: Asserted, user: User) -> EnterpriseIdentity:
    identity = EnterpriseIdentity.objects.create(
        provider=provider,
        issuer=asserted.issuer,
        subject=asserted.subject,
        user=user,
        email=user.email,
    )
    record(
        Tag.IDENTITY_LINKED,
        actor=user,
        target=user,
        organization_id=provider.organization_id,
        provider=provider.name,
        issuer=asserted.issuer,
        subject=pseudonym(asserted.subject, of=user),
    )
    return identity


def usable_address(provider: IdentityProvider, asserted: Asserted) -> str:
    """The address, where the organization may speak for it. Refused."""
    email = normalize_email(asserted.email)
    try:
        if len(email) > 254:
            raise ValidationError("")
        validate_email(email)
    except ValidationError:
        raise Refused(
            "no_address",
            _("Your organization’s provider did not tell us an e-mail address that we can use."),
            f"The e-mail address is {asserted.email[:100]!r}: map the attribute that holds it.",
        ) from None
    if not asserted.email_verified:
        raise Refused(
            "address_unverified",
            _("Your organization’s provider does not vouch for your e-mail address."),
            "email_verified is false.",
        )
    if not owns_address(provider.organization_id, email):
        raise Refused(
            "foreign_domain",
            _("Your e-mail address is not of a domain that your organization has proved."),
            f"The domain of {email} is not proved by this organization.",
        )
    return email


def _demand_linkable(
    provider: IdentityProvider, user: User, asserted: Asserted, *, create: bool
) -> None:
    """Refused, unless the account that has the address is the organization's to hand over."""
    if not user.is_active:
        raise Refused(
            "account_disabled",
            _("This account is disabled. Ask your administrator to enable it."),
            f"The account {user.email} is disabled.",
        )
    _demand_one_subject(provider, user)
    if belongs_elsewhere(user, provider.organization_id):
        raise ElsewhereToo(
            asserted,
            _(
                "There is an account with your address that belongs to others, too. Sign in to it once, and link it."
            ),
            f"The account {user.email} is a member elsewhere: its owner must link it themselves.",
        )
    is_member = Membership.objects.of(provider.organization_id).filter(user=user).exists()
    if not create and not is_member:
        raise _unknown(user.email)
    if not user.is_confirmed:
        # Somebody wrote the address, and a password, who may be anybody.
        user.set_unusable_password()
        user.email_confirmed_at = timezone.now()
        user.save(update_fields=["password", "email_confirmed_at"])
        sign_out_everywhere(user, actor=None, reason="address proved by the identity provider")


def _demand_one_subject(provider: IdentityProvider, user: User) -> None:
    if EnterpriseIdentity.objects.filter(provider=provider, user=user).exists():
        raise Refused(
            "address_taken",
            _(
                "Your e-mail address is in use by somebody whom your organization’s provider names otherwise."
            ),
            f"{user.email} is linked to another subject of this provider: remove that identity if the"
            " address has a new owner, or the provider has changed its subjects.",
        )


def _unknown(email: str) -> Refused:
    return Refused(
        "unknown_person",
        _("You have no account here yet. Ask your administrator to invite you."),
        f"{email} is no member, and new people get no account by this provider.",
    )


def _create(email: str, name: str, language: str) -> User:
    user = User(
        email=email,
        name=_usable_name(name),
        language=language,
        email_confirmed_at=timezone.now(),
    )
    user.set_unusable_password()
    try:
        with transaction.atomic():
            user.save(force_insert=True)
    except IntegrityError:
        raise Conflict from None
    record(Tag.EMAIL_CONFIRMED, actor=user, target=user)
    return user


def _update_account(identity: EnterpriseIdentity, asserted: Asserted) -> bool:
    """The account is called as the provider says, where it is the organization's."""
    user, organization_id = identity.user, identity.provider.organization_id
    if belongs_elsewhere(user, organization_id) or not owns_address(organization_id, user.email):
        return False
    changed = []
    name = _usable_name(asserted.name)
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


def _usable_name(name: str) -> str:
    return "" if unusable(name) else name.strip()[:150]


# --- leaving and coming back ---


def _bring_back(identity: EnterpriseIdentity, *, create: bool) -> None:
    """Somebody who had left is known again. Refused where an administrator keeps them out, or new people get no account."""
    user = User.objects.select_for_update(no_key=True).get(pk=identity.user_id)
    if not create:
        raise _unknown(user.email)
    if not user.is_active and identity.account_ended_at == user.signed_out_at:
        set_active(user=user, active=True, actor=None, reason="identity provider")
    identity.ended_at = identity.account_ended_at = None
    identity.save(update_fields=["ended_at", "account_ended_at"])
    identity.user.refresh_from_db()


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


def _lock(provider: IdentityProvider) -> None:
    rows = IdentityProvider.objects.of(provider.organization_id).filter(pk=provider.pk)
    rows.select_for_update(no_key=True).first()
