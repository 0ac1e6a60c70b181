"""Members, invitations and the roles that are held, by programs."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.access.models import Invitation, Membership, RoleBinding
from accounts.access.roles import RoleName
from accounts.access.services import create_service_account, grant_role
from accounts.access.services import inviting as invitations
from accounts.organizations.services import create_site
from mago.core.ratelimit import Limit
from tests.conftest import App

# The token with its person, what policies demand of them, the organization, and the roles held.
QUERIES_BEFORE = 4


@pytest.fixture
def here(acme: Any) -> str:
    return f"organizations/{acme.pk}"


@pytest.fixture
def member(acme: Any, bob: Any) -> Any:
    grant = {"role": RoleName.REPORTER, "actor": None, "scope": acme.access_scope}
    membership = Membership.objects.create(organization=acme, user=bob)
    grant_role(user=bob, **grant)
    return membership


@pytest.fixture
def hall(acme: Any, alice: Any) -> Any:
    return create_site(organization=acme, name="Hall", actor=alice)


def refused(response: Any) -> tuple[int, str]:
    return response.status_code, response.json()["code"]


def test_members_are_listed_with_their_roles_and_removed(
    owner: App, here: str, member: Any, bob: Any, events: Any
) -> None:
    (found,) = owner.get(f"{here}/members?q=bob").json()["results"]
    assert found["person"] == {"id": str(bob.pk), "email": bob.email, "name": "Bob"}
    assert [role["role"] for role in found["roles"]] == ["reporter"]
    assert owner.get(f"{here}/members/{member.pk}").json() == found
    assert owner.delete(f"{here}/members/{member.pk}").status_code == 204
    assert owner.get(f"{here}/members/{member.pk}").status_code == 404
    assert not RoleBinding.objects.filter(user=bob).exists()
    assert events("access:member:removed")


def test_the_last_owner_stays(owner: App, here: str, acme: Any, alice: Any) -> None:
    mine = Membership.objects.of(acme).get(user=alice)
    assert refused(owner.delete(f"{here}/members/{mine.pk}")) == (409, "last_owner")
    assert Membership.objects.of(acme).filter(user=alice).exists()


def test_nobody_is_mailed_by_invitations_all_day(
    owner: App, here: str, mails: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An organization's name and its people's are theirs to choose, and so is the address."""
    monkeypatch.setattr(invitations, "ONE_ADDRESS", Limit("test", 2, 3600))
    body = {"email": "ann@example.com", "role": "guest"}
    told = [owner.post(f"{here}/invitations", body).status_code for _ in range(3)]
    assert told == [201, 201, 429]
    # What was sent last is good still, and others may be invited.
    assert len(owner.get(f"{here}/invitations").json()["results"]) == 1
    more = body | {"email": "eve@example.com"}
    assert owner.post(f"{here}/invitations", more).status_code == 201
    assert len(mails("invitation")) == 3


def test_the_ownership_is_handed_over(owner: App, here: str, member: Any, bob: Any) -> None:
    assert owner.post(f"{here}/members/{member.pk}/transfer").status_code == 204
    owners = RoleBinding.objects.filter(role=RoleName.ORGANIZATION_OWNER)
    assert owners.get().user == bob


def test_an_invitation_is_sent_once_and_taken_back(
    owner: App, here: str, mails: Any, events: Any
) -> None:
    body, key = {"email": "Eve@Example.com", "role": "operator"}, {"Idempotency-Key": "one"}
    made = [owner.post(f"{here}/invitations", body, key) for _ in range(2)]
    assert [one.status_code for one in made] == [201, 201]
    assert len(mails("invitation", to="eve@example.com")) == 1
    assert len(events("access:invitation:sent")) == 1
    found = owner.get(f"{here}/invitations").json()["results"]
    assert [(one["email"], one["role"]) for one in found] == [("eve@example.com", "operator")]
    # The secret of the link is in the mail alone.
    assert Invitation.objects.everywhere(reason="test").get().digest not in str(found)
    assert owner.delete(f"{here}/invitations/{found[0]['id']}").status_code == 204
    assert owner.get(f"{here}/invitations").json()["results"] == []


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        ({"email": "eve", "role": "guest"}, "email"),
        ({"email": "eve@example.com", "role": "platform-administrator"}, "role"),
        ({"email": "alice@example.com", "role": "guest"}, "email"),
        ({"email": "eve@example.com", "role": "guest", "site": str(timezone)}, "site"),
    ],
)
def test_what_is_wrong_with_an_invitation_is_named(
    owner: App, here: str, body: Any, wrong: str, mails: Any
) -> None:
    response = owner.post(f"{here}/invitations", body)
    assert (response.status_code, list(response.json()["errors"])) == (400, [wrong])
    assert not mails("invitation")


