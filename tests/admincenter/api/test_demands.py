"""Domains and sign-in policies, by programs."""

from typing import Any

import pytest

from accounts.access.roles import RoleName
from accounts.access.services import create_custom_role
from accounts.organizations import dns
from accounts.organizations.models import Domain, SignInPolicy
from mago.audit.tags import Tag
from tests.conftest import App


@pytest.fixture
def here(acme: Any) -> str:
    return f"organizations/{acme.pk}"


def test_a_domain_is_claimed_proved_and_given_up(
    owner: App, here: str, acme: Any, events: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = owner.post(f"{here}/domains", {"name": "Acme.Example"})
    assert made.json()["name"] == "acme.example"
    path = made["Location"].removeprefix("/api/v1/")
    monkeypatch.setattr(dns, "texts_of", lambda name: [])
    refused = owner.post(f"{path}/check")
    assert (refused.status_code, refused.json()["code"]) == (400, "not_shown")
    record = made.json()["record"]
    shown = {record["name"]: [record["text"]]}
    monkeypatch.setattr(dns, "texts_of", lambda name: shown[name])
    assert owner.post(f"{path}/check").json()["proved_at"] is not None
    wrong = owner.send("DELETE", path, {"reasons": "Sold."})
    assert (wrong.status_code, wrong.json()["errors"].keys()) == (400, {"reasons"})
    assert owner.send("DELETE", path, {"reason": "Sold."}).status_code == 204
    assert events(Tag.DOMAIN_REMOVED)[0].detail["reason"] == "Sold."
    assert not Domain.objects.of(acme).exists()


@pytest.mark.parametrize("name", ["", "acme", "192.0.2.1", "a b.example", 7, "x" * 300])
def test_what_is_no_domain_is_named(owner: App, here: str, name: Any) -> None:
    response = owner.post(f"{here}/domains", {"name": name})
    assert (response.status_code, list(response.json()["errors"])) == (400, ["name"])


def test_a_policy_is_made_changed_and_removed(
    owner: App, here: str, acme: Any, events: Any
) -> None:
    made = owner.post(f"{here}/policies", {"idle_minutes": 60, "role": "technician"})
    assert (made.status_code, made.json()["role"]) == (201, "technician")
    again = owner.post(f"{here}/policies", {"single_session": True, "role": "technician"})
    assert (again.status_code, again.json()["code"]) == (409, "exists")
    path = made["Location"].removeprefix("/api/v1/")
    changed = owner.change(path, {"strength": "two_factors"}).json()
    assert (changed["strength"], changed["idle_minutes"]) == ("two_factors", 60)
    effective = owner.get(f"{here}/policies/effective").json()["results"]
    assert [(one["role"], one["strength"], one["idle"]) for one in effective] == [
        (None, "single_factor", effective[0]["idle"]),
        ("technician", "two_factors", 60),
    ]
    assert owner.send("DELETE", path, {"reason": "Stricter one."}).status_code == 204
    assert events(Tag.POLICY_REMOVED)[0].detail["reason"] == "Stricter one."
    assert not SignInPolicy.objects.of(acme).exists()


def test_policies_of_the_platform_are_made_changed_and_removed(
    app_of: Any, dora: Any, owner: App, here: str
) -> None:
    admin = app_of(dora)
    body = {"role": "platform-administrator", "idle_minutes": 30}
    made = admin.post("policies", body)
    assert (made.status_code, made.json()["role"]) == (201, "platform-administrator")
    assert admin.post("policies", body).json()["code"] == "exists"
    assert list(admin.post("policies", {"site": str(dora.pk)}).json()["errors"]) == ["site"]
    assert list(admin.post("policies", {"role": str(dora.pk)}).json()["errors"]) == ["role"]
    path = made["Location"].removeprefix("/api/v1/")
    assert admin.change(path, {"single_session": True}).json()["single_session"] is True
    effective = admin.get("policies/effective").json()["results"]
    assert [(one["role"], one["idle"]) for one in effective][1:] == [("platform-administrator", 30)]
    assert [owner.get(one).status_code for one in ("policies", path)] == [403, 403]
    assert owner.get(f"{here}/{path}").status_code == 404
    # Nobody administers the platform by way of an organization.
    assert len(owner.get(f"{here}/policies/effective").json()["results"]) == 1
    assert admin.delete(path).status_code == 204
    assert admin.get("policies").json()["results"] == []


def test_a_policy_may_be_about_an_own_role(owner: App, here: str, acme: Any, alice: Any) -> None:
    role = create_custom_role(organization=acme, name="Own", permissions=["hubs:read"], actor=alice)
    made = owner.post(f"{here}/policies", {"role": str(role.pk), "absolute_minutes": 5})
    assert made.json()["role"] == str(role.pk)


def test_nobody_locks_themselves_out(owner: App, here: str, acme: Any) -> None:
    """They came in by a password, and would not have come in by this."""
    refused = owner.post(f"{here}/policies", {"methods": ["passkey"]})
    assert (refused.status_code, refused.json()["code"]) == (400, "locks_you_out")
    assert not SignInPolicy.objects.of(acme).exists()


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        ({"strength": 2}, "strength"),
        ({"methods": ["telepathy"]}, "methods"),
        ({"methods": []}, "methods"),
        ({"authenticators": ["key"]}, "authenticators"),
        ({"idle_minutes": 0}, "idle_minutes"),
        ({"grace_until": "soon"}, "grace_until"),
        ({"role": "platform-administrator"}, "role"),
    ],
)
def test_what_is_wrong_with_a_policy_is_named(
    owner: App, here: str, acme: Any, body: Any, wrong: str
) -> None:
    response = owner.post(f"{here}/policies", body)
    assert (response.status_code, list(response.json()["errors"])) == (400, [wrong])
    assert not SignInPolicy.objects.of(acme).exists()


def test_an_organization_is_made_renamed_and_disabled(
    app_of: Any, dora: Any, alice: Any, owner: App, acme: Any
) -> None:
    dora = app_of(dora)
    made = dora.post("organizations", {"name": "New", "owner": "Alice@example.com"})
    assert made.status_code == 201
    path = made["Location"].removeprefix("/api/v1/")
    assert dora.change(path, {"name": "Newer"}).json()["name"] == "Newer"
    assert {one["name"] for one in owner.get("organizations").json()["results"]} == {
        "Acme",
        "Newer",
    }
    assert owner.post(f"{path}/disable").status_code == 403
    assert dora.post(f"{path}/disable", {"reason": "unpaid"}).json()["is_active"] is False
    assert dora.post(f"{path}/enable").json()["is_active"] is True
    wrong = dora.post("organizations", {"name": "X", "owner": "nobody@example.com"})
    assert (wrong.status_code, list(wrong.json()["errors"])) == (400, ["owner"])


def test_a_guest_reads_and_changes_nothing(works_as: Any, here: str) -> None:
    guest = works_as(RoleName.GUEST)
    assert guest.get(here).json()["name"] == "Acme"
    assert guest.patch(here, {"name": "Mine"}).status_code == 403
    assert guest.get(f"{here}/policies").status_code == 403
