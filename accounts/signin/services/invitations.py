"""Somebody without an account comes in by an invitation.

The link came by mail, so whoever holds it has proved the address: no second mail is needed.
"""

from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access.selectors.members import invitation_of
from accounts.models import User
from accounts.organizations.services import accept_invitation
from mago.audit.services import record
from mago.audit.tags import Tag
from mago.core.errors import Conflict

from .. import limits, tokens
from ..models import OneTimeToken
from ..tokens import Purpose
from .common import check_new_password, network, remember_password


def join(*, secret: str, password: str, name: str = "", language: str = "") -> User:
    """The invited person has a confirmed account and is a member.

    LinkSpent for a link that works no longer, Refused for a password that may not be used, Conflict
    where the address has an account already.
    """
    limits.LINK_NETWORK.take(network())
    invitation = invitation_of(secret)
    if invitation is None:
        raise tokens.LinkSpent(
            _("This invitation has expired, was used already or was taken back. Ask for a new one.")
        )
    check_new_password(password, email=invitation.email, name=name)
    # Before the transaction, which would hold its locks for as long.
    user = User(
        email=invitation.email,
        password=make_password(password),
        name=name,
        language=language,
        email_confirmed_at=timezone.now(),
    )
    with transaction.atomic():
        _insert(user)
        accept_invitation(secret=secret, user=user)
    return user


def _insert(user: User) -> None:
    try:
        with transaction.atomic():
            user.save(force_insert=True)
    except IntegrityError:
        words = _(
            "There is an account with this address already. Sign in to accept the invitation."
        )
        raise Conflict(words, code="email_taken") from None
    # What was asked for with this address before can never come into use.
    OneTimeToken.objects.filter(email=user.email, purpose=Purpose.SIGN_UP).delete()
    remember_password(user)
    record(Tag.EMAIL_CONFIRMED, actor=user, target=user)
