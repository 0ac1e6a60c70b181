"""Who gets in: dora, and nobody else."""

from typing import Any
from uuid import UUID

import pytest

from mago.audit.tags import Tag

pytestmark = pytest.mark.one_database

LISTS = ["", "people/", "messages/", "audit/"]
NOBODY = f"people/{UUID(int=7)}/"
DETAILS = [NOBODY, f"messages/{UUID(int=7)}/", "audit/999999/"]
ACTIONS = [
    *(NOBODY + action for action in ("disable/", "enable/", "send-reset/", "sessions/end/")),
    f"{NOBODY}sessions/{UUID(int=7)}/end/",
    f"{NOBODY}programs/{UUID(int=7)}/revoke/",
    f"messages/{UUID(int=7)}/retry/",
]


@pytest.mark.parametrize("path", LISTS)
def test_dora_sees_every_list(admin: Any, path: str) -> None:
    response = admin.get(f"/admincenter/{path}")
    assert response.status_code == 200
    assert b'aria-current="page"' in response.content


@pytest.mark.parametrize("path", [*LISTS, *DETAILS])
def test_bob_is_refused_and_that_is_recorded(
    browser: Any, bob: Any, events: Any, path: str
) -> None:
    assert browser.as_person(bob).get(f"/admincenter/{path}").status_code == 403
    (event,) = events(Tag.ACCESS_REFUSED)
    assert (event.actor_id, event.outcome) == (bob.pk, "refused")
    assert event.detail["path"] == f"/admincenter/{path}"


def test_the_trail_says_why_in_its_own_language(browser: Any, bob: Any, events: Any) -> None:
    italian = {"Accept-Language": "it"}
    refused = browser.as_person(bob).get("/admincenter/people/", headers=italian)
    assert (refused.status_code, refused.headers["Content-Language"]) == (403, "it")
    (event,) = events(Tag.ACCESS_REFUSED)
    assert event.detail["reason"] == "No role of this person allows people:read."


@pytest.mark.parametrize("path", [*ACTIONS, "messages/retry/"])
def test_bob_does_nothing(browser: Any, bob: Any, path: str) -> None:
    assert browser.as_person(bob).post(f"/admincenter/{path}").status_code == 403


@pytest.mark.parametrize("path", [*LISTS, *DETAILS, *ACTIONS])
def test_a_visitor_is_asked_to_sign_in(browser: Any, path: str) -> None:
    response = browser.get(f"/admincenter/{path}")
    assert response.status_code == 302
    assert response["Location"].startswith("/accounts/login/")


@pytest.mark.parametrize("path", DETAILS)
def test_what_does_not_exist_is_not_found(admin: Any, path: str) -> None:
    assert admin.get(f"/admincenter/{path}").status_code == 404


@pytest.mark.parametrize(
    "path", ["people/1/", "messages/x/", "audit/-1/", f"audit/{10**30}/", "audit/x/"]
)
def test_what_is_no_identifier_is_not_found(admin: Any, path: str) -> None:
    assert admin.get(f"/admincenter/{path}").status_code == 404


@pytest.mark.parametrize("path", ACTIONS)
def test_acting_on_what_does_not_exist_is_not_found(admin: Any, path: str) -> None:
    assert admin.post(f"/admincenter/{path}", {"reason": "gone"}).status_code == 404


@pytest.mark.parametrize("path", [*ACTIONS, "messages/retry/"])
def test_an_action_cannot_be_got(admin: Any, path: str) -> None:
    assert admin.get(f"/admincenter/{path}").status_code == 405


@pytest.mark.parametrize("path", [*LISTS, *DETAILS])
def test_a_page_cannot_be_posted_to(admin: Any, path: str) -> None:
    assert admin.post(f"/admincenter/{path}").status_code == 405


def test_an_action_from_another_site_is_refused(alice: Any, dora: Any) -> None:
    from tests.conftest import Browser

    browser = Browser(enforce_csrf_checks=True).as_person(dora)
    assert (
        browser.post(f"/admincenter/people/{alice.pk}/disable/", {"reason": "x"}).status_code == 403
    )
    alice.refresh_from_db()
    assert alice.is_active


def test_the_navigation_shows_what_is_permitted(
    admin: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from accounts.access.permissions import Permission
    from accounts.access.roles import ON_PLATFORM, RoleName

    monkeypatch.setitem(
        ON_PLATFORM, RoleName.PLATFORM_ADMINISTRATOR, frozenset({Permission.OVERVIEW_READ})
    )
    page = admin.get("/admincenter/").content.decode()
    assert 'href="/admincenter/"' in page
    for section in ("people", "messages", "audit"):
        assert f"/admincenter/{section}/" not in page
