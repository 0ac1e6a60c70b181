"""The roles that somebody holds because of their groups: granted and taken back, and none beside them."""

from collections.abc import Iterable
from uuid import UUID

from accounts.access.models import CustomRole, RoleBinding
from accounts.access.roles import RoleName
from accounts.access.services import grant_role, revoke_role
from accounts.access.services.roles import Role
from accounts.models import User
from mago.core.errors import Conflict

from ..models import IdentityProvider, ProvidedRole


def wanted_roles(provider: IdentityProvider, groups: Iterable[str]) -> list[str]:
    """The names of the roles that the provider gives to whoever is in these groups (`RoleField`)."""
    mapped = provider.group_roles.filter(group__in=list(groups)).values_list("role", "group")
    # Exactly as written, whatever the database makes of case.
    known = set(groups)
    found = {role for role, group in mapped if group in known}
    return sorted(found | ({provider.default_role} if provider.default_role else set()))


def apply_roles(*, provider: IdentityProvider, user: User, groups: Iterable[str]) -> bool:
    """The person holds what their groups give, and nothing any more that these have ceased to give.

    What was granted by hand stays, also where it is the same. The last owner stays owner. Whether anything
    has changed. Inside a transaction.
    """
    given = {
        row.binding.role or str(row.binding.custom_role_id): row.binding
        for row in ProvidedRole.objects.select_related("binding__custom_role").filter(
            provider=provider, binding__user=user
        )
    }
    wanted = set(wanted_roles(provider, groups))
    changed = [_grant(provider, user, name) for name in sorted(wanted - given.keys())]
    changed += [_revoke(given[name]) for name in sorted(given.keys() - wanted)]
    return any(changed)


def take_back_roles(*, provider: IdentityProvider, user: User) -> None:
    """The person holds nothing because of the provider any more. Conflict for the last owner."""
    rows = ProvidedRole.objects.select_related("binding__custom_role")
    for row in rows.filter(provider=provider, binding__user=user):
        revoke_role(binding=row.binding, actor=None, reason="identity provider")


def _grant(provider: IdentityProvider, user: User, name: str) -> bool:
    role = role_named(provider.organization_id, name)
    if role is None:
        return False
    held = RoleBinding.objects.filter(
        user=user, organization_id=provider.organization_id, site=None
    )
    same = held.filter(custom_role=role) if isinstance(role, CustomRole) else held.filter(role=role)
    if same.exists():
        return False
    binding = grant_role(user=user, role=role, actor=None, scope=provider.access_scope)
    ProvidedRole.objects.create(binding=binding, provider=provider)
    return True


def _revoke(binding: RoleBinding) -> bool:
    try:
        revoke_role(binding=binding, actor=None, reason="identity provider")
    except Conflict:
        return False
    return True


def role_named(organization_id: UUID, name: str) -> Role | None:
    """The role that a `RoleField` of the organization means; None for one that is gone, or another's."""
    if name in RoleName.values:
        return None if name == RoleName.PLATFORM_ADMINISTRATOR else RoleName(name)
    try:
        key = UUID(name)
    except ValueError:
        return None
    found: CustomRole | None = CustomRole.objects.of(organization_id).filter(pk=key).first()
    return found
