"""Roles are granted and taken back, made, changed and deleted.

Nobody can grant what they do not hold, and what one holds only for a time or under a condition cannot
be passed on at all: else a visitor of an hour could leave an owner behind.
"""

from contextlib import nullcontext
from datetime import datetime
from typing import Any

from django.apps import apps
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from mago.audit.services import record
from mago.audit.tags import Tag
from mago.core.errors import Refused

from ..models import Condition, CustomRole, Membership, RoleBinding, ServiceAccount
from ..permissions import NAMES, PLATFORM_ONLY, Permission
from ..principals import forget
from ..roles import ON_PLATFORM, RoleName, permissions_of_role
from ..scope import PLATFORM, Scope
from ..selectors.bindings import forget_bindings
from .common import locked, save_named
from .demands import (
    demand_held,
    demand_permission,
    demand_to_bind,
    in_good_hands,
)

Role = RoleName | CustomRole
IN_CHARGE = (RoleName.ORGANIZATION_OWNER, RoleName.PLATFORM_ADMINISTRATOR)


@transaction.atomic
def grant_role(
    *,
    user: User | ServiceAccount,
    role: Role,
    actor: User | None,
    scope: Scope,
    condition: Condition | None = None,
    expires_at: datetime | None = None,
    reason: str = "",
) -> RoleBinding:
    """`user` holds `role` there; granting it again sets its end and its condition anew.

    `actor` None is the system itself. Forbidden for more than the actor may pass on; Refused for a
    role that makes no sense there, or for somebody who does not belong there.
    """
    if actor is not None:
        demand_to_bind(actor, permissions_in(role, scope), scope)
    return bind(
        user=user,
        role=role,
        by=actor,
        scope=scope,
        condition=condition,
        expires_at=expires_at,
        reason=reason,
    )


def bind(
    *,
    user: User | ServiceAccount,
    role: Role,
    by: User | None,
    scope: Scope,
    condition: Condition | None = None,
    expires_at: datetime | None = None,
    reason: str = "",
    accepted_by: User | None = None,
) -> RoleBinding:
    """As `grant_role`, once it is sure that `by` may. Inside a transaction.

    With `accepted_by` it is they who act, at their own browser, by what `by` has offered them.
    """
    check_place(role, scope)
    _check_owner(user, role, scope, condition)
    if expires_at is not None and expires_at <= timezone.now():
        message = _("This end lies in the past.")
        raise Refused(message, fields={"expires_at": [message]})
    held: dict[str, Any] = {
        "user": user if isinstance(user, User) else None,
        "service_account": user if isinstance(user, ServiceAccount) else None,
        "role": role.value if isinstance(role, RoleName) else "",
        "custom_role": role if isinstance(role, CustomRole) else None,
        "organization_id": scope.organization_id,
        "site_id": scope.site_id,
    }
    # Only who is in charge can be so no longer: by an end or a condition.
    with in_good_hands(scope) if role in IN_CHARGE else nullcontext():
        _demand_member(user, scope)
        terms: dict[str, Any] = {"condition": condition, "expires_at": expires_at}
        known = (
            RoleBinding.objects.filter(**held).select_related("custom_role", "condition").first()
        )
        if known and known.expires_at and known.expires_at <= timezone.now():
            # It was held no longer: what was done since counted on that.
            terms |= {"granted_at": timezone.now(), "granted_by": by}
        binding, created = RoleBinding.objects.update_or_create(
            **held, defaults=terms, create_defaults={**terms, "granted_by": by}
        )
    forget_bindings(user)
    before: dict[str, Any] = {"before": told(known)} if known else {}
    record(
        Tag.ROLE_GRANTED,
        actor=accepted_by or by,
        on_behalf_of=by if accepted_by else None,
        target=user,
        organization_id=scope.organization_id,
        created=created,
        reason=reason,
        **told(binding),
        **before,
    )
    return binding


@transaction.atomic
def revoke_role(*, binding: RoleBinding, actor: User | None, reason: str = "") -> None:
    """The role is held no longer, from the next request on. Conflict for the last owner or administrator."""
    if actor is not None:
        demand_to_bind(actor, binding.permissions, binding.scope)
    gone_role, principal = told(binding), binding.user or binding.service_account
    assert principal is not None
    with in_good_hands(binding.scope):
        gone, _rows = RoleBinding.objects.filter(pk=binding.pk).delete()
    forget_bindings(principal)
    if gone:
        record(
            Tag.ROLE_REVOKED,
            actor=actor,
            target=principal,
            organization_id=binding.organization_id,
            reason=reason,
            **gone_role,
        )


def tell_revoked(held: QuerySet[RoleBinding], *, actor: object | None, reason: str) -> None:
    """The trail says of each of these roles that it is held no longer; for whoever takes away what they hang on."""
    for binding in _whole(held):
        record(
            Tag.ROLE_REVOKED,
            actor=actor,
            target=binding.user or binding.service_account,
            organization_id=binding.organization_id,
            reason=reason,
            **told(binding),
        )