@pytest.mark.usefixtures("member")
def test_roles_are_granted_for_a_time_and_taken_back(
    owner: App, here: str, hall: Any, bob: Any
) -> None:
    until = (timezone.now() + timedelta(days=1)).isoformat()
    body = {"member": bob.email, "role": "technician", "site": str(hall.pk), "expires_at": until}
    made = owner.post(f"{here}/bindings", body)
    assert made.status_code == 201
    assert (made.json()["role"], made.json()["site"]) == ("technician", str(hall.pk))
    path = made["Location"].removeprefix("/api/v1/")
    assert owner.get(path).json() == made.json()
    assert owner.delete(path).status_code == 204
    assert owner.get(path).status_code == 404


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        ({"role": "guest"}, "member"),
        ({"member": "charlie@example.com", "role": "guest"}, "member"),
        ({"member": "bob@example.com", "role": "emperor"}, "role"),
        ({"member": "bob@example.com", "role": "guest", "expires_at": "2001-01-01"}, "expires_at"),
        ({"service_account": "bob", "role": "guest"}, "service_account"),
    ],
)
@pytest.mark.usefixtures("member", "charlie")
def test_what_is_wrong_with_a_grant_is_named(owner: App, here: str, body: Any, wrong: str) -> None:
    response = owner.post(f"{here}/bindings", body)
    assert (response.status_code, list(response.json()["errors"])) == (400, [wrong])


def test_nobody_grants_what_they_do_not_hold(
    works_as: Callable[..., App], here: str, hall: Any, bob: Any
) -> None:
    app = works_as(RoleName.SITE_ADMINISTRATOR, hall.access_scope)
    body = {"member": bob.email, "role": "technician", "site": str(hall.pk)}
    assert app.post(f"{here}/bindings", body).status_code == 201
    # Not elsewhere, and not more.
    assert app.post(f"{here}/bindings", body | {"site": None}).status_code == 403
    more = app.post(f"{here}/bindings", {"member": bob.email, "role": "organization-owner"})
    assert more.status_code == 403
    # Who holds a role elsewhere is not theirs to see.
    everybody = app.get(f"{here}/bindings").json()["results"]
    assert {one["site"] for one in everybody} == {str(hall.pk)}


@pytest.fixture
def many(acme: Any, alice: Any, person: Any) -> None:
    for n in range(4):
        somebody = person(f"somebody{n}")
        Membership.objects.create(organization=acme, user=somebody)
        grant_role(user=somebody, role=RoleName.GUEST, actor=alice, scope=acme.access_scope)
        create_service_account(organization=acme, name=str(n), role=RoleName.REPORTER, actor=alice)
        Invitation.objects.create(
            organization=acme,
            email=f"{n}@example.com",
            digest=str(n),
            role="guest",
            invited_by=somebody,
            expires_at=timezone.now() + timedelta(days=1),
        )


@pytest.mark.usefixtures("many")
@pytest.mark.parametrize(
    ("name", "own"), [("members", 2), ("invitations", 1), ("bindings", 1), ("service-accounts", 2)]
)
def test_lists_cost_the_same_however_long(
    owner: App, here: str, name: str, own: int, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(QUERIES_BEFORE + own):
        assert len(owner.get(f"{here}/{name}").json()["results"]) >= 4
