"""What a change of a role or of a condition would do, judged by all live bindings of those whom it concerns."""

from typing import Any

from .conditions import BadRule, check
from .explain import beside
from .facts import Facts, current_facts
from .models import Condition, CustomRole, RoleBinding
from .permissions import Permission
from .preview import Change, if_role_held, if_rule_were


def if_role_were(role: CustomRole, permissions: list[str]) -> list[Change]:
    """Who would gain or lose what, if the role held these permissions."""
    wanted = frozenset(map(Permission, permissions))
    return if_role_held(beside(role.organization_id, custom_role=role), role, wanted)


def if_condition_were(condition: Condition, rule: Any) -> list[Change]:
    """Who would gain or lose what now, if the condition had this rule; BadRule if it is none."""
    check(rule)
    bindings = beside(condition.organization_id, condition=condition)
    return if_rule_were(bindings, condition, rule, _facts)


def _facts(binding: RoleBinding) -> Facts:
    """What is known of people who are not asking: themselves and the site; the rest as of who looks."""
    email = binding.user.email if binding.user else ""
    attributes = getattr(binding.site, "condition_attributes", None)
    return current_facts(email=email, attributes=attributes)


__all__ = ["BadRule", "if_condition_were", "if_role_were"]