def permissions_in(role: Role, scope: Scope) -> frozenset[Permission]:
    """What the role gives whoever holds it there."""
    if isinstance(role, CustomRole):
        return role.granted
    return permissions_of_role(role, on_platform=scope == PLATFORM)


def check_place(role: Role, scope: Scope) -> None:
    """Refused unless the role can be held there, and there is such a place."""
    if scope == PLATFORM:
        fits = isinstance(role, RoleName) and role in ON_PLATFORM
    else:
        fits = role != RoleName.PLATFORM_ADMINISTRATOR
    if not fits:
        raise Refused(_("This role cannot be held here."), code="wrong_place")
    if scope.site_id is None:
        return
    if role == RoleName.ORGANIZATION_OWNER:
        raise Refused(_("This role is of a whole organization."), code="wrong_place")
    sites = apps.get_model("organizations", "Site").objects.of(scope.organization_id)
    if not sites.filter(pk=scope.site_id).exists():
        raise Refused(_("This belongs to another organization."), code="wrong_place")


def _check_owner(
    user: User | ServiceAccount, role: Role, scope: Scope, condition: Condition | None
) -> None:
    for owned in (role, condition, user):
        if getattr(owned, "organization_id", scope.organization_id) != scope.organization_id:
            raise Refused(_("This belongs to another organization."), code="wrong_place")


def _demand_member(user: User | ServiceAccount, scope: Scope) -> None:
    if scope.organization_id is None or not isinstance(user, User):
        return
    # Locked, so that somebody who is leaving at this moment takes the new role along.
    members = Membership.objects.of(scope.organization_id).select_for_update()
    if not members.filter(user=user).first():
        words = _("Only members can hold a role here. Invite this person first.")
        raise Refused(words, code="not_a_member")


def told(binding: RoleBinding) -> dict[str, Any]:
    """What the trail says of a role that somebody holds."""
    return {
        "role": binding.role or str(binding.custom_role),
        "site": str(binding.site_id or ""),
        "condition": str(binding.condition or ""),
        "expires_at": binding.expires_at.isoformat() if binding.expires_at else "",
    }


def told_all(held: QuerySet[RoleBinding]) -> list[dict[str, Any]]:
    """The same of several, in the order in which they were granted."""
    return [told(binding) for binding in _whole(held)]


def _whole(held: QuerySet[RoleBinding]) -> QuerySet[RoleBinding]:
    beside = held.select_related("custom_role", "condition", "user", "service_account")
    return beside.order_by("granted_at", "pk")


def _checked(permissions: list[str], actor: User, scope: Scope) -> list[str]:
    """Names of permissions that the actor may put into a role: those that an organization can hold, and that they hold."""
    demand_permission(actor, Permission.ROLES_EDIT, scope)
    unknown = [
        name for name in permissions if name not in NAMES or Permission(name) in PLATFORM_ONLY
    ]
    if unknown:
        message = _("No permission of an organization: %(names)s.") % {
            "names": ", ".join(sorted(unknown))
        }
        raise Refused(message, fields={"permissions": [message]})
    wanted = frozenset(Permission(name) for name in permissions)
    demand_held(actor, wanted, scope)
    return sorted(wanted)


@transaction.atomic
def create_custom_role(
    *, organization: Any, name: str, permissions: list[str], actor: User
) -> CustomRole:
    """The organization has a role of that name."""
    checked = _checked(permissions, actor, organization.access_scope)
    role = CustomRole(organization=organization, name=name, permissions=checked)
    save_named(role)
    record(
        Tag.ROLE_CREATED,
        actor=actor,
        target=role,
        organization_id=role.organization_id,
        permissions=checked,
    )
    return role


@transaction.atomic
def edit_custom_role(*, role: CustomRole, name: str, permissions: list[str], actor: User) -> None:
    """Whoever holds the role holds these permissions from the next request on."""
    role = locked(role)
    checked = _checked(permissions, actor, role.access_scope)
    demand_held(actor, role.granted, role.access_scope)
    before = {"name": role.name, "permissions": role.permissions}
    role.name, role.permissions = name, checked
    save_named(role)
    forget()
    after = {"name": role.name, "permissions": role.permissions}
    record(
        Tag.ROLE_EDITED,
        actor=actor,
        target=role,
        organization_id=role.organization_id,
        before=before,
        after=after,
    )


@transaction.atomic
def delete_custom_role(*, role: CustomRole, actor: User) -> None:
    """The role is gone, from everybody who held it."""
    role = locked(role)
    demand_permission(actor, Permission.ROLES_EDIT, role)
    demand_held(actor, role.granted, role.access_scope)
    held = RoleBinding.objects.filter(custom_role=role).order_by("granted_at", "pk")
    record(
        Tag.ROLE_DELETED,
        actor=actor,
        target=role,
        organization_id=role.organization_id,
        permissions=role.permissions,
        held_by=[str(one.user_id or one.service_account_id) for one in held],
    )
    role.delete()
    forget()
