"""Telling of events. `record` is what every other service calls, inside its own transaction."""

from typing import Any
from uuid import UUID

from django.db.models import Model
from django.utils import timezone

from mago.core.context import caller

from .canonical import sign_event
from .cleaning import clean_detail, clean_text
from .models import AuditEvent, Outcome
from .tags import Tag

__all__ = ["Outcome", "Tag", "record"]


def record(
    tag: Tag,
    *,
    actor: object | None = None,
    on_behalf_of: object | None = None,
    target: Model | None = None,
    outcome: Outcome = Outcome.SUCCESS,
    organization_id: UUID | None = None,
    **detail: Any,
) -> AuditEvent:
    """The event stands in the trail, or goes with the caller's transaction if that is rolled back.

    `actor` and `on_behalf_of` are people (or whatever has a UUID as `pk`) or None; `detail` is what
    else to know, such as `before` and `after`. Values of a name that speaks of a secret are masked,
    and odd text is made safe, so nothing that a client sent makes this fail. One INSERT.
    """
    who = caller()
    actor_id, actor_label = _person(actor)
    on_behalf_of_id, on_behalf_of_label = _person(on_behalf_of)
    event = AuditEvent(
        time=timezone.now(),
        tag=tag.value,
        outcome=outcome.value,
        actor_id=actor_id,
        actor_label=actor_label,
        on_behalf_of_id=on_behalf_of_id,
        on_behalf_of_label=on_behalf_of_label,
        target_type=target._meta.label_lower if target is not None else "",
        target_id=clean_text(target.pk, 64) if target is not None else "",
        target_label=clean_text(target, 254) if target is not None else "",
        organization_id=organization_id,
        address=clean_text(who.address, 45),
        user_agent=clean_text(who.user_agent, 300),
        request_id=clean_text(who.request_id, 64),
        detail=clean_detail(detail),
    )
    event.mac = sign_event(event)
    event.save(force_insert=True)
    return event


def _person(person: object | None) -> tuple[UUID | None, str]:
    key = getattr(person, "pk", None)
    if key is None:  # Nobody, or Django's AnonymousUser.
        return None, ""
    return key if isinstance(key, UUID) else None, clean_text(
        getattr(person, "email", "") or person, 254
    )
