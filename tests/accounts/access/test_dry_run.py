"""A dry run knows all that those concerned hold besides, and looks at each place where the answer may be another."""

from typing import Any

import pytest

from accounts.access.dry_run import if_role_were
from accounts.access.models import CustomRole
from accounts.access.permissions import Permission
from accounts.access.roles import RoleName
from accounts.access.scope import PLATFORM
from accounts.access.services import create_custom_role, grant_role
from accounts.models import User
from accounts.organizations.models import Organization

from .conftest import TECHNICIAN, give

READ, REBOOT = Permission.HUBS_READ, Permission.HUBS_REBOOT


@pytest.fixture
def own(acme: Organization, alice: User) -> CustomRole:
    """A role of Acme's own."""
    made = {"organization": acme, "actor": alice}
    return create_custom_role(name="Own", permissions=["hubs:read", "hubs:reboot"], **made)


def test_what_a_role_on_the_platform_gives_is_not_lost(
    acme: Organization, own: CustomRole, bob: User, member: Any
) -> None:
    eve = member("eve", acme, own)
    give(bob, own, acme)
    grant_role(user=bob, role=TECHNICIAN, actor=None, scope=PLATFORM)
    (change,) = if_role_were(own, ["hubs:read"])
    assert (change.who, change.losses) == (eve, [REBOOT])


def test_what_another_role_gives_is_not_lost_either(
    acme: Organization, own: CustomRole, bob: User
) -> None:
    give(bob, own, acme)
    give(bob, RoleName.TECHNICIAN, acme)
    assert not if_role_were(own, [])
