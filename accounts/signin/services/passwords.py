"""Passwords: forgotten, reset, changed, asked again."""

from datetime import timedelta

from django.conf import settings
from django.contrib.auth.hashers import check_password as check_hash
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access.services import sign_out_everywhere
from accounts.models import User, normalize_email
from mago.audit.services import Outcome, record
from mago.audit.tags import Tag
from mago.core.context import caller
from mago.core.errors import Refused
from mago.messaging.services import send_mail

from .. import limits, tokens
from ..even import evenly
from ..selectors import active_person_with
from ..tokens import Purpose
from .common import check_new_password, link, may_mail, network, remember_password


@evenly
def request_password_reset(*, email: str, language: str = "", browser: str = "") -> None:
    """A mail is on its way: with a link for a person we know, with a word that there is no account otherwise.

    `browser` as in `may_mail`. TooMany.
    """
    limits.RESET_NETWORK.take(network())
    email = normalize_email(email)
    if not may_mail(email, browser):
        return
    with transaction.atomic():
        user = active_person_with(email)
        record(Tag.PASSWORD_RESET_REQUESTED, target=user, email=email, known=user is not None)
        _send_reset(user, email, language)


def send_reset_link(user: User) -> None:
    """Of all reset links of this person only the one mailed now works."""
    _send_reset(user, user.email, user.language)


def _send_reset(user: User | None, email: str, language: str) -> None:
    """A link for that person, or a word that there is none.

    The same work either way, so that time tells no difference: without a person the link is made as well,
    resets nothing, and is told to nobody.
    """
    tokens.revoke(Purpose.RESET_PASSWORD, email=email)
    lifetime: timedelta = settings.PASSWORD_RESET_LIFETIME
    secret = tokens.issue(Purpose.RESET_PASSWORD, lifetime=lifetime, user=user, email=email)
    about_link = {
        "link": link(f"/accounts/password/reset/{secret}/"),
        "minutes": int(lifetime.total_seconds() // 60),
        "name": str(user),
        "address": caller().address,
        "browser": caller().user_agent,
    }
    send_mail(
        "signin/reset_password" if user else "signin/no_account",
        to=email,
        context=about_link if user else {"sign_up": link("/accounts/signup/")},
        language=(user.language if user else "") or language,
        expires_at=timezone.now() + lifetime,
    )


def find_reset(secret: str) -> User:
    """Whose password the link would reset; LinkSpent where it works no longer."""
    token = tokens.find(Purpose.RESET_PASSWORD, secret)
    if (
        token is None
        or token.user is None
        or not token.user.is_active
        or token.user.email != token.email
    ):
        raise tokens.LinkSpent
    return token.user


def reset_password(*, secret: str, password: str) -> User:
    """The password is new, every session and token of the person is dead. Signs nobody in. LinkSpent, TooMany."""
    limits.LINK_NETWORK.take(network())
    check_new_password(password, user=find_reset(secret))
    hashed = make_password(password)
    with transaction.atomic():
        user = tokens.spend(Purpose.RESET_PASSWORD, secret).user
        if user is None or not user.is_active:  # disabled while the password was judged
            raise tokens.LinkSpent
        # The link came by mail, so the address is proved.
        user.email_confirmed_at = user.email_confirmed_at or timezone.now()
        _set_password(user, hashed)
        sign_out_everywhere(user, actor=user, reason="password reset")
        record(Tag.PASSWORD_RESET, actor=user, target=user)
        _tell(user)
    return user


def change_password(*, user: User, current: str, password: str) -> None:
    """The password is new, and every session and token of the person is dead; a page then renews its own."""
    confirm_password(user=user, password=current)
    check_new_password(password, user=user)
    hashed = make_password(password)
    with transaction.atomic():
        _set_password(user, hashed)
        sign_out_everywhere(user, actor=user, reason="password changed")
        record(Tag.PASSWORD_CHANGED, actor=user, target=user)
        _tell(user)


def confirm_password(*, user: User, password: str) -> None:
    """Whoever is at the keyboard knows the account's password; Refused beside the field otherwise. Limited."""
    limits.PASSWORD_AGAIN.take(str(user.pk))
    if not user.has_usable_password() or not check_hash(password, user.password):
        record(
            Tag.SIGN_IN_FAILED,
            actor=user,
            target=user,
            outcome=Outcome.FAILURE,
            method="password again",
        )
        message = _("This is not your current password.")
        raise Refused(message, code="invalid_credentials", fields={"current": [message]})
    limits.PASSWORD_AGAIN.clear(str(user.pk))


def _set_password(user: User, hashed: str) -> None:
    user.password = hashed
    user.save(update_fields=["password", "email_confirmed_at"])
    remember_password(user)
    # Nor does a link that a thief had asked for outlive the password that was stolen.
    tokens.revoke(Purpose.RESET_PASSWORD, user=user)
    tokens.revoke(Purpose.CHANGE_EMAIL, user=user)


def _tell(user: User) -> None:
    context = {
        "name": str(user),
        "when": timezone.now().isoformat(timespec="minutes"),
        "address": caller().address,
        "browser": caller().user_agent,
        "reset": link("/accounts/password/reset/"),
    }
    send_mail("signin/password_changed", to=user.email, context=context, language=user.language)
