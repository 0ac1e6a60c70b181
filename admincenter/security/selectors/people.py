"""Who does the work of a programme, by the roles that people hold."""

from functools import cache
from typing import Any
from uuid import UUID

from django.utils import timezone

from accounts.access.models import CustomRole, RoleBinding, ServiceAccount
from accounts.access.permissions import Permission
from accounts.access.roles import PERMISSIONS
from accounts.models import User
from accounts.provider.selectors import makers_of
from mago.core.columns import Columns
from mago.core.sql import Statement

from ..models import Programme

MOST = 200


def staff_of(programme: Programme, permission: Permission) -> list[User]:
    """The people who hold `permission` in the programme itself, oldest binding first: those who are told of its work.

    Of an organization's programme, whoever administers the platform is none of them.
    """
    return _holding(permission, programme)


def may_be_given(programme: Programme, permission: Permission) -> list[User]:
    """As `staff_of`, and also those who hold it on the whole platform."""
    return _holding(permission, programme, platform_too=True)


def holds(person: User, permission: Permission, programme: Programme) -> bool:
    """Whether somebody holds `permission` there, whatever the circumstances of this request."""
    return bool(_holding(permission, programme, platform_too=True, person=person.pk))


def people_behind(actor: Any) -> list[User]:
    """Who acts through a program: whoever made it, its tokens that still work, or the applications that act as it.

    Nobody of a person, or of the system itself.
    """
    return list(makers_of(actor)) if isinstance(actor, ServiceAccount) else []


def _holding(
    permission: Permission,
    programme: Programme,
    *,
    platform_too: bool = False,
    person: UUID | None = None,
) -> list[User]:
    where = programme.organization_id
    values: list[Any] = [timezone.now(), *([where] if where else []), *([person] if person else [])]
    of_one = person is not None
    statement = _statement(permission, bool(where), platform_too or where is None, of_one)
    found = {}
    for row in statement.all(values):
        user, binding = _user.object(row[:_A]), _binding.object(row[_A:_B])
        binding.custom_role = None if row[_B] is None else _role.object(row[_B:])
        if permission in binding.permissions:
            found[user.pk] = user
    return list(found.values())[:MOST]


# Asked for each list of tickets.
# ruff: noqa: S608 - the names in this statement are our own
_user = Columns(User, "u")
_binding, _role = Columns(RoleBinding, "b"), Columns(CustomRole, "r")
_A, _B = len(_user), len(_user) + len(_binding)


@cache
def _statement(
    permission: Permission, in_organization: bool, on_platform: bool, of_one: bool
) -> Statement:
    # Who holds another role is not read: of those there may be thousands, older than whoever is looked for.
    roles = [f"'{role}'" for role, granted in PERMISSIONS.items() if permission in granted]
    places = ["b.organization_id = %s"] * in_organization + [
        "b.organization_id IS NULL"
    ] * on_platform
    return Statement(
        f"SELECT {_user.sql}, {_binding.sql}, {_role.sql} FROM {RoleBinding._meta.db_table} b"
        f" JOIN {User._meta.db_table} u ON u.id = b.user_id"
        f" LEFT JOIN {CustomRole._meta.db_table} r ON r.id = b.custom_role_id"
        " WHERE (b.expires_at IS NULL OR b.expires_at > %s)"
        f" AND ({' OR '.join(places)}) AND b.site_id IS NULL AND u.is_active"
        f" AND (b.custom_role_id IS NOT NULL OR b.role IN ({', '.join(roles)}))"
        f"{' AND b.user_id = %s' if of_one else ''}"
        f" ORDER BY b.granted_at, b.id LIMIT {MOST * 5}"
    )
