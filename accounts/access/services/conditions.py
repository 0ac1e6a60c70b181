"""Conditions are made, changed and deleted."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext as _

from accounts.models import User
from mago.audit.services import record
from mago.audit.tags import Tag
from mago.core.errors import Conflict, Refused

from ..conditions import BadRule, check, values_asked
from ..models import Condition, RoleBinding
from ..permissions import Permission
from ..principals import forget
from ..scope import Scope
from .common import locked, save_named
from .demands import demand_permission, demand_to_bind_all


def _checked_rule(rule: Any) -> Any:
    try:
        check(rule)
    except BadRule as error:
        message = _("This is no condition: %(error)s.") % {"error": error}
        raise Refused(message, fields={"rule": [message]}) from None
    return rule


@transaction.atomic
def create_condition(*, organization: Any, name: str, rule: Any, actor: User) -> Condition:
    """The organization has a condition of that name."""
    demand_permission(actor, Permission.CONDITIONS_EDIT, organization)
    condition = Condition(organization=organization, name=name, rule=_checked_rule(rule))
    save_named(condition)
    record(
        Tag.CONDITION_CREATED,
        actor=actor,
        target=condition,
        organization_id=condition.organization_id,
        rule=rule,
    )
    return condition


@transaction.atomic
def edit_condition(*, condition: Condition, name: str, rule: Any, actor: User) -> None:
    """Every binding that stands under it counts by the new rule, from the next request on.

    A rule decides what those under it may do, so changing one asks for the right to bind those roles.
    """
    condition = locked(condition)
    demand_permission(actor, Permission.CONDITIONS_EDIT, condition)
    demand_to_bind_all(
        actor, RoleBinding.objects.filter(condition=condition).select_related("custom_role")
    )
    before = {"name": condition.name, "rule": condition.rule}
    condition.name, condition.rule = name, _checked_rule(rule)
    save_named(condition)
    forget()
    after = {"name": name, "rule": rule}
    record(
        Tag.CONDITION_EDITED,
        actor=actor,
        target=condition,
        organization_id=condition.organization_id,
        before=before,
        after=after,
    )


@transaction.atomic
def delete_condition(*, condition: Condition, actor: User) -> None:
    """The condition is gone. Conflict while a role stands under it: without it the role would always count."""
    demand_permission(actor, Permission.CONDITIONS_EDIT, condition)
    record(
        Tag.CONDITION_DELETED,
        actor=actor,
        target=condition,
        organization_id=condition.organization_id,
        rule=condition.rule,
    )
    try:
        condition.delete()
    except ProtectedError:
        raise Conflict(
            _("Roles stand under this condition. Change them first."), code="in_use"
        ) from None


def demand_to_decide(
    actor: User, organization_id: UUID, changed: Mapping[str, AbstractSet[str | None]]
) -> None:
    """Forbidden where conditions ask for one of these values of an attribute and `actor` might not edit these conditions.

    Else whoever looks after hubs and sites would decide which conditional roles count, also their own. `changed` has
    by the attribute's name the values that are given or taken; None where there was none, or is none any more.
    """
    asking = [
        condition
        for condition in Condition.objects.of(organization_id)
        if any(values & values_asked(condition.rule, name) for name, values in changed.items())
    ]
    if asking:
        demand_permission(actor, Permission.CONDITIONS_EDIT, Scope(organization_id))
        bindings = RoleBinding.objects.filter(condition__in=asking)
        demand_to_bind_all(actor, bindings.select_related("custom_role"))
