"""Applications of an organization: registered by its owner, with a secret that is shown once."""

import io
import json
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from accounts.access.roles import RoleName
from accounts.access.services import create_service_account
from accounts.provider.models import Application, TokenFamily
from accounts.provider.selectors import proved_by_secret
from accounts.provider.services import create_application

AT = "/admincenter/organizations/acme/applications/"
FORM = {
    "name": "Wiki",
    "type": "confidential",
    "auth_method": "",
    "redirect_uris": "https://wiki.example/back\r\n https://wiki.example/other ",
    "grants": ["authorization_code", "refresh_token"],
    "scopes": "openid\nemail",
    "id_token_algorithm": "ES256",
}


def rows(acme: Any) -> list[Application]:
    return list(Application.objects.of(acme))


@pytest.fixture
def wiki(acme: Any, alice: Any) -> Application:
    return create_application(
        name="Wiki",
        type="confidential",
        redirect_uris=["https://wiki.example/back"],
        organization=acme,
        actor=alice,
    )[0]


def test_an_owner_registers_one_and_sees_its_secret_once(
    owner: Any, acme: Any, events: Any
) -> None:
    answer = owner.post(f"{AT}create/", FORM)
    assert answer.status_code == 201
    (row,) = rows(acme)
    assert row.redirect_uris == ["https://wiki.example/back", "https://wiki.example/other"]
    assert (row.scopes, row.auth_method) == (["openid", "email"], "client_secret_basic")
    secret = answer.context["secret"]
    assert proved_by_secret(row.client_id, secret) == row
    page = owner.get(f"{AT}{row.pk}/").text
    assert row.client_id in page
    assert secret not in page
    assert secret[-4:] in page
    (event,) = events("provider:application:created")
    assert event.organization_id == acme.pk
    assert "Wiki" in owner.get(AT).text


def test_a_public_one_has_no_secret(owner: Any, acme: Any) -> None:
    answer = owner.post(f"{AT}create/", FORM | {"type": "public"})
    (row,) = rows(acme)
    assert answer["Location"] == f"{AT}{row.pk}/"
    assert not row.secrets.exists()


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"redirect_uris": "http://wiki.example/"}, "redirect_uris"),
        ({"redirect_uris": ""}, "redirect_uris"),
        ({"grants": ["client_credentials"], "scopes": "api:read"}, "service_account"),
        ({"grants": []}, "grants"),
        ({"scopes": "two words"}, "scopes"),
        ({"auth_method": "private_key_jwt"}, "jwks"),
        ({"auth_method": "private_key_jwt", "jwks": "[" * 9999}, "jwks"),
        ({"auth_method": "none"}, "auth_method"),
        ({"resources": "https://not-ours.example/"}, "resources"),
        ({"name": "x" * 61}, "name"),
    ],
)
def test_what_is_wrong_stands_beside_the_field_and_nothing_is_made(
    owner: Any, acme: Any, wrong: dict[str, Any], field: str
) -> None:
    answer = owner.post(f"{AT}create/", FORM | wrong)
    assert (answer.status_code, list(answer.context["form"].errors)) == (400, [field])
    assert rows(acme) == []


def test_a_name_is_taken_once(owner: Any, acme: Any, wiki: Application) -> None:
    answer = owner.post(f"{AT}create/", FORM)
    assert list(answer.context["form"].errors) == ["name"]


def test_it_is_changed_and_stays_what_it_is(owner: Any, wiki: Application, events: Any) -> None:
    form = owner.get(f"{AT}{wiki.pk}/edit/").context["form"]
    assert form["redirect_uris"].value() == "https://wiki.example/back"
    changed = FORM | {"name": "Knowledge", "type": "public"}
    assert owner.post(f"{AT}{wiki.pk}/edit/", changed)["Location"] == f"{AT}{wiki.pk}/"
    wiki.refresh_from_db()
    assert (wiki.name, wiki.type) == ("Knowledge", "confidential")
    (event,) = events("provider:application:edited")
    assert event.detail["before"]["name"] == "Wiki"
    assert event.detail["after"]["name"] == "Knowledge"


