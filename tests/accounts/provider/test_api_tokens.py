"""API tokens: what a service account proves itself by, and how little one may be good for."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from accounts.access.models import ServiceAccount
from accounts.access.permissions import Permission
from accounts.access.roles import RoleName
from accounts.access.selectors.decisions import can
from accounts.access.services import (
    create_service_account,
    grant_role,
    set_service_account_active,
)
from accounts.organizations.models import Organization
from accounts.organizations.services import create_organization
from accounts.provider.models import ApiToken
from accounts.provider.selectors import api_token_of
from accounts.provider.services import create_api_token, revoke_api_token
from mago.audit.tags import Tag
from mago.core.context import Caller, calling
from mago.core.errors import Forbidden, Refused


@pytest.fixture
def acme(alice: Any, dora: Any) -> Organization:
    return create_organization(name="Acme", owner=alice, actor=dora)


@pytest.fixture
def robot(acme: Organization, alice: Any) -> ServiceAccount:
    account = create_service_account(organization=acme, name="robot", actor=alice)
    grant_role(user=account, role=RoleName.TECHNICIAN, actor=alice, scope=acme.access_scope)
    return account


@pytest.fixture
def allowed(app: Any, acme: Organization) -> Callable[[str, Permission], bool]:
    """Whether a request with this token may use a permission in acme."""

    def ask(secret: str, permission: Permission) -> bool:
        from rest_framework.request import Request
        from rest_framework.test import APIRequestFactory

        from accounts.api.authentication import BearerAuthentication

        headers = {"Authorization": f"Bearer {secret}"}
        with calling(Caller()):
            request = Request(APIRequestFactory().get("/", headers=headers))
            found = BearerAuthentication().authenticate(request)
            return found is not None and bool(can(found[0], permission, acme))

    return ask


def test_it_reads_and_does_no_more_unless_told(robot: Any, alice: Any, allowed: Any) -> None:
    _token, secret = create_api_token(account=robot, name="dashboard", actor=alice)
    assert allowed(secret, Permission.HUBS_READ)
    assert not allowed(secret, Permission.HUBS_REBOOT)


def test_one_that_may_write_does_what_its_account_may(robot: Any, alice: Any, allowed: Any) -> None:
    _token, secret = create_api_token(account=robot, name="deploy", actor=alice, read_only=False)
    assert allowed(secret, Permission.HUBS_REBOOT)
    assert not allowed(secret, Permission.SITES_EDIT)


def test_it_is_held_to_its_own_list(robot: Any, alice: Any, allowed: Any) -> None:
    _token, secret = create_api_token(
        account=robot, name="sites", actor=alice, permissions=["sites:read"]
    )
    assert allowed(secret, Permission.SITES_READ)
    assert not allowed(secret, Permission.HUBS_READ)


def test_with_a_list_it_gains_nothing_that_its_account_is_granted_later(
    acme: Any, robot: Any, alice: Any, allowed: Any
) -> None:
    chosen, follows = (
        create_api_token(
            account=robot, name="t", actor=alice, read_only=False, permissions=permissions
        )[1]
        for permissions in (["sites:read"], None)
    )
    assert not allowed(follows, Permission.SITES_EDIT)
    owner = RoleName.ORGANIZATION_OWNER
    grant_role(user=robot, role=owner, actor=alice, scope=acme.access_scope)
    assert allowed(follows, Permission.SITES_EDIT)
    assert not allowed(chosen, Permission.SITES_EDIT)


def test_it_never_changes_who_may_do_what(acme: Any, alice: Any, allowed: Any) -> None:
    account = create_service_account(organization=acme, name="owner", actor=alice)
    grant_role(user=account, role=RoleName.ORGANIZATION_OWNER, actor=alice, scope=acme.access_scope)
    _token, secret = create_api_token(account=account, name="all", actor=alice, read_only=False)
    assert allowed(secret, Permission.SITES_EDIT)
    assert not allowed(secret, Permission.ROLES_BIND)


def test_only_its_digest_is_kept(robot: Any, alice: Any) -> None:
    token, secret = create_api_token(account=robot, name="dashboard", actor=alice)
    assert secret not in str(vars(ApiToken.objects.everywhere(reason="test").get(pk=token.pk)))


def test_the_trail_tells_of_it_without_the_secret(robot: Any, alice: Any, events: Any) -> None:
    chosen: Any = {"permissions": ["hubs:read"]}
    _token, secret = create_api_token(account=robot, name="dashboard", actor=alice, **chosen)
    (event,) = events(Tag.API_TOKEN_CREATED)
    assert event.organization_id == robot.organization_id
    assert (event.detail["permissions"], event.detail["read_only"]) == (["hubs:read"], True)
    assert secret not in str(event.detail)


def test_it_ends_by_itself(robot: Any, alice: Any) -> None:
    _token, secret = create_api_token(
        account=robot, name="short", actor=alice, lifetime=timedelta(hours=1)
    )
    assert api_token_of(secret)
    with time_machine.travel(timezone.now() + timedelta(hours=1, seconds=1)):
        assert api_token_of(secret) is None


@pytest.mark.parametrize("lifetime", [timedelta(0), timedelta(days=-1), timedelta(days=367)])
def test_it_lives_for_a_year_at_most(robot: Any, alice: Any, lifetime: timedelta) -> None:
    with pytest.raises(Refused):
        create_api_token(account=robot, name="long", actor=alice, lifetime=lifetime)


def test_a_revoked_one_is_dead_at_once(robot: Any, alice: Any) -> None:
    token, secret = create_api_token(account=robot, name="dashboard", actor=alice)
    revoke_api_token(token=token, actor=alice)
    assert api_token_of(secret) is None


def test_those_of_a_disabled_account_are_dead_at_once(robot: Any, alice: Any) -> None:
    _token, secret = create_api_token(account=robot, name="dashboard", actor=alice)
    set_service_account_active(account=robot, active=False, actor=alice)
    assert api_token_of(secret) is None


def test_a_stranger_makes_none(robot: Any, charlie: Any) -> None:
    with pytest.raises(Forbidden):
        create_api_token(account=robot, name="mine", actor=charlie)


def test_its_use_is_noted(robot: Any, alice: Any, allowed: Any) -> None:
    token, secret = create_api_token(account=robot, name="dashboard", actor=alice)
    allowed(secret, Permission.HUBS_READ)
    token.refresh_from_db()
    assert token.last_used_at is not None


def test_it_is_nobody_where_a_person_is_wanted(robot: Any, alice: Any, app: Any) -> None:
    _token, app.token = create_api_token(account=robot, name="dashboard", actor=alice)
    answer = app.get("me")
    assert (answer.status_code, answer.json()["code"]) == (403, "permission_denied")
