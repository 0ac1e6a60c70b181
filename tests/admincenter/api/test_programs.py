"""Service accounts, their tokens, and applications: secrets are shown once, and lie nowhere."""

from typing import Any

import pytest
from django.db import connection
from joserfc.jwk import ECKey

from accounts.access.models import Membership, ServiceAccount
from accounts.access.roles import RoleName
from accounts.access.services import create_custom_role, create_service_account, grant_role
from accounts.api.models import KeptAnswer
from accounts.provider.models import ApiToken, Application
from tests.conftest import App

KEY = {"Idempotency-Key": "one"}


@pytest.fixture
def here(acme: Any) -> str:
    return f"organizations/{acme.pk}"


@pytest.fixture
def robot(acme: Any, alice: Any) -> ServiceAccount:
    return create_service_account(
        organization=acme, name="Robot", role=RoleName.REPORTER, actor=alice
    )


def public_keys() -> dict[str, Any]:
    """A key set as an application has it registered; another one each time."""
    key = ECKey.generate_key("P-256", {"use": "sig", "alg": "ES256"})
    return {"keys": [key.as_dict(private=False)]}


def stored() -> str:
    """All that the database holds of answers, opened."""
    return "".join(row.answer for row in KeptAnswer.objects.all())


def test_a_service_account_is_made_disabled_and_enabled(owner: App, here: str) -> None:
    made = owner.post(f"{here}/service-accounts", {"name": "Robot", "role": "reporter"})
    assert made.status_code == 201
    path = made["Location"].removeprefix("/api/v1/")
    assert [role["role"] for role in owner.get(path).json()["roles"]] == ["reporter"]
    assert owner.post(f"{path}/disable").json()["is_active"] is False
    assert owner.post(f"{path}/enable").json()["is_active"] is True


def test_a_token_is_shown_once_works_and_is_revoked(
    owner: App, app: App, here: str, robot: Any
) -> None:
    path, body = f"{here}/service-accounts/{robot.pk}/tokens", {"name": "Nightly", "days": 7}
    made = owner.post(path, body, KEY)
    app.token = made.json()["token"]
    assert app.get(f"{here}/sites").status_code == 200
    # Sent again, the answer is without it: it was in one answer and nowhere else.
    again = owner.post(path, body, KEY)
    assert again.json() == made.json() | {"token": None}
    assert ApiToken.objects.everywhere(reason="test").count() == 1
    assert app.token not in stored()
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {ApiToken._meta.db_table}")
        assert app.token not in str(cursor.fetchall())
    one = made["Location"].removeprefix("/api/v1/")
    assert "token" not in owner.get(one).json()
    assert owner.delete(one).status_code == 204
    assert app.get(f"{here}/sites").status_code == 401
    assert owner.get(f"{path}?state=revoked").json()["results"][0]["id"] == made.json()["id"]


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        ({}, "name"),
        ({"name": "X", "days": 367}, "days"),
        ({"name": "X", "permissions": ["hubs:reboot"]}, "permissions"),
        ({"name": "X", "permissions": ["messages:read"]}, "permissions"),
        ({"name": "X", "read_only": "perhaps"}, "read_only"),
    ],
)
def test_what_is_wrong_with_a_token_is_named(
    owner: App, here: str, robot: Any, body: Any, wrong: str
) -> None:
    response = owner.post(f"{here}/service-accounts/{robot.pk}/tokens", body)
    assert (response.status_code, list(response.json()["errors"])) == (400, [wrong])
    assert not ApiToken.objects.everywhere(reason="test").exists()


def test_a_token_makes_no_tokens(owner: App, app: App, here: str, robot: Any) -> None:
    path = f"{here}/service-accounts/{robot.pk}/tokens"
    app.token = owner.post(path, {"name": "Writes", "read_only": False}).json()["token"]
    assert app.post(path, {"name": "More"}).status_code == 403


APPLICATION = {
    "name": "Wiki",
    "type": "confidential",
    "redirect_uris": ["https://wiki.example/back"],
}


def test_an_application_is_registered_changed_and_disabled(owner: App, here: str) -> None:
    made = owner.post(f"{here}/applications", APPLICATION, KEY)
    assert made.status_code == 201
    secret = made.json()["client_secret"]
    assert secret.startswith("mago_cs_")
    assert owner.post(f"{here}/applications", APPLICATION, KEY).json()["client_secret"] is None
    assert secret not in stored()
    path = made["Location"].removeprefix("/api/v1/")
    changed = owner.change(path, {"name": "Handbook"}).json()
    assert (changed["name"], changed["redirect_uris"]) == (
        "Handbook",
        ["https://wiki.example/back"],
    )
    assert owner.post(f"{path}/disable").json()["is_active"] is False
    assert owner.get(f"{here}/applications?state=active").json()["results"] == []
    assert owner.post(f"{path}/enable").json()["is_active"] is True


def test_a_secret_is_replaced_without_a_gap(owner: App, here: str) -> None:
    path = owner.post(f"{here}/applications", APPLICATION)["Location"].removeprefix("/api/v1/")
    (first,) = owner.get(f"{path}/secrets").json()["results"]
    second = owner.post(f"{path}/secrets")
    assert (second.status_code, second.json()["client_secret"][:8]) == (201, "mago_cs_")
    assert owner.post(f"{path}/secrets").status_code == 409
    assert owner.delete(f"{path}/secrets/{first['slot']}").status_code == 204
    (left,) = owner.get(f"{path}/secrets").json()["results"]
    assert left["hint"] == second.json()["client_secret"][-4:]
    assert owner.delete(f"{path}/secrets/{first['slot']}").status_code == 404
    assert owner.delete(f"{path}/secrets/{10**30}").status_code == 404


