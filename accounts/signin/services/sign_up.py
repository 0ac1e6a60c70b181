"""Sign-up and its confirmation.

What a stranger can see (answer, status, time) is the same for known and unknown addresses: both
paths hash one password and enqueue one mail. What differs is said in the mail.
"""

from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth.hashers import is_password_usable, make_password
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User, normalize_email
from mago.audit.services import record
from mago.audit.tags import Tag
from mago.core.ids import digest
from mago.messaging.services import send_mail

from .. import limits, tokens
from ..models import OneTimeToken
from ..selectors import person_with
from ..tokens import Purpose
from .common import check_new_password, link, may_mail, network, remember_password


def sign_up(*, email: str, password: str | None, name: str = "", language: str = "") -> str:
    """A mail with a link is on its way; the account comes to be when the link is opened, without a password
    where that is None.

    Gives the digest of the link's secret, by which a browser may be known again. Raises TooMany, and
    Refused for a password that may not be used.
    """
    email = normalize_email(email)
    if password is not None:
        check_new_password(password, email=email, name=name)
    limits.SIGN_UP_NETWORK.take(network())
    mailable = may_mail(email)
    payload = {"password": make_password(password), "name": name, "language": language}
    with transaction.atomic():
        user = person_with(email)
        secret = tokens.issue(
            Purpose.SIGN_UP,
            lifetime=settings.CONFIRMATION_LIFETIME,
            user=user,
            email=email,
            payload=payload,
        )
        record(Tag.SIGN_UP_REQUESTED, target=user, email=email, known=user is not None)
        if mailable and user is None:
            send_mail(
                "signin/confirm_email",
                to=email,
                context={"link": link(f"/accounts/confirm-email/{secret}/"), "name": name},
                language=language,
                expires_at=timezone.now() + settings.CONFIRMATION_LIFETIME,
            )
        elif mailable and user:
            context = {
                "sign_in": link("/accounts/login/"),
                "reset": link("/accounts/password/reset/"),
                "name": str(user),
            }
            send_mail(
                "signin/account_exists",
                to=email,
                context=context,
                language=user.language or language,
            )
    return digest(secret)


@dataclass(frozen=True)
class SignUp:
    """What was asked for with a link that is still good."""

    email: str
    name: str
    has_password: bool


def find_sign_up(secret: str) -> SignUp:
    """The sign-up that the link would confirm. LinkSpent where it works no longer, TooMany."""
    limits.LINK_NETWORK.take(network())
    token = _found(secret)
    has_password = is_password_usable(token.payload["password"])
    return SignUp(token.email, token.payload["name"], has_password)


def _found(secret: str) -> OneTimeToken:
    token = tokens.find(Purpose.SIGN_UP, secret)
    if token is None:
        raise tokens.LinkSpent
    return token


def confirm_sign_up(secret: str, *, password: str | None = None, name: str | None = None) -> User:
    """The account exists, with `password` and `name`, or those that were chosen when *this* link was asked for.

    Whoever asked for the link may be another than who opens the mail; what they chose may only be used
    where the two are known to be one. LinkSpent for a link that works no longer, Refused for a password
    that may not be used.
    """
    limits.LINK_NETWORK.take(network())
    # Before the transaction, which would hold its locks for as long.
    hashed = None if password is None else _hash_for(_found(secret), password, name)
    try:
        with transaction.atomic():
            token = _found(secret)
            user = User(
                email=token.email,
                password=hashed or token.payload["password"],
                name=token.payload["name"] if name is None else name,
                language=token.payload["language"],
                email_confirmed_at=timezone.now(),
            )
            # Before any link is touched, so that of several links to one address all others wait here.
            user.save(force_insert=True)
            tokens.spend(Purpose.SIGN_UP, secret)
            # What else was asked for with this address can never come into use.
            OneTimeToken.objects.filter(email=token.email, purpose=Purpose.SIGN_UP).exclude(
                pk=token.pk
            ).delete()
            OneTimeToken.objects.filter(pk=token.pk).update(payload={})
            if user.has_usable_password():
                remember_password(user)
            record(Tag.EMAIL_CONFIRMED, actor=user, target=user)
    except IntegrityError:
        raise tokens.LinkSpent(_("This address is confirmed already. Sign in.")) from None
    return user


def _hash_for(token: OneTimeToken, password: str, name: str | None) -> str:
    check_new_password(password, email=token.email, name=name or token.payload["name"])
    return make_password(password)