def test_it_acts_as_a_service_account_of_its_organization_only(
    owner: Any, acme: Any, robot: Any, other: Any, charlie: Any
) -> None:
    foreign = create_service_account(organization=other, name="Foreign", actor=charlie)
    sent = FORM | {"grants": ["client_credentials"], "scopes": "api:read", "redirect_uris": ""}
    assert owner.post(f"{AT}create/", sent | {"service_account": foreign.pk}).status_code == 400
    assert owner.post(f"{AT}create/", sent | {"service_account": robot.pk}).status_code == 201


def test_secrets_are_rotated(owner: Any, wiki: Application) -> None:
    second = owner.post(f"{AT}{wiki.pk}/secrets/create/")
    assert second.status_code == 201
    assert owner.post(f"{AT}{wiki.pk}/secrets/create/").status_code == 409
    owner.post(f"{AT}{wiki.pk}/secrets/1/revoke/")
    assert [secret.slot for secret in wiki.secrets.all()] == [2]
    assert proved_by_secret(wiki.client_id, second.context["secret"]) == wiki


def test_a_disabled_one_is_shown_so_and_enabled_again(
    owner: Any, wiki: Application, events: Any
) -> None:
    owner.post(f"{AT}{wiki.pk}/disable/")
    assert "Disabled" in owner.get(f"{AT}{wiki.pk}/").text
    owner.post(f"{AT}{wiki.pk}/enable/")
    wiki.refresh_from_db()
    assert wiki.is_active
    assert len(events("provider:application:disabled")) == 1


def test_who_only_reads_sees_and_changes_nothing(reporter: Any, wiki: Application) -> None:
    assert "Wiki" in reporter.get(AT).text
    page = reporter.get(f"{AT}{wiki.pk}/")
    assert page.status_code == 200
    assert "secrets/create" not in page.text
    assert reporter.post(f"{AT}{wiki.pk}/disable/").status_code == 403


def test_a_list_costs_the_same_however_many_there_are(
    owner: Any, acme: Any, alice: Any, django_assert_max_num_queries: Any
) -> None:
    for number in range(8):
        row, _ = create_application(
            name=f"App {number}",
            type="public",
            redirect_uris=["https://a.example/"],
            organization=acme,
            actor=alice,
        )
        TokenFamily.objects.create(
            user=alice, application=row, last_used_at=row.created_at, expires_at=row.created_at
        )
    with django_assert_max_num_queries(14):
        page = owner.get(AT).text
    assert all(f"App {number}" in page for number in range(8))


def test_the_command_prints_what_an_application_needs(acme: Any) -> None:
    out = io.StringIO()
    arguments = ["--name", "Wiki", "--type", "confidential", "--redirect-uri", "https://w.example/"]
    call_command("create_application", *arguments, "--organization", "acme", stdout=out)
    made = json.loads(out.getvalue())
    assert set(made) == {"client_id", "client_secret", "name", "type", "redirect_uris", "issuer"}
    assert proved_by_secret(made["client_id"], made["client_secret"]) in rows(acme)
    for wrong in (["--organization", "nobody"], ["--redirect-uri", "ftp://x/"]):
        with pytest.raises(CommandError):
            call_command("create_application", *arguments, *wrong)


def test_the_command_makes_public_ones_without_a_secret(db: None) -> None:
    out = io.StringIO()
    call_command(
        "create_application", "--name", "App", "--type", "public",
        "--redirect-uri", "http://127.0.0.1/back", stdout=out,
    )  # fmt: skip
    assert "client_secret" not in json.loads(out.getvalue())


def test_the_command_says_as_whom_an_application_acts(acme: Any, alice: Any) -> None:
    """Only where it acts at our API; for a resource outside it needs to be nobody."""
    robot = create_service_account(
        organization=acme, name="Robot", role=RoleName.REPORTER, actor=alice
    )
    arguments = ["--type", "confidential", "--grant", "client_credentials"]
    ours = ["--name", "Nightly", "--scope", "api:read", "--organization", "acme", *arguments]
    for wrong in ([], ["--service-account", "Nobody"]):
        with pytest.raises(CommandError):
            call_command("create_application", *ours, *wrong)
    call_command("create_application", *ours, "--service-account", "Robot", stdout=io.StringIO())
    assert Application.objects.of(acme).get().service_account == robot
    out = io.StringIO()
    call_command(
        "create_application", "--name", "B", "--scope", "orders:read", *arguments, stdout=out
    )
    assert "client_secret" in json.loads(out.getvalue())
