"""/accounts/"""

from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import User
from tests.conftest import Browser

pytestmark = pytest.mark.one_database


def test_only_who_is_signed_in_comes_here(browser: Browser) -> None:
    assert browser.get("/accounts/").url == "/accounts/login/?next=/accounts/"


def test_it_shows_what_is_known(browser: Browser, alice: User) -> None:
    page = browser.as_person(alice).get("/accounts/").content.decode()
    assert alice.email in page
    assert 'value="Alice"' in page


def test_name_and_language_are_kept(browser: Browser, alice: User) -> None:
    answer = browser.as_person(alice).post("/accounts/", {"name": "Alice B.", "language": "it"})
    assert answer.status_code == 302
    assert answer.cookies["language"].value == "it"
    alice.refresh_from_db()
    assert (alice.name, alice.language) == ("Alice B.", "it")


@pytest.mark.parametrize("fields", [{"is_active": ""}, {"email": "x@example.com"}, {"id": "1"}])
def test_nothing_else_can_be_set(browser: Browser, alice: User, fields: dict[str, str]) -> None:
    browser.as_person(alice).post("/accounts/", {"name": "A", "language": "en", **fields})
    after = User.objects.get()
    assert (after.pk, after.email, after.is_active) == (alice.pk, alice.email, True)


@pytest.mark.parametrize("language", ["", "xx", "en\n", "../../etc"])
def test_a_language_that_is_none_changes_nothing(
    browser: Browser, alice: User, language: str
) -> None:
    answer = browser.as_person(alice).post("/accounts/", {"name": "B", "language": language})
    assert answer.status_code == 400
    assert "language" in answer.context["form"].errors
    assert User.objects.get().name == "Alice"


def test_a_name_is_shown_as_text(browser: Browser, alice: User) -> None:
    browser.as_person(alice).post("/accounts/", {"name": "<script>x</script>", "language": "en"})
    page = browser.get("/accounts/").text
    assert "&lt;script&gt;x" in page
    assert "<script>x" not in page


def test_before_and_after_are_told(
    browser: Browser, alice: User, events: Callable[..., list[Any]]
) -> None:
    browser.as_person(alice).post("/accounts/", {"name": "Alice B.", "language": "it"})
    detail = events("signin:profile:changed")[0].told_detail
    assert detail["before"]["name"] == "Alice"
    assert detail["after"] == {"name": "Alice B.", "language": "it"}
