"""Somebody who has an account comes to hold a role on the platform, or holds it no longer; its administrators hear of it."""

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.models import User
from mago.core.errors import Conflict
from mago.messaging.services import send_mail

from ..models import RoleBinding
from ..roles import RoleName
from ..scope import PLATFORM
from ..selectors.in_charge import administrators
from .roles import grant_role, revoke_role

MOST_TOLD = 50


@transaction.atomic
def grant_on_platform(
    *,
    person: User,
    reason: str,
    actor: User | None,
    role: RoleName = RoleName.PLATFORM_ADMINISTRATOR,
    expires_at: datetime | None = None,
) -> RoleBinding:
    """The person holds the role in every organization and for what is the platform's own, for good or until then; they and
    the administrators are told.

    Doing it again sets the end anew. Conflict for who could not sign in, and where nobody would be left who administers
    the platform for good; Forbidden for more than the actor holds there for good; Refused for a role of organizations
    alone. `actor` None is whoever has the server.
    """
    if not (person.is_active and person.is_confirmed):
        words = _("This account is disabled, or its address is not confirmed.")
        raise Conflict(words, code="account_disabled")
    binding = grant_role(
        user=person, role=role, actor=actor, expires_at=expires_at, reason=reason, scope=PLATFORM
    )
    _tell(binding, person, actor, reason, granted=True)
    return binding


@transaction.atomic
def revoke_on_platform(*, binding: RoleBinding, reason: str, actor: User | None) -> None:
    """The person holds the role on the platform no longer, from the next request on; told as above.

    Conflict for the last one who administers it for good; Forbidden for a role that holds more than the actor for good.
    """
    assert binding.user is not None
    revoke_role(binding=binding, actor=actor, reason=reason)
    _tell(binding, binding.user, actor, reason, granted=False)


def _tell(
    binding: RoleBinding, person: User, actor: User | None, reason: str, *, granted: bool
) -> None:
    others = administrators().exclude(pk=person.pk).order_by("pk")[:MOST_TOLD]
    administers = binding.role == RoleName.PLATFORM_ADMINISTRATOR
    for reader in (person, *others):
        # Who holds another role comes to see which organizations there are, whatever role it is.
        shown = "administrators" if administers or reader != person else "organizations"
        with translation.override(reader.language or translation.get_language()):
            role = "" if administers else binding.role_name
        context = {
            "name": str(reader),
            "own": reader == person,
            "who": person.email,
            "by": actor.email if actor else "",
            "reason": reason,
            "role": role,
            "appointed": granted,
            "link": f"{settings.MAGO_BASE_URL}/admincenter/{shown}/",
        }
        send_mail(
            "access/administrator", to=reader.email, context=context, language=reader.language
        )
