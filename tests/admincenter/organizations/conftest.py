"""Acme, of which alice is the owner and bob a reporter; Other is charlie's."""

from typing import Any

import pytest

from accounts.access.models import Membership
from accounts.access.roles import RoleName
from accounts.access.services import create_custom_role, create_service_account, grant_role
from accounts.organizations.services import create_organization, create_site
from tests.conftest import Browser


@pytest.fixture
def acme(alice: Any, bob: Any) -> Any:
    organization = create_organization(name="Acme", owner=alice, actor=alice)
    Membership.objects.create(organization=organization, user=bob)
    grant_role(user=bob, role=RoleName.REPORTER, actor=None, scope=organization.access_scope)
    return organization


@pytest.fixture
def other(charlie: Any) -> Any:
    return create_organization(name="Other", owner=charlie, actor=charlie)


@pytest.fixture
def hall(acme: Any, alice: Any) -> Any:
    """A site of Acme."""
    return create_site(organization=acme, name="Hall", actor=alice, attributes={"country": "IT"})


@pytest.fixture
def night_shift(acme: Any, alice: Any) -> Any:
    """A role of Acme's own."""
    permissions = ["hubs:read", "hubs:reboot"]
    return create_custom_role(
        organization=acme, name="Night shift", permissions=permissions, actor=alice
    )


@pytest.fixture
def robot(acme: Any, alice: Any) -> Any:
    return create_service_account(organization=acme, name="Robot", actor=alice)


@pytest.fixture
def owner(acme: Any, alice: Any) -> Browser:
    """The browser in which alice is signed in."""
    return Browser().as_person(alice)


@pytest.fixture
def reporter(acme: Any, bob: Any) -> Browser:
    return Browser().as_person(bob)
