"""A hub is let in, narrowed, shut out or gone for good."""

from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access.permissions import Permission
from accounts.access.selectors.in_charge import owners_of
from accounts.access.services import demand_permission
from accounts.models import User
from accounts.standing.services import MOST_TOLD, tell
from mago.audit.cleaning import LONGEST_REASON
from mago.audit.services import Outcome, record
from mago.audit.tags import Tag
from mago.core.errors import Conflict

from ..models import Credential, EnrolmentCode, Hub, ReconnectToken, State
from ..tokens import new_epoch
from .locking import locked

_IN_USE = frozenset({State.ACTIVE, State.QUARANTINED, State.SUSPENDED})


@transaction.atomic
def quarantine_hub(*, hub: Hub, reason: str, actor: User) -> Hub:
    """The hub may authenticate, and do nothing but tell how it is and update itself; from its next request on,
    before which it signs in anew, as an access token of before may be in other hands."""
    demand_permission(actor, Permission.HUBS_EDIT, hub)
    hub = _change(hub, State.QUARANTINED, Tag.HUB_QUARANTINED, reason=reason, actor=actor)
    return _end_access(hub)


@transaction.atomic
def quarantine_clone(*, hub_id: UUID, reason: str) -> None:
    """Two devices act as one hub: it is quarantined, and neither comes back, or goes on, without its secret."""
    hub = locked(Hub.objects.everywhere(reason="a hub that proved itself").get(pk=hub_id))
    ReconnectToken.objects.filter(hub=hub).delete()
    record(
        Tag.HUB_CLONE_DETECTED,
        target=hub,
        outcome=Outcome.FAILURE,
        organization_id=hub.organization_id,
        reason=reason,
    )
    # Once: whoever holds an old credential shall not end the hub's access again and again.
    if hub.state == State.ACTIVE:
        _end_access(_change(hub, State.QUARANTINED, Tag.HUB_QUARANTINED, reason=reason, actor=None))


@transaction.atomic
def suspend_hub(*, hub: Hub, reason: str, actor: User) -> Hub:
    """The hub is refused from its next request on, until it is reactivated."""
    demand_permission(actor, Permission.HUBS_EDIT, hub)
    hub = _change(hub, State.SUSPENDED, Tag.HUB_SUSPENDED, reason=reason, actor=actor)
    return _end_access(hub)


@transaction.atomic
def lock_down_hub(*, hub: Hub, reason: str, actor: User) -> Hub:
    """As `suspend_hub`, whatever it is; nothing that it holds lets it in again quickly, and the owners are told.

    The way back is `reactivate_hub`; then it proves itself with its credential.
    """
    hub = suspend_hub(hub=hub, reason=reason, actor=actor)
    ReconnectToken.objects.filter(hub=hub).delete()
    for owner in owners_of(hub.organization_id).exclude(pk=actor.pk)[:MOST_TOLD]:
        tell(owner, "hub_locked_down", what=str(hub))
    return hub


@transaction.atomic
def reactivate_hub(*, hub: Hub, reason: str, actor: User) -> Hub:
    """A quarantined or suspended hub may do again all that hubs do, once it has signed in anew.

    An access token of before may be that of the device for which it was shut out.
    """
    demand_permission(actor, Permission.HUBS_EDIT, hub)
    return _end_access(_change(hub, State.ACTIVE, Tag.HUB_REACTIVATED, reason=reason, actor=actor))


@transaction.atomic
def retire_hub(*, hub: Hub, reason: str, actor: User) -> Hub:
    """The hub is refused for good. Its serial number may be enrolled again, as another hub."""
    demand_permission(actor, Permission.HUBS_RETIRE, hub)
    allowed = _IN_USE | {State.EXPECTED}
    hub = _change(hub, State.RETIRED, Tag.HUB_RETIRED, reason=reason, actor=actor, allowed=allowed)
    now = timezone.now()
    ReconnectToken.objects.filter(hub=hub).delete()
    live = Credential.objects.filter(hub=hub, ended_at=None)
    live.update(stage=Credential.Stage.REVOKED, ended_at=now)
    EnrolmentCode.objects.of(hub.organization_id).filter(hub=hub, revoked_at=None).update(
        revoked_at=now
    )
    return hub


def _end_access(hub: Hub) -> Hub:
    """No access token that it was given opens anything, now or later."""
    hub.token_epoch = new_epoch()
    hub.save(update_fields=["token_epoch"])
    return hub


def _change(
    hub: Hub,
    state: State,
    tag: Tag,
    *,
    reason: str,
    actor: User | None,
    allowed: frozenset[State] = _IN_USE,
) -> Hub:
    hub = locked(hub)
    if hub.state == state:
        return hub
    if hub.state not in allowed:
        words = _("A hub that is %(state)s cannot become %(wanted)s.")
        labels = {"state": State(hub.state).label.lower(), "wanted": state.label.lower()}
        raise Conflict(words % labels, code="wrong_state")
    before, hub.state, hub.state_reason = hub.state, state, reason[:LONGEST_REASON]
    hub.state_since = timezone.now()
    hub.save(update_fields=["state", "state_reason", "state_since"])
    record(
        tag,
        actor=actor,
        target=hub,
        organization_id=hub.organization_id,
        before={"state": before},
        after={"state": state.value},
        reason=reason,
    )
    return hub
