"""Roles are granted and taken back, made, changed and deleted; conditions too.

Nobody can grant what they do not hold, and what one holds only for a time or under a condition cannot
be passed on at all: else a visitor of an hour could leave an owner behind.
"""

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from mago.audit.services import record
from mago.audit.tags import Tag
from mago.core.errors import Conflict, Forbidden, Refused

from ..conditions import BadRule, check
from ..models import Condition, CustomRole, Membership, RoleBinding, ServiceAccount
from ..permissions import NAMES, PLATFORM_ONLY, Permission
from ..roles import PERMISSIONS, RoleName
from ..scope import PLATFORM, Scope
from ..selectors import administrators, can, forget_bindings, owners_of, unconditional_permissions_of

Role = RoleName | CustomRole


@transaction.atomic
def grant_role(
    *,
    user: User | ServiceAccount,
    role: Role,
    actor: User | None,
    scope: Scope = PLATFORM,
    condition: Condition | None = None,
    expires_at: datetime | None = None,
) -> RoleBinding:
    """`user` holds `role` there; granting it again sets its end and its condition anew.

    `actor` None is the system itself. Forbidden for more than the actor may pass on; Refused for a
    role that makes no sense there, or for somebody who does not belong there.
    """
    _check_place(user, role, scope, condition)
    if expires_at is not None and expires_at <= timezone.now():
        raise Refused(_("This end lies in the past."), fields={"expires_at": [_("This end lies in the past.")]})
    if actor is not None:
        demand_to_bind(actor, _permissions(role), scope)
    binding, created = RoleBinding.objects.update_or_create(
        user=user if isinstance(user, User) else None,
        service_account=user if isinstance(user, ServiceAccount) else None,
        role=role.value if isinstance(role, RoleName) else "",
        custom_role=role if isinstance(role, CustomRole) else None,
        organization_id=scope.organization_id,
        site_id=scope.site_id,
        defaults={"condition": condition, "expires_at": expires_at},
        create_defaults={"condition": condition, "expires_at": expires_at, "granted_by": actor},
    )
    _demand_owners_left(scope)
    forget_bindings(user)
    record(Tag.ROLE_GRANTED, actor=actor, target=user, organization_id=scope.organization_id, created=created, **_told(binding))
    return binding


@transaction.atomic
def revoke_role(*, binding: RoleBinding, actor: User | None, reason: str = "") -> None:
    """The role is held no longer, from the next request on. Conflict for the last owner or administrator."""
    if actor is not None:
        demand_to_bind(actor, binding.permissions, binding.scope)
    told, principal = _told(binding), binding.user or binding.service_account
    RoleBinding.objects.filter(pk=binding.pk).delete()
    _demand_owners_left(binding.scope)
    assert principal is not None
    forget_bindings(principal)
    record(Tag.ROLE_REVOKED, actor=actor, target=principal, organization_id=binding.organization_id, reason=reason, **told)


def demand_to_bind(actor: User, permissions: frozenset[Permission], scope: Scope) -> None:
    """Forbidden unless `actor` may bind roles there and holds all of `permissions` for good."""
    decision = can(actor, Permission.ROLES_BIND, scope)
    if not decision:
        raise Forbidden(decision.reason)
    missing = permissions - unconditional_permissions_of(actor, scope)
    if missing:
        words = _("You cannot grant or take what you do not hold yourself: %(permissions)s.")
        raise Forbidden(words % {"permissions": ", ".join(sorted(missing))}, code="not_yours_to_grant")


def _permissions(role: Role) -> frozenset[Permission]:
    return role.granted if isinstance(role, CustomRole) else PERMISSIONS[role]


def _check_place(user: User | ServiceAccount, role: Role, scope: Scope, condition: Condition | None) -> None:
    on_platform = scope.organization_id is None
    if on_platform != (role == RoleName.PLATFORM_ADMINISTRATOR):
        raise Refused(_("This role cannot be held here."), code="wrong_place")
    if scope.site_id is not None and role == RoleName.ORGANIZATION_OWNER:
        raise Refused(_("This role is of a whole organization."), code="wrong_place")
    for owned in (role, condition, user):
        if getattr(owned, "organization_id", scope.organization_id) != scope.organization_id:
            raise Refused(_("This belongs to another organization."), code="wrong_place")
    if scope.organization_id is not None and isinstance(user, User):
        # Locked, so that somebody who is leaving at this moment takes the new role along.
        members = Membership.objects.of(scope.organization_id).select_for_update()
        if not members.filter(user=user).first():
            raise Refused(_("Only members can hold a role here. Invite this person first."), code="not_a_member")


