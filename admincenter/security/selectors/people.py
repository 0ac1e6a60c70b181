"""Who does the work of a programme, by the roles that people hold."""

from functools import cache
from typing import Any, Literal
from uuid import UUID

from django.utils import timezone

from accounts.access.models import CustomRole, Membership, RoleBinding, ServiceAccount
from accounts.access.permissions import Permission
from accounts.access.roles import PERMISSIONS
from accounts.access.selectors.decisions import can
from accounts.models import User
from accounts.provider.selectors import makers_of
from mago.core.columns import Columns
from mago.core.sql import Statement

from ..models import Programme

MOST = 200
# Which of those who hold a permission on the platform count beside those of an organization.
Platform = Literal["none", "members", "all"]


def staff_of(programme: Programme, permission: Permission) -> list[User]:
    """The people who hold `permission` in the programme itself, oldest binding first: those who are told of its work.

    Of an organization's programme, whoever administers the platform is none of them.
    """
    return _holding(permission, programme)


def may_be_given(programme: Programme, permission: Permission) -> list[User]:
    """As `staff_of`, and also those who hold it on the whole platform: all of them where whoever looks may read people,
    members of the organization for others. Who works for the platform is not named to each of its customers."""
    viewer = programme.viewer
    sees_people = viewer is not None and bool(can(viewer, Permission.PEOPLE_READ))
    return _holding(permission, programme, platform="all" if sees_people else "members")


def holds(person: User, permission: Permission, programme: Programme) -> bool:
    """Whether somebody holds `permission` there, whatever the circumstances of this request."""
    return bool(_holding(permission, programme, platform="all", person=person.pk))


def people_behind(actor: Any) -> list[User]:
    """Who acts through a program: whoever made it, its tokens that still work, or the applications that act as it.

    Nobody of a person, or of the system itself.
    """
    return list(makers_of(actor)) if isinstance(actor, ServiceAccount) else []


def _holding(
    permission: Permission,
    programme: Programme,
    *,
    platform: Platform = "none",
    person: UUID | None = None,
) -> list[User]:
    where = programme.organization_id
    places = _OF_PLATFORM["all"] if where is None else f"b.organization_id = %s{_OR[platform]}"
    named = [where] * places.count("%s")
    values: list[Any] = [timezone.now(), *named, *([person] if person else [])]
    statement = _statement(permission, places, person is not None)
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


_OF_PLATFORM = {
    "all": "b.organization_id IS NULL",
    "members": "b.organization_id IS NULL AND EXISTS (SELECT 1 FROM"
    f" {Membership._meta.db_table} m WHERE m.organization_id = %s AND m.user_id = b.user_id)",
}
_OR = {"none": "", **{which: f" OR {where}" for which, where in _OF_PLATFORM.items()}}


@cache
def _statement(permission: Permission, places: str, of_one: bool) -> Statement:
    # Who holds another role is not read: of those there may be thousands, older than whoever is looked for.
    roles = [f"'{role}'" for role, granted in PERMISSIONS.items() if permission in granted]
    return Statement(
        f"SELECT {_user.sql}, {_binding.sql}, {_role.sql} FROM {RoleBinding._meta.db_table} b"
        f" JOIN {User._meta.db_table} u ON u.id = b.user_id"
        f" LEFT JOIN {CustomRole._meta.db_table} r ON r.id = b.custom_role_id"
        " WHERE (b.expires_at IS NULL OR b.expires_at > %s)"
        f" AND ({places}) AND b.site_id IS NULL AND u.is_active"
        f" AND (b.custom_role_id IS NOT NULL OR b.role IN ({', '.join(roles)}))"
        f"{' AND b.user_id = %s' if of_one else ''}"
        f" ORDER BY b.granted_at, b.id LIMIT {MOST * 5}"
    )
