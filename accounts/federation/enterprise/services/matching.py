"""Which account an identity opens: one that is there and is the organization's to hand over, or a new one.

An account is found by (provider, issuer, subject) alone. An address leads to one that exists only where the
organization has proved the address's domain, and the account is nobody else's.
"""

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access.models import Membership
from accounts.access.services import sign_out_everywhere
from accounts.federation.services.newcomers import new_person
from accounts.models import User, is_email, normalize_email
from mago.audit.pseudonyms import pseudonym
from mago.audit.services import record
from mago.audit.tags import Tag
from mago.core.forms import unusable

from ..asserted import Asserted
from ..models import EnterpriseIdentity, IdentityProvider
from ..selectors import belongs_elsewhere, owns_address
from .refusals import ElsewhereToo, Refused


def link(
    provider: IdentityProvider, asserted: Asserted, *, create: bool, language: str
) -> EnterpriseIdentity:
    """The identity opens the account with its address, or one that is made for it. Refused."""
    email = usable_address(provider, asserted)
    user = User.objects.select_for_update(no_key=True).filter(email=email).first()
    if user is not None:
        _demand_linkable(provider, user, asserted, create=create)
    elif not create:
        raise unknown(email)
    else:
        user = new_person(email=email, name=usable_name(asserted.name), language=language)
        record(Tag.EMAIL_CONFIRMED, actor=user, target=user)
    return insert(provider, asserted, user)


def insert(provider: IdentityProvider, asserted: Asserted, user: User) -> EnterpriseIdentity:
    """The identity opens this account."""
    identity = EnterpriseIdentity.objects.create(
        provider=provider,
        issuer=asserted.issuer,
        subject=asserted.subject,
        user=user,
        email=user.email,
    )
    _record_link(identity)
    return identity


def link_anew(identity: EnterpriseIdentity) -> None:
    """Its person has said once more that it opens their account, knowing what that holds by now."""
    identity.linked_at = timezone.now()
    identity.save(update_fields=["linked_at"])
    _record_link(identity)


def _record_link(identity: EnterpriseIdentity) -> None:
    record(
        Tag.IDENTITY_LINKED,
        actor=identity.user,
        target=identity.user,
        organization_id=identity.provider.organization_id,
        provider=identity.provider.name,
        issuer=identity.issuer,
        subject=pseudonym(identity.subject, of=identity.user),
    )


def demand_one_subject(provider: IdentityProvider, user: User) -> None:
    """Refused, where the provider knows the person by another name already."""
    if EnterpriseIdentity.objects.filter(provider=provider, user=user).exists():
        raise Refused(
            "address_taken",
            _(
                "Your e-mail address is in use by somebody whom your organization’s provider names otherwise."
            ),
            f"{user.email} is linked to another subject of this provider: remove that identity if the"
            " address has a new owner, or the provider has changed its subjects.",
        )


def usable_address(provider: IdentityProvider, asserted: Asserted) -> str:
    """The address, where the organization may speak for it. Refused."""
    email = normalize_email(asserted.email)
    if not is_email(email):
        raise Refused(
            "no_address",
            _("Your organization’s provider did not tell us an e-mail address that we can use."),
            f"The e-mail address is {asserted.email[:100]!r}: map the attribute that holds it.",
        )
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


def usable_name(name: str) -> str:
    return "" if unusable(name) else name.strip()[:150]


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
    demand_one_subject(provider, user)
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
        raise unknown(user.email)
    if not user.is_confirmed:
        # Somebody wrote the address, and a password, who may be anybody.
        user.set_unusable_password()
        user.email_confirmed_at = timezone.now()
        user.save(update_fields=["password", "email_confirmed_at"])
        sign_out_everywhere(user, actor=None, reason="address proved by the identity provider")


def unknown(email: str) -> Refused:
    return Refused(
        "unknown_person",
        _("You have no account here yet. Ask your administrator to invite you."),
        f"{email} is no member, and new people get no account by this provider.",
    )
