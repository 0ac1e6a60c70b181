"""Two organizations beside each other: Acme, where alice is the owner and bob a member, and Umbra."""

from collections.abc import Callable
from typing import Any

import pytest

from accounts.access.models import Membership, RoleBinding
from accounts.access.permissions import Permission
from accounts.access.roles import RoleName
from accounts.access.scope import PLATFORM, Scope
from accounts.access.selectors.decisions import can
from accounts.access.services import grant_role
from accounts.models import User
from accounts.organizations.models import Organization, Site
from accounts.organizations.services import create_organization
from tests.races import real_database

__all__ = ["real_database"]


@pytest.fixture
def acme(alice: User, bob: User) -> Organization:
    organization = create_organization(name="Acme", owner=alice, actor=None)
    Membership.objects.create(organization=organization, user=bob)
    return organization


@pytest.fixture
def umbra(charlie: User) -> Organization:
    return create_organization(name="Umbra", owner=charlie, actor=None)


@pytest.fixture
def hall(acme: Organization) -> Site:
    return Site.objects.create(organization=acme, name="Hall")


@pytest.fixture
def tower(acme: Organization) -> Site:
    return Site.objects.create(organization=acme, name="Tower")


@pytest.fixture
def lair(umbra: Organization) -> Site:
    return Site.objects.create(organization=umbra, name="Lair")


@pytest.fixture
def member(person: Callable[..., Any]) -> Callable[..., User]:
    """A new member of an organization, with a role there (or at a site), given by nobody."""

    def join(name: str, organization: Organization, role: Any = None, **kwargs: Any) -> User:
        user: User = person(name)
        Membership.objects.create(organization=organization, user=user)
        if role is not None:
            give(user, role, organization, **kwargs)
        return user

    return join


def give(
    user: Any, role: Any, organization: Organization, site: Site | None = None, **kwargs: Any
) -> RoleBinding:
    """`user` holds the role in the organization, or at its site; the system gives it."""
    scope = (site or organization).access_scope
    return grant_role(user=user, role=role, actor=None, scope=scope, **kwargs)


def anew(user: User) -> User:
    """The person, as the next request would read them."""
    return User.objects.get(pk=user.pk)


def permissions_of(user: User, where: Scope = PLATFORM) -> frozenset[Permission]:
    """All that somebody may do there."""
    return frozenset(permission for permission in Permission if can(user, permission, where))


OWNER, TECHNICIAN, GUEST = RoleName.ORGANIZATION_OWNER, RoleName.TECHNICIAN, RoleName.GUEST
