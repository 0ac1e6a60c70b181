"""Explain and dry run: the same answers as on the pages, for programs, and only for whoever may read roles there."""

from typing import Any
from uuid import UUID

import pytest

from accounts.access.models import Membership
from accounts.access.roles import RoleName
from accounts.access.scope import PLATFORM
from accounts.access.services import (
    create_condition,
    create_custom_role,
    create_service_account,
    grant_role,
)
from accounts.organizations.services import create_organization, create_site
from accounts.provider.services import create_api_token
from hubs.operations.grouping import set_tags
from tests.conftest import App
from tests.hubs.conftest import enrol, room

__all__ = ["enrol", "room"]


@pytest.fixture
def acme(alice: Any, bob: Any) -> Any:
    organization = create_organization(name="Acme", owner=alice, actor=alice)
    Membership.objects.create(organization=organization, user=bob)
    grant_role(user=bob, role=RoleName.OPERATOR, actor=None, scope=organization.access_scope)
    return organization


@pytest.fixture
def owner(app: App, alice: Any) -> App:
    app.sign_in(alice)
    return app


def asked(app: App, acme: Any, **query: str) -> Any:
    words = "&".join(f"{name}={value}" for name, value in query.items())
    return app.get(f"access/explain?organization={acme.pk}&{words}")


def test_tells_why_somebody_may_not_and_who_may(owner: App, acme: Any) -> None:
    answer = asked(owner, acme, permission="hubs:reboot", member="Bob@example.com").json()
    assert answer["decision"]["allowed"] is False
    assert "hubs:reboot" in answer["decision"]["reason"]
    (looked,) = answer["looked_at"]
    assert (looked["role"], looked["allows"]) == ("Operator", False)
    assert [one["who"]["name"] for one in answer["who_can"]] == ["alice@example.com"]


def test_who_administers_the_platform_is_named_to_members_of_theirs_only(
    owner: App, acme: Any, dora: Any
) -> None:
    def named() -> set[str]:
        answer = asked(owner, acme, permission="hubs:reboot").json()["who_can"]
        return {one["who"]["name"] for one in answer}

    assert named() == {"alice@example.com"}
    Membership.objects.create(organization=acme, user=dora)
    assert named() == {"alice@example.com", "dora@example.com"}
    owner.sign_in(dora)
    Membership.objects.of(acme).filter(user=dora).delete()
    assert named() == {"alice@example.com", "dora@example.com"}


def test_who_holds_a_role_on_the_platform_is_asked_about_by_who_may_read_people(
    owner: App, acme: Any, dora: Any, person: Any
) -> None:
    grant_role(user=person("eve"), role=RoleName.TECHNICIAN, actor=None, scope=PLATFORM)
    query = {"permission": "hubs:reboot", "member": "eve@example.com"}
    refused = asked(owner, acme, **query)
    assert (refused.status_code, list(refused.json()["errors"])) == (400, ["member"])
    owner.sign_in(dora)
    answer = asked(owner, acme, **query).json()
    assert answer["decision"]["allowed"] is True
    assert [(one["role"], one["allows"]) for one in answer["looked_at"]] == [("Technician", True)]
    person("frank")
    assert asked(owner, acme, permission="hubs:read", member="frank@example.com").status_code == 400


def test_without_an_organization_it_is_asked_on_the_platform(
    owner: App, acme: Any, dora: Any, person: Any
) -> None:
    eve = person("eve")
    grant_role(user=eve, role=RoleName.REPORTER, actor=None, scope=PLATFORM)
    path = "access/explain?permission=people:reset_password&member=eve@example.com"
    assert owner.get(path).status_code == 403
    owner.sign_in(eve)
    answer = owner.get(path).json()
    assert answer["decision"]["allowed"] is False
    assert [(one["role"], one["allows"]) for one in answer["looked_at"]] == [("Reporter", False)]
    assert [one["who"]["name"] for one in answer["who_can"]] == ["dora@example.com"]
    path = "access/explain?permission=sessions:read&member=eve@example.com"
    assert owner.get(path).json()["decision"]["allowed"] is True
    # Who is of an organization alone holds nothing on the platform.
    assert {one["who"]["name"] for one in owner.get(path).json()["who_can"]} == {
        "dora@example.com",
        "eve@example.com",
    }
    for name, value in (
        ("site", UUID(int=7)),
        ("hub", UUID(int=7)),
        ("service_account", UUID(int=7)),
        ("member", "alice@example.com"),
    ):
        response = owner.get(f"access/explain?permission=hubs:read&{name}={value}")
        assert (response.status_code, list(response.json()["errors"])) == (400, [name])


def test_a_site_counts(owner: App, acme: Any, alice: Any, bob: Any) -> None:
    hall = create_site(organization=acme, name="Hall", actor=alice)
    scope = hall.access_scope
    grant_role(user=bob, role=RoleName.TECHNICIAN, actor=None, scope=scope)
    query = {"permission": "hubs:reboot", "member": "bob@example.com"}
    assert asked(owner, acme, **query).json()["decision"]["allowed"] is False
    assert asked(owner, acme, **query, site=str(hall.pk)).json()["decision"]["allowed"] is True


