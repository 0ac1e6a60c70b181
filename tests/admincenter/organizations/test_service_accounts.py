"""Service accounts and their tokens: made with little, shown once, seen when used, and ended."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.access.models import ServiceAccount
from accounts.access.roles import RoleName
from accounts.access.services import create_service_account, grant_role
from accounts.provider.models import ApiToken
from accounts.provider.selectors import api_token_of
from accounts.provider.services import create_api_token, note_use
from mago.audit.tags import Tag
from tests.conftest import Browser

from .test_members import said

AT = "/admincenter/organizations/acme/service-accounts/"


def account_page(robot: Any) -> str:
    return f"{AT}{robot.pk}/"


@pytest.fixture
def token(robot: Any, alice: Any) -> ApiToken:
    return create_api_token(account=robot, name="Nightly", actor=alice)[0]


def test_a_new_one_only_reads_unless_told_otherwise(owner: Any, acme: Any) -> None:
    form = owner.get(f"{AT}create/").context["form"]
    assert form.initial.get("role", form.fields["role"].initial) == RoleName.REPORTER
    response = owner.post(f"{AT}create/", {"name": "Robot", "role": "reporter"})
    account = ServiceAccount.objects.of(acme).get()
    assert response["Location"] == account_page(account)
    (binding,) = account.role_bindings.all()
    assert {name for name in binding.permissions if not name.endswith(":read")} == set()


def test_a_new_one_may_be_of_one_site(owner: Any, acme: Any, hall: Any) -> None:
    owner.post(f"{AT}create/", {"name": "Robot", "role": "technician", "site": str(hall.pk)})
    assert ServiceAccount.objects.of(acme).get().role_bindings.get().site == hall


def test_what_is_wrong_stands_beside_the_field_and_nothing_is_made(
    owner: Any, acme: Any, robot: Any, hall: Any
) -> None:
    taken = owner.post(f"{AT}create/", {"name": "Robot", "role": "reporter"})
    assert (taken.status_code, list(taken.context["form"].errors)) == (400, ["name"])
    wrong = {"name": "Other", "role": "organization-owner", "site": str(hall.pk)}
    assert owner.post(f"{AT}create/", wrong).status_code == 400
    assert [account.name for account in ServiceAccount.objects.of(acme)] == ["Robot"]


def test_a_token_is_shown_once(owner: Any, robot: Any, events: Any) -> None:
    response = owner.post(
        f"{account_page(robot)}tokens/create/", {"name": "Nightly", "days": "90", "read_only": "on"}
    )
    secret = response.context["secret"]
    assert secret in response.content.decode()
    assert (response.status_code, response["Cache-Control"]) == (201, "no-store")
    found = api_token_of(secret)
    assert found is not None
    assert found.read_only
    assert timedelta(days=89) < found.expires_at - timezone.now() <= timedelta(days=90)
    assert secret not in owner.get(account_page(robot)).content.decode()
    (event,) = events(Tag.API_TOKEN_CREATED)
    assert secret not in str(event.detail)


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"name": "", "days": "90"}, "name"),
        ({"name": "x", "days": "367"}, "days"),
        ({"name": "x", "days": "0"}, "days"),
        ({"name": "x", "days": "many"}, "days"),
        ({"name": "x", "days": "90", "permissions": "people:disable"}, "permissions"),
        (
            {"name": "x", "days": "9", "read_only": "on", "permissions": "hubs:reboot"},
            "permissions",
        ),
    ],
)
def test_a_token_that_makes_no_sense_is_refused_beside_the_field(
    owner: Any, acme: Any, robot: Any, fields: Any, wrong: str
) -> None:
    grant_role(user=robot, role=RoleName.TECHNICIAN, actor=None, scope=acme.access_scope)
    response = owner.post(f"{account_page(robot)}tokens/create/", fields)
    assert (response.status_code, list(response.context["form"].errors)) == (400, [wrong])
    assert not ApiToken.objects.everywhere(reason="test").exists()


def test_a_token_may_be_given_less_than_its_account_holds(
    owner: Any, acme: Any, robot: Any
) -> None:
    grant_role(user=robot, role=RoleName.TECHNICIAN, actor=None, scope=acme.access_scope)
    fields = {"name": "Reboot", "days": "9", "permissions": ["hubs:read", "hubs:reboot"]}
    owner.post(f"{account_page(robot)}tokens/create/", fields)
    assert ApiToken.objects.everywhere(reason="test").get().permits == {"hubs:read", "hubs:reboot"}


def test_a_token_is_revoked_and_stays_so(
    owner: Any, robot: Any, token: ApiToken, events: Any
) -> None:
    path = f"{account_page(robot)}tokens/{token.pk}/revoke/"
    assert owner.post(path).context["form"].errors["reason"]
    assert not events(Tag.API_TOKEN_REVOKED)
    assert said(owner.post(path, {"reason": "leaked"})) == "The token is revoked."
    owner.post(path, {"reason": "leaked"})
    token.refresh_from_db()
    assert token.revoked_at
    (event,) = events(Tag.API_TOKEN_REVOKED)
    assert event.detail["reason"] == "leaked"
    page = owner.get(account_page(robot)).content.decode()
    assert "Revoked" in page
    assert path not in page


def test_the_token_of_another_account_is_not_found(
    owner: Any, acme: Any, alice: Any, robot: Any, token: ApiToken
) -> None:
    second = create_service_account(organization=acme, name="Second", actor=alice)
    assert owner.post(f"{account_page(second)}tokens/{token.pk}/revoke/").status_code == 404
    token.refresh_from_db()
    assert token.revoked_at is None


def test_one_sees_where_and_when_a_token_was_used_last(
    owner: Any, robot: Any, token: ApiToken
) -> None:
    assert owner.get(AT).context["rows"].rows[0].last_used_at is None
    note_use(token)
    (row,) = owner.get(AT).context["rows"].rows
    assert (row.live_tokens, row.last_used_at is not None) == (1, True)
    assert f"{row.last_used_at:%Y-%m-%d %H:%M}" in owner.get(account_page(robot)).content.decode()


def test_tokens_are_found_by_their_state(owner: Any, robot: Any, alice: Any, token: Any) -> None:
    now = timezone.now()
    for name, fields in {"Old": {"expires_at": now}, "Gone": {"revoked_at": now}}.items():
        made, _secret = create_api_token(account=robot, name=name, actor=alice)
        ApiToken.objects.everywhere(reason="test").filter(pk=made.pk).update(**fields)

    def found(state: str) -> list[str]:
        rows = owner.get(account_page(robot), {"state": state}).context["rows"].rows
        return [row.name for row in rows]

    states = {state: found(state) for state in ("live", "ended", "revoked")}
    assert states == {"live": ["Nightly"], "ended": ["Old"], "revoked": ["Gone"]}


def test_a_disabled_account_has_no_good_token(owner: Any, robot: Any, alice: Any) -> None:
    _token, secret = create_api_token(account=robot, name="Nightly", actor=alice)
    owner.post(f"{account_page(robot)}disable/")
    assert api_token_of(secret) is None
    assert (
        f"{account_page(robot)}tokens/create/"
        not in owner.get(account_page(robot)).content.decode()
    )
    owner.post(f"{account_page(robot)}enable/")
    assert api_token_of(secret) is not None


def test_a_reporter_sees_them_and_changes_nothing(reporter: Any, robot: Any, token: Any) -> None:
    page = reporter.get(account_page(robot)).content.decode()
    assert "Nightly" in page
    assert '<form method="post" action="/admincenter' not in page
    for path in ("tokens/create/", f"tokens/{token.pk}/revoke/", "disable/"):
        assert reporter.post(f"{account_page(robot)}{path}").status_code == 403


def test_the_tokens_of_all_accounts_stand_in_one_list_and_no_others(
    owner: Any, reporter: Any, other: Any, token: Any, charlie: Any
) -> None:
    theirs = create_service_account(organization=other, name="Theirs", actor=charlie)
    create_api_token(account=theirs, name="elsewhere", actor=charlie)
    page = owner.get(f"{AT}tokens/")
    assert [row.pk for row in page.context["rows"].rows] == [token.pk]
    assert f"tokens/{token.pk}/revoke/" in page.text
    assert f"tokens/{token.pk}/revoke/" not in reporter.get(f"{AT}tokens/").text
    assert owner.get(f"{AT}tokens/?state=revoked").context["rows"].rows == []
    stranger = Browser().as_person(charlie)
    assert stranger.get(f"{AT}tokens/").status_code == 404
