"""Applications of the platform itself: its administrators look after them, and nobody else does."""

from typing import Any

import pytest

from accounts.organizations.services import create_organization
from accounts.provider.models import Application
from accounts.provider.selectors import applications_of, proved_by_secret
from accounts.provider.services import create_application
from tests.conftest import Browser

pytestmark = pytest.mark.one_database

AT = "/admincenter/applications/"
FORM = {
    "name": "Pocket",
    "type": "public",
    "redirect_uris": "com.example.pocket:/back",
    "grants": ["authorization_code", "refresh_token"],
    "scopes": "openid\nemail",
    "id_token_algorithm": "ES256",
}


@pytest.fixture
def desk(db: None) -> Application:
    """One of the platform that proves itself by a secret."""
    uris = ["https://desk.example/back"]
    return create_application(name="Desk", type="confidential", redirect_uris=uris, actor=None)[0]


@pytest.fixture
def wiki(alice: Any) -> Application:
    """Acme's, of which alice is the owner."""
    acme = create_organization(name="Acme", owner=alice, actor=alice)
    fields: dict[str, Any] = {"type": "public", "redirect_uris": ["https://wiki.example/"]}
    return create_application(name="Wiki", organization=acme, actor=alice, **fields)[0]


def test_an_administrator_registers_one_for_everybody(
    admin: Browser, dora: Any, events: Any
) -> None:
    assert "service_account" not in admin.get(f"{AT}create/").context["form"].fields
    answer = admin.post(f"{AT}create/", FORM)
    row = applications_of(None).get()
    assert answer["Location"] == f"{AT}{row.pk}/"
    assert (row.organization, row.created_by, row.is_public) == (None, dora, True)
    (event,) = events("provider:application:created")
    assert (event.organization_id, event.actor_id) == (None, dora.pk)
    page = admin.get(f"{AT}{row.pk}/").text
    assert row.client_id in page
    assert f'href="{AT}{row.pk}/edit/"' in page


def test_the_list_has_those_of_no_organization(
    admin: Browser, desk: Application, wiki: Application
) -> None:
    page = admin.get(AT).text
    assert f'href="{AT}{desk.pk}/"' in page
    assert "Wiki" not in page


def test_one_is_changed_disabled_and_enabled(admin: Browser, desk: Application) -> None:
    sent = FORM | {"name": "Counter", "redirect_uris": "https://desk.example/new"}
    assert admin.post(f"{AT}{desk.pk}/edit/", sent)["Location"] == f"{AT}{desk.pk}/"
    assert admin.post(f"{AT}{desk.pk}/disable/")["Location"] == f"{AT}{desk.pk}/"
    desk.refresh_from_db()
    assert (desk.name, desk.is_active) == ("Counter", False)
    assert f'action="{AT}{desk.pk}/enable/"' in admin.get(f"{AT}{desk.pk}/").text
    admin.post(f"{AT}{desk.pk}/enable/")
    desk.refresh_from_db()
    assert desk.is_active


def test_its_secret_is_shown_once_and_replaced(admin: Browser, desk: Application) -> None:
    made = admin.post(f"{AT}{desk.pk}/secrets/create/")
    assert (made.status_code, f'href="{AT}{desk.pk}/"' in made.text) == (201, True)
    page = admin.get(f"{AT}{desk.pk}/").text
    assert made.context["secret"] not in page
    assert f'action="{AT}{desk.pk}/secrets/1/revoke/"' in page
    admin.post(f"{AT}{desk.pk}/secrets/1/revoke/")
    assert [secret.slot for secret in desk.secrets.all()] == [2]
    assert proved_by_secret(desk.client_id, made.context["secret"]) == desk


def test_it_cannot_act_at_our_api_as_nobody(admin: Browser) -> None:
    wrong = {"grants": ["client_credentials"], "scopes": "api:read", "redirect_uris": ""}
    answer = admin.post(f"{AT}create/", FORM | {"type": "confidential"} | wrong)
    assert (answer.status_code, list(answer.context["form"].errors)) == (400, ["scopes"])
    assert not applications_of(None).exists()


@pytest.mark.parametrize("who", ["alice", "bob"])
def test_nobody_else_comes_in_though_they_own_an_organization(
    who: str, request: Any, desk: Application, wiki: Application
) -> None:
    browser = Browser().as_person(request.getfixturevalue(who))
    page = f"{AT}{desk.pk}/"
    shut = [browser.get(path) for path in (AT, f"{AT}create/", page, f"{page}edit/")]
    shut += [browser.post(f"{AT}create/", FORM), browser.post(f"{page}disable/")]
    shut += [browser.post(f"{page}secrets/create/"), browser.post(f"{page}secrets/1/revoke/")]
    assert {answer.status_code for answer in shut} == {403}
    assert f'href="{AT}"' not in browser.get("/admincenter/organizations/").text
    assert applications_of(None).get().is_active
    assert desk.secrets.count() == 1


def test_an_organization_s_is_not_found_here_nor_this_one_there(
    admin: Browser, alice: Any, desk: Application, wiki: Application
) -> None:
    for path in (f"{wiki.pk}/", f"{wiki.pk}/edit/"):
        assert admin.get(AT + path).status_code == 404
    assert admin.post(f"{AT}{wiki.pk}/disable/").status_code == 404
    there = f"/admincenter/organizations/acme/applications/{desk.pk}/"
    assert Browser().as_person(alice).post(f"{there}disable/").status_code == 404
    assert admin.get(there).status_code == 404
    desk.refresh_from_db()
    wiki.refresh_from_db()
    assert desk.is_active
    assert wiki.is_active


def test_a_name_comes_once(admin: Browser) -> None:
    assert admin.post(f"{AT}create/", FORM).status_code == 302
    again = admin.post(f"{AT}create/", FORM)
    assert (again.status_code, "This name is taken." in again.text) == (400, True)
    assert admin.get(AT).text.count("<bdi>Pocket</bdi>") == 1
