"""Two customers: alice owns Acme and bob is a reporter there; charlie owns Other."""

from typing import Any

import pytest

from accounts.access.models import Membership
from accounts.access.roles import RoleName
from accounts.access.services import grant_role
from accounts.organizations.services import create_organization


@pytest.fixture
def acme(alice: Any, bob: Any) -> Any:
    organization = create_organization(name="Acme", owner=alice, actor=alice)
    Membership.objects.create(organization=organization, user=bob)
    grant_role(user=bob, role=RoleName.REPORTER, actor=None, scope=organization.access_scope)
    return organization


@pytest.fixture
def other(charlie: Any) -> Any:
    return create_organization(name="Other", owner=charlie, actor=charlie)
