"""Roles and conditions that an organization makes, by programs."""

from typing import Any

import pytest

from accounts.access.models import Condition, CustomRole
from accounts.access.roles import PERMISSIONS, RoleName
from accounts.access.services import create_condition, create_custom_role, grant_role
from tests.conftest import App


@pytest.fixture
def here(acme: Any) -> str:
    return f"organizations/{acme.pk}"


def test_the_built_in_roles_say_what_they_allow(owner: App, acme: Any, stranger: App) -> None:
    roles = {one["role"]: one["permissions"] for one in owner.get("roles").json()["results"]}
    assert roles["technician"] == sorted(PERMISSIONS[RoleName.TECHNICIAN])
    assert "platform-administrator" not in roles
    assert stranger.get("roles").status_code == 403


def test_a_role_is_made_changed_and_deleted(owner: App, here: str, acme: Any) -> None:
    made = owner.post(f"{here}/roles", {"name": "Looks", "permissions": ["hubs:read"]})
    assert made.status_code == 201
    path = made["Location"].removeprefix("/api/v1/")
    changed = owner.change(path, {"permissions": ["hubs:read", "sites:read"]})
    assert changed.json() == made.json() | {"permissions": ["hubs:read", "sites:read"]}
    assert owner.delete(path).status_code == 204
    assert not CustomRole.objects.of(acme).exists()


def test_what_one_reader_read_another_may_have_changed(
    owner: App, here: str, acme: Any, alice: Any
) -> None:
    role = create_custom_role(organization=acme, name="Own", permissions=["hubs:read"], actor=alice)
    path = f"{here}/roles/{role.pk}"
    known = {"If-Match": owner.get(path)["ETag"]}
    assert (
        owner.patch(path, {"permissions": ["hubs:read", "hubs:reboot"]}, known).status_code == 200
    )
    # The second writer saw a role that cannot reboot, and would give it to many.
    assert owner.patch(path, {"name": "Harmless"}, known).status_code == 412
    role.refresh_from_db()
    assert role.name == "Own"


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        ({"permissions": ["hubs:read"]}, "name"),
        ({"name": "X", "permissions": ["people:disable"]}, "permissions"),
        ({"name": "X", "permissions": "hubs:read"}, "permissions"),
        ({"name": "X", "permissions": [7]}, "permissions"),
    ],
)
def test_what_is_wrong_with_a_role_is_named(owner: App, here: str, body: Any, wrong: str) -> None:
    response = owner.post(f"{here}/roles", body)
    assert (response.status_code, list(response.json()["errors"])) == (400, [wrong])


def test_a_condition_is_made_and_changed_but_not_deleted_while_it_is_used(
    owner: App, here: str, acme: Any, alice: Any
) -> None:
    made = owner.post(f"{here}/conditions", {"name": "Here", "rule": {"network": ["192.0.2.0/24"]}})
    path = made["Location"].removeprefix("/api/v1/")
    rule = {"method": ["passkey"]}
    assert owner.change(path, {"rule": rule}).json()["rule"] == rule
    condition = Condition.objects.of(acme).get()
    scope = acme.access_scope
    grant_role(user=alice, role=RoleName.GUEST, actor=None, scope=scope, condition=condition)
    refused = owner.delete(path)
    assert (refused.status_code, refused.json()["code"]) == (409, "in_use")


@pytest.mark.parametrize(
    "rule",
    [
        {},
        {"weather": "fine"},
        {"network": ["everywhere"]},
        {"method": ["\x00"]},
        {"method": ["\ud800"]},
        {"method": ["x" * 20_000]},
        ["network"],
    ],
)
def test_what_is_no_condition_is_named(owner: App, here: str, acme: Any, rule: Any) -> None:
    response = owner.post(f"{here}/conditions", {"name": "X", "rule": rule})
    assert (response.status_code, list(response.json()["errors"])) == (400, ["rule"])
    assert not Condition.objects.of(acme).exists()


def test_what_is_of_another_organization_is_not_found(
    owner: App, here: str, other: Any, charlie: Any
) -> None:
    role = create_custom_role(
        organization=other, name="Own", permissions=["hubs:read"], actor=charlie
    )
    rule = {"method": ["password"]}
    condition = create_condition(organization=other, name="Own", rule=rule, actor=charlie)
    for path in (f"roles/{role.pk}", f"conditions/{condition.pk}"):
        for place in (here, f"organizations/{other.pk}"):
            assert owner.get(f"{place}/{path}").status_code == 404
            assert owner.patch(f"{place}/{path}", {"name": "Mine"}).status_code == 404
            assert owner.delete(f"{place}/{path}").status_code == 404
