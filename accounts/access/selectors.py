"""May this person do that? One question, one answer with its reason."""

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.utils.translation import gettext as _

from accounts.models import User

from .models import RoleBinding
from .permissions import Permission
from .roles import PERMISSIONS, RoleName


@dataclass(frozen=True)
class Decision:
    allowed: bool
    reason: str

    def __bool__(self) -> bool:
        return self.allowed


def roles_of(user: User) -> list[str]:
    """The names of the roles that a person holds."""
    return list(RoleBinding.objects.filter(user=user).order_by("role").values_list("role", flat=True))


def can(actor: User | AnonymousUser, permission: Permission, target: Any = None) -> Decision:
    """Whether `actor` may do `permission` (to `target`), and why. Nobody who is disabled may do anything."""
    if not isinstance(actor, User) or not actor.is_active:
        return Decision(False, _("Nobody is signed in."))
    for role in roles_of(actor):
        if permission in PERMISSIONS.get(role, frozenset()):
            return Decision(True, _("The role %(role)s allows it.") % {"role": RoleName(role).label})
    return Decision(False, _("No role of this person allows %(permission)s.") % {"permission": permission})


def permissions_of(actor: User) -> frozenset[Permission]:
    """All that a person may do; empty for most people."""
    return frozenset().union(*(PERMISSIONS.get(role, frozenset()) for role in roles_of(actor)))


def administrators() -> Any:
    """The people who hold the platform administrator's role and are active."""
    return User.objects.filter(role_bindings__role=RoleName.PLATFORM_ADMINISTRATOR, is_active=True)


def has_owner() -> bool:
    """Whether somebody can administer this installation."""
    return bool(administrators().exists())
