"""Somebody whom a provider vouches for arrives: known, new, or to be proved by other means first.

An account is found by (issuer, subject) alone. An address that the provider has proved leads to the
question whether an account here is theirs, and the answer is to sign in to it; an address that nobody
has proved leads to a mail, and to the same page whether there is an account or not.
"""

from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User, is_email, normalize_email
from mago.audit.services import Outcome, record
from mago.audit.tags import Tag
from mago.core.errors import Conflict, Refused
from mago.core.ids import digest, new_secret
from mago.messaging.services import send_mail

from .. import limits
from ..models import Confirmation, ExternalIdentity, Kind
from ..protocol import Vouched
from ..selectors import holder_of, provider_for
from .identities import insert
from .newcomers import new_person

CONFIRMATION_LIFETIME = timedelta(hours=1)


class ConfirmationSpent(Refused):
    """The link of the mail was used, has expired, or was opened in another browser."""

    code = "link_invalid"
    detail = gettext_lazy(
        "This link works once, for an hour, and in the browser in which you began. Start again there."
    )


@dataclass(frozen=True)
class Arrived:
    """Who may go on to the next question of the sign-in; nobody where something else comes first.

    `must_prove`: an account here has their address, and they sign in to it first. Else a mail is on its way.
    """

    user: User | None = None
    must_prove: bool = False


def arrive(vouched: Vouched, *, browser: str, language: str = "") -> Arrived:
    """What becomes of somebody whom a provider has just proved to us. Refused where their address cannot be used."""
    if (identity := holder_of(vouched.issuer, vouched.subject)) is not None:
        return Arrived(_use(identity, vouched))
    email = _usable(vouched)
    if not vouched.is_email_proved:
        _mail(vouched, email, browser=browser, language=language)
        return Arrived()
    if User.objects.filter(email=email).exists():
        return Arrived(must_prove=True)
    try:
        return Arrived(_create(vouched, email, language))
    except Conflict:
        # Another request of the same person was quicker.
        identity = holder_of(vouched.issuer, vouched.subject)
        return Arrived(identity.user) if identity else Arrived(must_prove=True)


def open_confirmation(secret: str, browser: str) -> Confirmation:
    """What the link of a mail would confirm, in this browser. ConfirmationSpent."""
    found = _waiting(secret, browser).first()
    if found is None:
        raise ConfirmationSpent
    return found


def confirm_address(secret: str, browser: str) -> tuple[User, str]:
    """The account exists, opened by the identity with which *this* browser asked for it; and the kind of that.

    ConfirmationSpent, also where the address has an account by now; ProviderDisabled.
    """
    found = open_confirmation(secret, browser)
    provider_for(found.kind)
    vouched = Vouched(found.kind, found.issuer, found.subject, found.email, True, found.name)
    try:
        with transaction.atomic():
            if not _waiting(secret, browser).update(used_at=timezone.now()):
                raise ConfirmationSpent
            return _create(vouched, found.email, found.language), found.kind
    except Conflict:
        raise ConfirmationSpent from None


def _waiting(secret: str, browser: str) -> QuerySet[Confirmation]:
    return Confirmation.objects.filter(
        pk=digest(secret), browser=digest(browser), used_at=None, expires_at__gt=timezone.now()
    )


def _use(identity: ExternalIdentity, vouched: Vouched) -> User:
    # Apple tells an address at times only; what we know stays.
    identity.email = vouched.email[:254] or identity.email
    identity.last_used_at = timezone.now()
    identity.save(update_fields=["email", "last_used_at"])
    return identity.user


def _usable(vouched: Vouched) -> str:
    email = normalize_email(vouched.email)
    if not is_email(email):
        record(
            Tag.FEDERATED_SIGN_IN_FAILED,
            outcome=Outcome.FAILURE,
            provider=vouched.kind,
            reason="no usable e-mail address",
        )
        words = _(
            "%(provider)s did not tell us an e-mail address that we can use. Allow it there, or create an account here and link it."
        )
        raise Refused(words % {"provider": Kind(vouched.kind).label}, code="email_missing")
    return email


@transaction.atomic
def _create(vouched: Vouched, email: str, language: str) -> User:
    """A confirmed account without a password, opened by the identity. Conflict where either exists already."""
    user = new_person(email=email, name=vouched.name, language=language)
    record(Tag.EMAIL_CONFIRMED, actor=user, target=user, provider=vouched.kind)
    insert(user, vouched, used=True)
    return user


def _mail(vouched: Vouched, email: str, *, browser: str, language: str) -> None:
    """A mail goes to the address: with a link that confirms it, or word that it has an account already."""
    is_held_back = limits.MAIL_ADDRESS.try_take(email) > 0
    secret, expires_at = new_secret(), timezone.now() + CONFIRMATION_LIFETIME
    with transaction.atomic():
        holder = User.objects.filter(email=email).first()
        Confirmation.objects.create(
            secret=digest(secret),
            browser=digest(browser),
            kind=vouched.kind,
            issuer=vouched.issuer,
            subject=vouched.subject,
            email=email,
            name=vouched.name,
            language=language,
            expires_at=expires_at,
        )
        record(Tag.SIGN_UP_REQUESTED, target=holder, email=email, known=holder is not None)
        if is_held_back:
            limit = limits.MAIL_ADDRESS.name
            record(Tag.LIMIT_REACHED, outcome=Outcome.REFUSED, limit=limit, email=email)
            return
        context = {"name": str(holder or vouched.name), "provider": Kind(vouched.kind).label}
        if holder is None:
            context["link"] = _link("federation:confirm_address", secret)
        else:
            context["sign_in"] = _link("account_login")
        send_mail(
            "federation/account_exists" if holder else "federation/confirm_email",
            to=email,
            context=context,
            language=holder.language if holder and holder.language else language,
            expires_at=expires_at,
        )


def _link(name: str, *parts: str) -> str:
    return f"{settings.MAGO_BASE_URL}{reverse(name, args=parts)}"
