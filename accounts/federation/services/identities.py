"""An identity is linked to an account, and unlinked. The owner hears of both by mail."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.organizations.selectors import demand_on
from mago.audit.pseudonyms import pseudonym
from mago.audit.services import record
from mago.audit.tags import Tag
from mago.core.context import caller
from mago.core.errors import Conflict
from mago.messaging.services import send_mail

from ..models import ExternalIdentity, Kind
from ..protocol import Vouched
from ..selectors import holder_of, identities_of, ways_in

MOST = 10


class LinkRefused(Conflict):
    """The identity cannot be linked to this account; the message says why."""

    code = "link_refused"


@transaction.atomic
def link(*, user: User, vouched: Vouched) -> ExternalIdentity:
    """The identity opens this account, too. LinkRefused where it opens another one."""
    # Two links of one person wait for one another, so that the number holds.
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    if (holder := holder_of(vouched.issuer, vouched.subject)) is not None:
        raise _taken(holder, user)
    if identities_of(user).count() >= MOST:
        raise LinkRefused(_("You have linked as many as one can. Unlink one first."))
    identity = insert(user, vouched)
    _tell(identity, "federation/linked")
    return identity


def insert(user: User, vouched: Vouched, *, used: bool = False) -> ExternalIdentity:
    """The identity opens the account; LinkRefused where another request was quicker."""
    now = timezone.now()
    try:
        with transaction.atomic():
            identity = ExternalIdentity.objects.create(
                user=user,
                kind=vouched.kind,
                issuer=vouched.issuer,
                subject=vouched.subject,
                email=vouched.email[:254],
                linked_at=now,
                last_used_at=now if used else None,
            )
    except IntegrityError:
        raise LinkRefused from None
    record(
        Tag.IDENTITY_LINKED,
        actor=user,
        target=user,
        provider=vouched.kind,
        issuer=vouched.issuer,
        subject=pseudonym(vouched.subject, of=user),
    )
    return identity


@transaction.atomic
def unlink(*, identity: ExternalIdentity, actor: User) -> None:
    """The identity opens nothing any more. Conflict where it is the last way in that their policies allow."""
    user = User.objects.select_for_update(no_key=True).get(pk=identity.user_id)
    demand = demand_on(user)
    if not any(demand.allows_method(way) for way in ways_in(user, without=identity)):
        words = _("This is your last way to sign in. Set a password or link another account first.")
        raise Conflict(words, code="last_way_in")
    identity.delete()
    record(
        Tag.IDENTITY_UNLINKED,
        actor=actor,
        target=user,
        provider=identity.kind,
        issuer=identity.issuer,
        subject=pseudonym(identity.subject, of=user),
    )
    _tell(identity, "federation/unlinked")


def take_back_identities(user: User, *, since: datetime) -> None:
    """No identity that was linked since then opens the account: it may be a thief's."""
    for identity in ExternalIdentity.objects.filter(user=user, linked_at__gte=since):
        identity.delete()
        record(
            Tag.IDENTITY_UNLINKED,
            target=user,
            provider=identity.kind,
            issuer=identity.issuer,
            subject=pseudonym(identity.subject, of=user),
        )


def _taken(holder: ExternalIdentity, user: User) -> LinkRefused:
    if holder.user_id == user.pk:
        return LinkRefused(_("It is linked to your account already."))
    return LinkRefused(_("It is linked to another account here. Unlink it there first."))


def _tell(identity: ExternalIdentity, template: str) -> None:
    user = identity.user
    context = {
        "name": str(user),
        "provider": Kind(identity.kind).label,
        "account": identity.email,
        "address": caller().address,
        "browser": caller().user_agent[:100],
    }
    send_mail(template, to=user.email, context=context, language=user.language)
