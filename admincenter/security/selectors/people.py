"""Who does the work of a programme, by the roles that people hold."""

from django.db.models import Q

from accounts.access.models import RoleBinding
from accounts.access.permissions import Permission
from accounts.access.selectors import unexpired
from accounts.models import User

from ..models import Programme

MOST = 200


def staff_of(programme: Programme, permission: Permission) -> list[User]:
    """The people who hold `permission` in the programme itself, oldest binding first: those who are told of its work.

    Of an organization's programme, whoever administers the platform is none of them.
    """
    return _holding(permission, Q(organization=programme.organization_id))


def may_be_given(programme: Programme, permission: Permission) -> list[User]:
    """As `staff_of`, and also those who hold it on the whole platform."""
    return _holding(permission, Q(organization=programme.organization_id) | Q(organization=None))


def holds(person: User, permission: Permission, programme: Programme) -> bool:
    """Whether somebody holds `permission` there, whatever the circumstances of this request."""
    where = Q(organization=programme.organization_id) | Q(organization=None)
    return bool(_holding(permission, where & Q(user=person)))


def _holding(permission: Permission, where: Q) -> list[User]:
    bindings = RoleBinding.objects.filter(unexpired(), where, site=None, user__is_active=True)
    found = {
        binding.user.pk: binding.user
        for binding in bindings.select_related("user", "custom_role").order_by("granted_at", "id")[
            : MOST * 5
        ]
        if binding.user and permission in binding.permissions
    }
    return list(found.values())[:MOST]
