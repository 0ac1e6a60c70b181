"""Somebody has lost every factor: an administrator lets them in once, and never by mail alone.

The code is told to the person by another way (seen face to face, called back), stands in for the second factor
at one sign-in, and the first factor is asked for as ever. For whoever administers the platform or owns an
organization two administrators are needed: one asks, another one grants (four eyes).
"""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access.models import RoleBinding
from accounts.access.permissions import Permission
from accounts.access.roles import RoleName
from accounts.access.selectors.bindings import unexpired
from accounts.access.services.demands import demand_permission
from accounts.access.services.people import demand_rank
from accounts.models import User
from mago.audit.services import record
from mago.audit.tags import Tag
from mago.core.context import caller
from mago.core.errors import Conflict
from mago.messaging.services import send_mail

from ..methods import recovery
from ..models import RecoveryRequest
from ..selectors import open_request

LIFETIME = timedelta(hours=24)


def needs_four_eyes(person: User) -> bool:
    """Whether so much hangs on this account that one administrator alone may not open it."""
    bindings = RoleBinding.objects.filter(unexpired(), user=person)
    return (
        bindings.filter(organization=None).exists()
        or bindings.filter(role=RoleName.ORGANIZATION_OWNER).exists()
    )


@transaction.atomic
def issue_recovery_code(*, person: User, actor: User, reason: str) -> str | None:
    """A code that opens the account's second step once within a day, to be told to the person; None where a
    second administrator has to grant it first.

    Forbidden for who may not, or holds less than the person does; Conflict for oneself and for one's own request.
    """
    demand_permission(actor, Permission.PEOPLE_RECOVER)
    person = User.objects.select_for_update(no_key=True).get(pk=person.pk)
    if person.pk == actor.pk:
        raise Conflict(_("You cannot let yourself in. Ask another administrator."), code="self")
    demand_rank(actor, person)
    if needs_four_eyes(person) and not _granted(person, actor, reason):
        return None
    code = recovery.issue(person, issued_by=actor, expires_at=timezone.now() + LIFETIME)
    record(Tag.RECOVERY_CODE_ISSUED, actor=actor, target=person, reason=reason)
    context = {"name": str(person), "address": caller().address}
    send_mail("mfa/recovery_issued", to=person.email, context=context, language=person.language)
    return code


def _granted(person: User, actor: User, reason: str) -> bool:
    """Whether somebody else has asked before, so that `actor` grants now; else `actor` has asked."""
    request = open_request(person)
    if request is None:
        RecoveryRequest.objects.create(
            person=person,
            requested_by=actor,
            reason=reason,
            expires_at=timezone.now() + LIFETIME,
        )
        record(Tag.RECOVERY_REQUESTED, actor=actor, target=person, reason=reason)
        return False
    if request.requested_by_id == actor.pk:
        raise Conflict(
            _("You have asked for this. Another administrator has to grant it."), code="four_eyes"
        )
    request.granted_by, request.granted_at = actor, timezone.now()
    request.save(update_fields=["granted_by", "granted_at"])
    return True
