"""The owner of an account hears of each new device, and can lock the account down with one press."""

from datetime import timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.access.services import sign_out_everywhere
from accounts.federation.services.identities import take_back_identities
from accounts.mfa.services.undoing import take_back_factors
from accounts.models import User
from mago.audit.services import record
from mago.audit.tags import Tag
from mago.core.context import caller
from mago.core.ids import digest
from mago.messaging.services import send_mail

from .. import limits, tokens
from ..models import KnownProgram
from ..tokens import Purpose
from .common import link, network
from .passwords import send_reset_link

LIFETIME = timedelta(days=7)
# Whoever has just signed up knows where they are.
SETTLING = timedelta(hours=1)


def tell_of_new_device(user: User) -> None:
    """A mail tells the owner of the first sign-in in a browser or program, with the link “this was not me”."""
    if timezone.now() - user.created_at < SETTLING:
        return
    secret = tokens.issue(Purpose.LOCK_DOWN, lifetime=LIFETIME, user=user, email=user.email)
    context = {
        "name": str(user),
        "when": timezone.now().isoformat(),
        "address": caller().address,
        "browser": caller().user_agent,
        "link": link(f"/accounts/not-me/{secret}/"),
    }
    send_mail("signin/new_device", to=user.email, context=context, language=user.language)
    record(Tag.NEW_DEVICE_TOLD, actor=user, target=user)


@transaction.atomic
def lock_down(secret: str) -> User:
    """Nobody is signed in to the account any more, and its password opens nothing; a link to choose a new one
    is on its way to its address. LinkSpent for a link that works no longer.

    What came to the account since the sign-in that the mail told of is a thief's: the factors, the linked
    identities, and the address, which is again the one that the mail went to.
    """
    limits.LINK_NETWORK.take(network())
    token = tokens.spend(Purpose.LOCK_DOWN, secret)
    user = token.user
    assert user is not None
    tokens.revoke(Purpose.LOCK_DOWN, user=user)
    tokens.revoke(Purpose.CHANGE_EMAIL, user=user)
    take_back_factors(user, since=token.created_at)
    take_back_identities(user, since=token.created_at)
    is_theirs = _take_back_address(user, token.email)
    user.set_unusable_password()
    user.save(update_fields=["password"])
    sign_out_everywhere(user, actor=None, reason="locked down by its owner")
    record(Tag.ACCOUNT_LOCKED_DOWN, target=user)
    if user.is_active and is_theirs:
        send_reset_link(user)
    return user


def _take_back_address(user: User, email: str) -> bool:
    """The account has the address `email` again; False where that is another account's by now."""
    if user.email == email:
        return True
    before, user.email = user.email, email
    try:
        with transaction.atomic():
            user.save(update_fields=["email"])
    except IntegrityError:
        user.email = before
        return False
    record(Tag.EMAIL_CHANGED, target=user, before=before, after=email)
    return True


def remember_program(user: User) -> bool:
    """Whether the person has signed in before with the program that is calling; from now on they have."""
    _row, is_new = KnownProgram.objects.get_or_create(user=user, digest=digest(caller().user_agent))
    return not is_new
