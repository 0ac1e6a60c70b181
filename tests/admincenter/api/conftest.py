"""Two organizations: Acme, which alice owns and bob works for, and Other, which is charlie's."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from accounts.access.models import Membership
from accounts.access.roles import RoleName
from accounts.access.services import grant_role
from accounts.api import cors, quota
from accounts.organizations.services import create_organization
from tests.conftest import App


@pytest.fixture(autouse=True)
def nothing_is_remembered() -> Iterator[None]:
    quota.forget()
    cors.forget()
    yield
    cors.forget()


@pytest.fixture
def acme(alice: Any) -> Any:
    return create_organization(name="Acme", owner=alice, actor=alice)


@pytest.fixture
def other(charlie: Any) -> Any:
    return create_organization(name="Other", owner=charlie, actor=charlie)


@pytest.fixture
def app_of(db: None) -> Callable[..., App]:
    """An app in which somebody has signed in."""
    return lambda user: App().as_person(user)


@pytest.fixture
def owner(app_of: Callable[..., App], alice: Any) -> App:
    return app_of(alice)


@pytest.fixture
def stranger(app_of: Callable[..., App], charlie: Any) -> App:
    return app_of(charlie)


@pytest.fixture
def works_as(acme: Any, bob: Any, app_of: Callable[..., App]) -> Callable[..., App]:
    """bob's app; he holds that role in Acme."""

    def hold(role: RoleName, scope: Any = None) -> App:
        Membership.objects.of(acme).get_or_create(organization=acme, user=bob)
        grant_role(user=bob, role=role, actor=None, scope=scope or acme.access_scope)
        return app_of(bob)

    return hold
