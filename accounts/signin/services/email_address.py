"""A new e-mail address: proved before it counts, and the old one is told."""

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access.principals import forget
from accounts.models import User, normalize_email
from mago.audit.pseudonyms import pseudonym
from mago.audit.services import record
from mago.audit.tags import Tag
from mago.core.errors import Conflict, Refused
from mago.messaging.services import send_mail

from .. import limits, tokens
from ..tokens import Purpose
from .common import link, may_mail, network
from .passwords import confirm_password


def request_email_change(*, user: User, email: str, current: str) -> None:
    """A mail with a link is on its way to the new address; until it is opened nothing changes.

    The door asks for a fresh proof; whoever has a password gives it once more.
    """
    if user.has_usable_password():
        confirm_password(user=user, password=current)
    email = normalize_email(email)
    if email == user.email:
        message = _("This is your address already.")
        raise Refused(message, code="unchanged", fields={"email": [message]})
    if not may_mail(email):
        return
    with transaction.atomic():
        tokens.revoke(Purpose.CHANGE_EMAIL, user=user)
        secret = tokens.issue(
            Purpose.CHANGE_EMAIL, lifetime=settings.CONFIRMATION_LIFETIME, user=user, email=email
        )
        # Not shown to be theirs yet, so an erasure would not find it by the address.
        wished = pseudonym(email, of=user)
        record(Tag.EMAIL_CHANGE_REQUESTED, actor=user, target=user, email=wished)
        if holder := User.objects.filter(email=email).first():
            context = {
                "sign_in": link("/accounts/login/"),
                "reset": link("/accounts/password/reset/"),
                "name": "",
            }
            send_mail(
                "signin/account_exists",
                to=email,
                context=context,
                language=holder.language or user.language,
            )
        else:
            send_mail(
                "signin/confirm_new_email",
                to=email,
                context={"link": link(f"/accounts/email/{secret}/"), "name": str(user)},
                language=user.language,
                expires_at=timezone.now() + settings.CONFIRMATION_LIFETIME,
            )


def confirm_email_change(secret: str, *, user: User) -> User:
    """The account of `user` has the new address, and the old one was told. LinkSpent for a link that works no
    longer, or is of another account.

    Who reads the mail is not enough: an address that was mistyped is somebody else's, who would have the account.
    """
    limits.LINK_NETWORK.take(network())
    asked = tokens.find(Purpose.CHANGE_EMAIL, secret)
    if asked is not None and asked.user_id != user.pk:
        raise tokens.LinkSpent(
            _("This link is of another account. Sign in to that one, then open the link again.")
        )
    try:
        with transaction.atomic():
            token = tokens.spend(Purpose.CHANGE_EMAIL, secret)
            assert token.user is not None
            user = token.user
            if not user.is_active:
                raise tokens.LinkSpent(_("This link works no longer. Ask for a new one."))
            old, user.email, user.email_confirmed_at = user.email, token.email, timezone.now()
            user.save(update_fields=["email", "email_confirmed_at"])
            forget()
            tokens.revoke(Purpose.RESET_PASSWORD, user=user)
            record(Tag.EMAIL_CHANGED, actor=user, target=user, before=old, after=user.email)
            context = {
                "name": str(user),
                "new_address": _masked(user.email),
                "reset": link("/accounts/password/reset/"),
            }
            send_mail("signin/email_changed", to=old, context=context, language=user.language)
    except IntegrityError:
        raise Conflict(_("This address belongs to another account."), code="email_taken") from None
    return user


def _masked(email: str) -> str:
    """`ada@example.com` as `a•••@example.com`: enough to recognise, not enough to learn."""
    local, _at, domain = email.partition("@")
    return f"{local[:1]}•••@{domain}"