def test_a_hub_counts_with_its_tags(
    owner: App, acme: Any, alice: Any, bob: Any, enrol: Any
) -> None:
    hub = enrol().hub
    rule = {"attribute": {"name": "hub.tag", "any_of": ["pilot"]}}
    condition = create_condition(organization=acme, name="Pilots", rule=rule, actor=alice)
    where: Any = {"scope": acme.access_scope, "condition": condition}
    grant_role(user=bob, role=RoleName.TECHNICIAN, actor=None, **where)
    query = {"permission": "hubs:reboot", "member": "bob@example.com", "hub": str(hub.pk)}
    decision = asked(owner, acme, **query).json()["decision"]
    assert not decision["allowed"]
    assert "hub.tag is –" in decision["reason"]
    set_tags(hub=hub, tags=["pilot"], actor=alice)
    assert asked(owner, acme, **query).json()["decision"]["allowed"]


@pytest.mark.parametrize(
    ("query", "wrong"),
    [
        ({}, "permission"),
        ({"permission": "hubs:fly"}, "permission"),
        ({"permission": "people:disable"}, "permission"),
        ({"permission": "hubs:read", "member": "charlie@example.com"}, "member"),
        ({"permission": "hubs:read", "member": "nonsense"}, "member"),
        ({"permission": "hubs:read", "service_account": str(UUID(int=7))}, "service_account"),
        ({"permission": "hubs:read", "site": str(UUID(int=7))}, "site"),
        ({"permission": "hubs:read", "site": "x"}, "site"),
        ({"permission": "hubs:read", "hub": str(UUID(int=7))}, "hub"),
    ],
)
def test_what_makes_no_sense_is_named(owner: App, acme: Any, query: Any, wrong: str) -> None:
    response = asked(owner, acme, **query)
    assert (response.status_code, list(response.json()["errors"])) == (400, [wrong])


def test_a_stranger_finds_nothing_and_a_guest_is_refused(app: App, acme: Any, charlie: Any) -> None:
    app.sign_in(charlie)
    assert asked(app, acme, permission="hubs:read").status_code == 404
    Membership.objects.create(organization=acme, user=charlie)
    grant_role(user=charlie, role=RoleName.GUEST, actor=None, scope=acme.access_scope)
    assert asked(app, acme, permission="hubs:read").status_code == 403
    app.token = ""
    assert asked(app, acme, permission="hubs:read").status_code == 401


def test_a_token_that_only_reads_asks_about_what_it_may_not_do(
    app: App, acme: Any, alice: Any
) -> None:
    """What limits the token of who asks does not limit the person asked about."""
    robot = create_service_account(
        organization=acme, name="Robot", role=RoleName.REPORTER, actor=alice
    )
    app.token = create_api_token(account=robot, name="Nightly", actor=alice)[1]
    answer = asked(app, acme, permission="hubs:reboot", member="alice@example.com").json()
    assert answer["decision"]["allowed"] is True
    role = create_custom_role(organization=acme, name="Own", permissions=["hubs:read"], actor=alice)
    path = f"organizations/{acme.pk}/roles/{role.pk}/dry-run"
    assert app.post(path, {"permissions": []}).status_code == 403


def test_a_dry_run_of_a_role_changes_nothing(
    owner: App, acme: Any, alice: Any, person: Any
) -> None:
    eve = person("eve")
    Membership.objects.create(organization=acme, user=eve)
    role = create_custom_role(organization=acme, name="Own", permissions=["hubs:read"], actor=alice)
    grant_role(user=eve, role=role, actor=None, scope=acme.access_scope)
    path = f"organizations/{acme.pk}/roles/{role.pk}/dry-run"
    (change,) = owner.post(path, {"permissions": ["hubs:reboot"]}).json()["changes"]
    assert change["who"] == {"type": "person", "id": str(eve.pk), "name": "eve@example.com"}
    assert (change["gains"], change["losses"]) == (["hubs:reboot"], ["hubs:read"])
    role.refresh_from_db()
    assert role.permissions == ["hubs:read"]
    for body in ({"permissions": ["people:disable"]}, {"permissions": "all"}, {}):
        assert owner.post(path, body).status_code == 400


def test_a_dry_run_of_a_condition_says_what_is_wrong_with_a_rule(
    owner: App, acme: Any, alice: Any, bob: Any
) -> None:
    condition = create_condition(
        organization=acme, name="Own", rule={"email_domain": ["example.com"]}, actor=alice
    )
    grant_role(
        user=bob,
        role=RoleName.TECHNICIAN,
        actor=None,
        scope=acme.access_scope,
        condition=condition,
    )
    path = f"organizations/{acme.pk}/conditions/{condition.pk}/dry-run"
    (change,) = owner.post(path, {"rule": {"email_domain": ["other.example"]}}).json()["changes"]
    assert "hubs:reboot" in change["losses"]
    response = owner.post(path, {"rule": {"weather": "fine"}})
    assert (response.status_code, list(response.json()["errors"])) == (400, ["rule"])


def test_what_is_of_another_organization_is_not_found(owner: App, acme: Any, charlie: Any) -> None:
    other = create_organization(name="Other", owner=charlie, actor=charlie)
    theirs = create_custom_role(
        organization=other, name="Own", permissions=["hubs:read"], actor=charlie
    )
    for organization in (acme, other):
        path = f"organizations/{organization.pk}/roles/{theirs.pk}/dry-run"
        assert owner.post(path, {"permissions": []}).status_code == 404


def test_the_description_names_them(app: App) -> None:
    text = app.get("schema/").content.decode()
    for path in (
        "/api/v1/access/explain",
        "/roles/{role_id}/dry-run",
        "/conditions/{condition_id}/",
    ):
        assert path in text
