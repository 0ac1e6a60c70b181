"""Who is in charge: of the platform, and of an organization."""

from uuid import UUID

from django.db.models import QuerySet

from accounts.models import User

from ..models import RoleBinding
from ..roles import RoleName
from ..scope import PLATFORM
from .bindings import live_bindings, unexpired


def administrators() -> QuerySet[User]:
    """The people who hold the platform administrator's role for good, and are active."""
    bindings = RoleBinding.objects.filter(role=RoleName.PLATFORM_ADMINISTRATOR, expires_at=None)
    return User.objects.filter(pk__in=bindings.values("user"), is_active=True)


def platform_bindings() -> QuerySet[RoleBinding]:
    """Who holds a role on the platform now, for good or for a time."""
    held = RoleBinding.objects.filter(unexpired(), organization=None)
    return held.select_related("user", "granted_by")


def administering() -> QuerySet[RoleBinding]:
    """By what people administer the platform now, for good or for a time."""
    return platform_bindings().filter(role=RoleName.PLATFORM_ADMINISTRATOR)


def administers(user: User) -> bool:
    """Whether they administer the platform now, for good or for a time."""
    return any(held.role == RoleName.PLATFORM_ADMINISTRATOR for held in live_bindings(user))


def is_staff(user: User) -> bool:
    """Whether they hold any role on the platform: what they may reach is not one organization's to hand out."""
    return any(held.scope == PLATFORM for held in live_bindings(user))


def owners_of(organization_id: UUID) -> QuerySet[User]:
    """The people who own an organization for good, and are active."""
    bindings = RoleBinding.objects.filter(
        organization_id=organization_id,
        site=None,
        role=RoleName.ORGANIZATION_OWNER,
        expires_at=None,
        condition=None,
    )
    return User.objects.filter(pk__in=bindings.values("user"), is_active=True)


def has_owner() -> bool:
    """Whether somebody can administer this installation."""
    return administrators().exists()