def test_nobody_acts_as_a_service_account_by_way_of_an_application(
    owner: App, app_of: Any, acme: Any, alice: Any, bob: Any
) -> None:
    """Whoever looks after applications, and may do little else, would otherwise be whatever acts for one."""
    here = f"organizations/{acme.pk}"
    strong = create_service_account(
        organization=acme, name="Strong", role=RoleName.TECHNICIAN, actor=alice
    )
    acts = {
        "name": "Acts",
        "type": "confidential",
        "grants": ["client_credentials"],
        "scopes": ["api:read"],
        "service_account": str(strong.pk),
    }
    path, proving = (
        owner.post(f"{here}/applications", acts | more)["Location"].removeprefix("/api/v1/")
        for more in (
            {},
            {"name": "Proves", "auth_method": "private_key_jwt", "jwks": public_keys()},
        )
    )
    Membership.objects.create(organization=acme, user=bob)
    names = ["applications:edit", "applications:read", "organizations:read"]
    role = create_custom_role(organization=acme, name="Apps", permissions=names, actor=alice)
    grant_role(user=bob, role=role, scope=acme.access_scope, actor=alice)
    his = app_of(bob)
    assert his.change(path, {"name": "Renamed"}).status_code == 200
    assert his.post(f"{path}/secrets").status_code == 403
    for more in ({"jwks": public_keys()}, {"scopes": ["api"]}):
        assert his.change(proving, more).status_code == 403
    assert owner.post(f"{path}/secrets").status_code == 201


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        ({"type": "secret"}, "type"),
        ({"redirect_uris": ["javascript:alert(1)"]}, "redirect_uris"),
        ({"redirect_uris": "https://wiki.example/"}, "redirect_uris"),
        ({"grants": ["password"]}, "grants"),
        ({"scopes": ["api:write"]}, "scopes"),
        ({"resources": ["https://not-ours.example/"]}, "resources"),
        ({"auth_method": "private_key_jwt", "jwks": {"keys": [{"kty": "\x00"}]}}, "jwks"),
        ({"auth_method": "private_key_jwt", "jwks": []}, "jwks"),
        ({"backchannel_logout_uri": "ftp://wiki.example/"}, "backchannel_logout_uri"),
        ({"is_active": False}, "is_active"),
    ],
)
def test_what_is_wrong_with_an_application_is_named(
    owner: App, here: str, acme: Any, body: Any, wrong: str
) -> None:
    response = owner.post(f"{here}/applications", APPLICATION | body)
    assert (response.status_code, list(response.json()["errors"])) == (400, [wrong])
    assert not Application.objects.of(acme).exists()


def test_an_application_of_the_platform_is_its_administrators(
    owner: App, app_of: Any, dora: Any, here: str, robot: Any
) -> None:
    admin = app_of(dora)
    made = admin.post("applications", APPLICATION)
    assert (made.status_code, made.json()["client_secret"][:8]) == (201, "mago_cs_")
    assert made["Location"] == f"/api/v1/applications/{made.json()['id']}"
    path = made["Location"].removeprefix("/api/v1/")
    assert admin.change(path, {"name": "Desk"}).json()["name"] == "Desk"
    assert admin.post(f"{path}/secrets").status_code == 201
    assert admin.delete(f"{path}/secrets/1").status_code == 204
    assert admin.post(f"{path}/disable").json()["is_active"] is False
    assert admin.post(f"{path}/enable").json()["is_active"] is True
    # No organization's: neither its list, nor its service accounts.
    theirs = owner.post(f"{here}/applications", APPLICATION).json()["id"]
    assert [row["name"] for row in admin.get("applications").json()["results"]] == ["Desk"]
    assert admin.get(f"applications/{theirs}").status_code == 404
    assert owner.get(f"{here}/{path}").status_code == 404
    wrong = admin.post("applications", APPLICATION | {"service_account": str(robot.pk)})
    assert (wrong.status_code, list(wrong.json()["errors"])) == (400, ["service_account"])
    # Who owns an organization owns nothing here.
    for refused in (
        owner.get("applications"), owner.get(path), owner.post("applications", APPLICATION),
        owner.post(f"{path}/disable"), owner.post(f"{path}/secrets"), owner.delete(f"{path}/secrets/2"),
    ):  # fmt: skip
        assert refused.status_code == 403
    assert Application.objects.of_platform().get().is_active


def test_of_another_organization_nothing_is_found(
    owner: App, here: str, other: Any, charlie: Any
) -> None:
    theirs = create_service_account(organization=other, name="Robot", actor=charlie)
    for path in (f"service-accounts/{theirs.pk}", f"service-accounts/{theirs.pk}/tokens"):
        assert owner.get(f"{here}/{path}").status_code == 404
    # Nor can it be named in what is one's own.
    response = owner.post(f"{here}/applications", APPLICATION | {"service_account": str(theirs.pk)})
    assert list(response.json()["errors"]) == ["service_account"]


def test_two_applications_of_the_platform_never_share_a_name(
    app_of: Any, dora: Any, owner: App, here: str
) -> None:
    admin = app_of(dora)
    assert admin.post("applications", APPLICATION).status_code == 201
    again = admin.post("applications", APPLICATION)
    assert (again.status_code, list(again.json()["errors"])) == (400, ["name"])
    assert Application.objects.everywhere(reason="a test").count() == 1
    # An organization's is another one's, whatever it is called.
    assert owner.post(f"{here}/applications", APPLICATION).status_code == 201