def _demand_owners_left(scope: Scope) -> None:
    """Conflict where the change leaves nobody in charge for good. Called after it, in its transaction."""
    if scope == PLATFORM:
        if RoleBinding.objects.filter(role=RoleName.PLATFORM_ADMINISTRATOR).exists() and not administrators().exists():
            raise Conflict(_("This is the last administrator."), code="last_administrator")
    elif scope.site_id is None and scope.organization_id is not None:
        lock_owners(scope)
        if not owners_of(scope.organization_id).exists():
            raise Conflict(_("This is the last owner. Hand the ownership over first."), code="last_owner")


def lock_owners(scope: Scope) -> None:
    """Until this transaction ends nobody else changes who owns the organization."""
    owners = RoleBinding.objects.filter(organization_id=scope.organization_id, role=RoleName.ORGANIZATION_OWNER)
    list(owners.select_for_update().values_list("pk", flat=True))


def _told(binding: RoleBinding) -> dict[str, Any]:
    return {
        "role": binding.role or str(binding.custom_role),
        "site": str(binding.site_id or ""),
        "condition": str(binding.condition or ""),
        "expires_at": binding.expires_at.isoformat() if binding.expires_at else "",
    }


# --- custom roles ---


def _checked(permissions: list[str], actor: User, scope: Scope) -> list[str]:
    """Names of permissions that the actor may put into a role: those that an organization can hold, and that they hold."""
    unknown = [name for name in permissions if name not in NAMES or Permission(name) in PLATFORM_ONLY]
    if unknown:
        message = _("No permission of an organization: %(names)s.") % {"names": ", ".join(sorted(unknown))}
        raise Refused(message, fields={"permissions": [message]})
    wanted = frozenset(Permission(name) for name in permissions)
    missing = wanted - unconditional_permissions_of(actor, scope)
    if missing:
        raise Forbidden(_("A role cannot hold what you do not hold yourself."), code="not_yours_to_grant")
    return sorted(wanted)


@transaction.atomic
def create_custom_role(*, organization: Any, name: str, permissions: list[str], actor: User) -> CustomRole:
    """The organization has a role of that name."""
    checked = _checked(permissions, actor, organization.access_scope)
    role: CustomRole = _saved(CustomRole(organization=organization, name=name, permissions=checked))
    record(Tag.ROLE_CREATED, actor=actor, target=role, organization_id=role.organization_id, permissions=checked)
    return role


@transaction.atomic
def edit_custom_role(*, role: CustomRole, name: str, permissions: list[str], actor: User) -> None:
    """Whoever holds the role holds these permissions from the next request on."""
    checked = _checked(sorted({*permissions, *role.permissions}), actor, role.access_scope)
    before = {"name": role.name, "permissions": role.permissions}
    role.name, role.permissions = name, [p for p in checked if p in permissions]
    _saved(role)
    after = {"name": role.name, "permissions": role.permissions}
    record(Tag.ROLE_EDITED, actor=actor, target=role, organization_id=role.organization_id, before=before, after=after)


@transaction.atomic
def delete_custom_role(*, role: CustomRole, actor: User) -> None:
    """The role is gone, from everybody who held it."""
    _checked(role.permissions, actor, role.access_scope)
    record(Tag.ROLE_DELETED, actor=actor, target=role, organization_id=role.organization_id, permissions=role.permissions)
    role.delete()


# --- conditions ---


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
    condition: Condition = _saved(Condition(organization=organization, name=name, rule=_checked_rule(rule)))
    record(Tag.CONDITION_CREATED, actor=actor, target=condition, organization_id=condition.organization_id, rule=rule)
    return condition


@transaction.atomic
def edit_condition(*, condition: Condition, name: str, rule: Any, actor: User) -> None:
    """Every binding that stands under it counts by the new rule, from the next request on.

    A rule decides what those under it may do, so changing one asks for the right to bind those roles.
    """
    for binding in RoleBinding.objects.filter(condition=condition).select_related("custom_role"):
        demand_to_bind(actor, binding.permissions, binding.scope)
    before = {"name": condition.name, "rule": condition.rule}
    condition.name, condition.rule = name, _checked_rule(rule)
    _saved(condition)
    after = {"name": name, "rule": rule}
    record(Tag.CONDITION_EDITED, actor=actor, target=condition, organization_id=condition.organization_id, before=before, after=after)


@transaction.atomic
def delete_condition(*, condition: Condition, actor: User) -> None:
    """The condition is gone. Conflict while a role stands under it: without it the role would always count."""
    try:
        condition.delete()
    except ProtectedError:
        raise Conflict(_("Roles stand under this condition. Change them first."), code="in_use") from None
    record(Tag.CONDITION_DELETED, actor=actor, target=condition, organization_id=condition.organization_id, rule=condition.rule)


def _saved(row: Any) -> Any:
    """`row` is saved; a name that is taken is refused beside its field."""
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        message = _("This name is taken.")
        raise Refused(message, code="name_taken", fields={"name": [message]}) from None
    return row
