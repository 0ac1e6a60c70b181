"""The roles that somebody holds because of their groups: granted and taken back, and none beside them."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.access.models import CustomRole, RoleBinding
from accounts.access.roles import RoleName
from accounts.access.services import demand_to_bind, grant_role, revoke_role
from accounts.access.services.roles import Role, permissions_in
from accounts.models import User
from mago.core import errors

from ..models import GroupRole, IdentityProvider, ProvidedRole
from .configuration import locked, touch

MOST = 500


@transaction.atomic
def set_roles(
    *,
    provider: IdentityProvider,
    groups: Iterable[tuple[str, str]],
    default_role: str,
    actor: User | None,
) -> None:
    """Who is in a group there holds its role from their next sign-in or sync on, and everybody `default_role` ("": none).

    `groups` are pairs of a group and a role. Forbidden for a role of more than the actor may pass on, be it given
    or taken; Refused for one that is none here. `actor` None is a command of the operator's.
    """
    wanted = {(group, role) for group, role in groups if group}
    if len(wanted) > MOST:
        raise errors.Conflict(_("These are more groups than can be mapped."), code="too_many")
    # Held, as rows that another has added meanwhile would not be seen, and stay.
    provider.default_role = locked(provider).default_role
    before = _mapped(provider)
    changed = {role for _group, role in wanted ^ before} | (
        {default_role} ^ {provider.default_role}
    )
    for name in changed - {""}:
        _demand_role(provider, name, actor)
    provider.group_roles.all().delete()
    GroupRole.objects.bulk_create(
        GroupRole(provider=provider, group=group, role=role) for group, role in sorted(wanted)
    )
    was = _told(before, provider.default_role)
    provider.default_role = default_role
    provider.save(update_fields=["default_role"])
    touch(provider, actor=actor, before=was, after=_told(wanted, default_role))


def _told(mapped: Iterable[tuple[str, str]], default_role: str) -> dict[str, Any]:
    return {"groups": [*map(list, sorted(mapped))], "default_role": default_role}


def _mapped(provider: IdentityProvider) -> set[tuple[str, str]]:
    return set(provider.group_roles.values_list("group", "role"))


def _demand_role(provider: IdentityProvider, name: str, actor: User | None) -> None:
    role = role_named(provider.organization_id, name)
    if role is None:
        words = _("There is no such role in this organization: %(role)s.") % {"role": name}
        raise errors.Refused(words, code="bad_role", fields={"group_roles": [words]})
    if actor is not None:
        where = provider.access_scope
        demand_to_bind(actor, permissions_in(role, where), where)


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
    except errors.Conflict:
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
