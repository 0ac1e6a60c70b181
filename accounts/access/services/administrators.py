"""Somebody who has an account comes to administer the platform, or does so no longer; all who do hear of it."""

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from mago.core.errors import Conflict
from mago.messaging.services import send_mail

from ..models import RoleBinding
from ..roles import RoleName
from ..selectors.in_charge import administrators
from .roles import grant_role, revoke_role

MOST_TOLD = 50


@transaction.atomic
def appoint_administrator(
    *, person: User, reason: str, actor: User | None, expires_at: datetime | None = None
) -> RoleBinding:
    """The person administers the platform, for good or until then; they and the other administrators are told.

    Doing it again sets the end anew. Conflict for who could not sign in, and where nobody would be left who does it
    for good; Forbidden for who does it for a time only. `actor` None is whoever has the server.
    """
    if not (person.is_active and person.is_confirmed):
        words = _("This account is disabled, or its address is not confirmed.")
        raise Conflict(words, code="account_disabled")
    role = RoleName.PLATFORM_ADMINISTRATOR
    binding = grant_role(user=person, role=role, actor=actor, expires_at=expires_at, reason=reason)
    _tell(person, actor, reason, appointed=True)
    return binding


@transaction.atomic
def dismiss_administrator(*, binding: RoleBinding, reason: str, actor: User | None) -> None:
    """The person administers the platform no longer, from the next request on; told as above.

    Conflict for the last one who does it for good; Forbidden for who does it for a time only.
    """
    assert binding.user is not None
    revoke_role(binding=binding, actor=actor, reason=reason)
    _tell(binding.user, actor, reason, appointed=False)


def _tell(person: User, actor: User | None, reason: str, *, appointed: bool) -> None:
    others = administrators().exclude(pk=person.pk).order_by("pk")[:MOST_TOLD]
    for reader in (person, *others):
        context = {
            "name": str(reader),
            "own": reader == person,
            "who": person.email,
            "by": actor.email if actor else "",
            "reason": reason,
            "appointed": appointed,
            "link": f"{settings.MAGO_BASE_URL}/admincenter/administrators/",
        }
        send_mail(
            "access/administrator", to=reader.email, context=context, language=reader.language
        )
