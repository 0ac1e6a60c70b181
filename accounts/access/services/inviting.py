"""People are invited to an organization: one, or many in a few statements."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User, normalize_email
from mago.audit import pseudonyms
from mago.audit.insertion import insert_all
from mago.audit.services import entry
from mago.audit.tags import Tag
from mago.core.errors import Conflict, Refused, TooMany
from mago.core.ids import digest, new_id, new_secret
from mago.core.ratelimit import Limit
from mago.messaging.services import send_mails

from ..models import Invitation, Membership
from ..permissions import Permission
from ..roles import PERMISSIONS, RoleName
from ..scope import Scope
from .demands import demand_permission, demand_to_bind
from .roles import check_place

LIFETIME = timedelta(days=7)
# Mails to one address by one organization: whoever invites chooses the address and much of what the mail says.
ONE_ADDRESS = Limit("invitation:address", 10, 24 * 3600)


@dataclass(frozen=True)
class Guest:
    """Who is to be invited as what, and the key that the invitation is to have."""

    email: str
    role: RoleName
    site: Any = None
    key: UUID = field(default_factory=new_id)


def invite(
    *,
    organization: Any,
    email: str,
    role: RoleName,
    actor: User,
    site: Any = None,
    language: str = "",
    key: UUID | None = None,
) -> Invitation:
    """A mail with a link is on its way; whoever proves the address may accept it once, within a week.

    Inviting the same address again replaces the open invitation. With `key`, the invitation has that one.
    TooMany where the organization has mailed the address all day.
    """
    guest = Guest(email, role, site, key or new_id())
    (answer,) = invite_all(
        organization=organization, guests=[guest], actor=actor, language=language
    )
    if isinstance(answer, Refused):
        raise answer
    return answer


@transaction.atomic
def invite_all(
    *, organization: Any, guests: Sequence[Guest], actor: User, language: str = ""
) -> list[Invitation | Refused]:
    """As `invite`, each of them: the invitation, or why there is none. Some hundreds at most, each address once.

    What speaks against all of them is raised, as is Conflict where somebody else invites one at this moment.
    """
    demand_permission(actor, Permission.MEMBERS_INVITE, organization)

    @cache
    def refusal(role: RoleName, site: Any) -> Refused | None:
        scope = Scope(organization.pk, site.pk if site else None)
        try:
            check_place(role, scope)
            demand_to_bind(actor, PERMISSIONS[role], scope)
        except Refused as refused:
            return refused
        return None

    emails = [normalize_email(guest.email) for guest in guests]
    refused = [refusal(guest.role, guest.site) for guest in guests]
    if not organization.is_active and not all(refused):
        raise Conflict(_("This organization is disabled."), code="organization_disabled")
    members = _members_among(organization, emails)
    refused = [
        why or (_already_member() if email in members else None)
        for why, email in zip(refused, emails, strict=True)
    ]
    free = [email for why, email in zip(refused, emails, strict=True) if why is None]
    # In the transaction: what is not sent does not count.
    over = ONE_ADDRESS.take_each((str(organization.pk), email) for email in free)
    waits = {email: ONE_ADDRESS.wait(place, email) for place, email in over}
    secrets = [new_secret() for _guest in guests]
    answers: list[Invitation | Refused] = [
        why
        or (TooMany(max(0.001, waits[email])) if email in waits else None)
        or Invitation(
            id=guest.key,
            organization=organization,
            email=email,
            role=guest.role.value,
            site=guest.site,
            digest=digest(secret),
            invited_by=actor,
            expires_at=timezone.now() + LIFETIME,
        )
        for why, email, guest, secret in zip(refused, emails, guests, secrets, strict=True)
    ]
    _send(
        organization,
        {
            secret: answer
            for secret, answer in zip(secrets, answers, strict=True)
            if isinstance(answer, Invitation)
        },
        actor,
        language,
    )
    return answers


def _send(
    organization: Any, invitations: dict[str, Invitation], actor: User, language: str
) -> None:
    """The invitations, by their secrets, are open instead of former ones, told and mailed."""
    made = list(invitations.values())
    if not made:
        return
    emails = [one.email for one in made]
    Invitation.objects.of(organization).filter(email__in=emails, closed_at=None).update(
        closed_at=timezone.now()
    )
    try:
        with transaction.atomic():
            Invitation.objects.bulk_create(made)
    except IntegrityError:
        raise Conflict(_("Somebody else invites this person at this moment.")) from None
    with pseudonyms.written(emails):
        insert_all(
            [
                entry(
                    Tag.INVITATION_SENT,
                    actor=actor,
                    target=one,
                    organization_id=organization.pk,
                    role=one.role,
                    site=str(one.site_id or ""),
                )
                for one in made
            ]
        )
    same = {"organization": organization.name, "inviter": str(actor), "days": LIFETIME.days}
    place = f"{settings.MAGO_BASE_URL}/accounts/organizations/invitations"
    send_mails(
        "access/invitation",
        [(one.email, {"link": f"{place}/{secret}/"} | same) for secret, one in invitations.items()],
        language=language,
        expires_at=made[0].expires_at,
    )


def _members_among(organization: Any, emails: list[str]) -> set[str]:
    members = Membership.objects.of(organization).filter(user__email__in=emails)
    return set(members.values_list("user__email", flat=True))


def _already_member() -> Refused:
    message = _("This person is a member already.")
    return Refused(message, code="already_member", fields={"email": [message]})
