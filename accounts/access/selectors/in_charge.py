"""Who is in charge: of the platform, and of an organization."""

from uuid import UUID

from django.db.models import QuerySet

from accounts.models import User

from ..models import RoleBinding
from ..roles import RoleName
from .bindings import unexpired


def administrators() -> QuerySet[User]:
    """The people who hold the platform administrator's role for good, and are active."""
    bindings = RoleBinding.objects.filter(role=RoleName.PLATFORM_ADMINISTRATOR, expires_at=None)
    return User.objects.filter(pk__in=bindings.values("user"), is_active=True)


def platform_bindings() -> QuerySet[RoleBinding]:
    """Who holds a role on the platform now, for good or for a time."""
    held = RoleBinding.objects.filter(unexpired(), organization=None)
    return held.select_related("user", "granted_by")


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
