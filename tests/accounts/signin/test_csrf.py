"""No form of another site does anything here."""

import pytest

from accounts.models import User
from tests.conftest import PASSWORD, Browser
from tests.routes import routes

pytestmark = pytest.mark.one_database
# Sent by programs and by other sites, as their protocols want it: each carries a proof of its own.
PROTOCOLS = ("/api/", "/oauth/")


def test_a_post_without_the_mark_is_refused_everywhere(dora: User, without_templates: None) -> None:
    browser = Browser(enforce_csrf_checks=True).as_person(dora)
    paths = {route.path for route in routes() if not route.path.startswith(PROTOCOLS)}
    # Apple and others send their answer as a form of theirs; its `state` belongs to this browser. A provider that
    # signs somebody out brings no browser at all; its token is signed. So is what comes by SAML, and the request that
    # it answers belongs to this browser.
    foreign = ("/callback/", "/backchannel-logout/", "/saml/garbage/acs/", "/saml/garbage/logout/")
    paths = sorted(path for path in paths if not path.endswith(foreign))
    answers = {path: browser.post(path, {"x": "y"}).status_code for path in paths}
    assert {path: status for path, status in answers.items() if status not in (403, 405)} == {}


def test_the_mark_of_another_browser_is_worth_nothing(alice: User) -> None:
    other, browser = Browser(enforce_csrf_checks=True), Browser(enforce_csrf_checks=True)
    other.get("/accounts/login/")
    browser.get("/accounts/login/")
    fields = {
        "login": alice.email,
        "password": PASSWORD,
        "csrfmiddlewaretoken": other.cookies["csrf"].value,
    }
    assert browser.post("/accounts/login/", fields).status_code == 403


def test_with_its_own_mark_it_is_taken_and_the_mark_changes(alice: User) -> None:
    browser = Browser(enforce_csrf_checks=True)
    browser.get("/accounts/login/")
    mark = browser.cookies["csrf"].value
    fields = {"login": alice.email, "password": PASSWORD, "csrfmiddlewaretoken": mark}
    assert browser.post("/accounts/login/", fields).status_code == 302
    assert browser.cookies["csrf"].value != mark


def test_the_mark_is_not_for_scripts(browser: Browser) -> None:
    morsel = browser.get("/accounts/login/").cookies["csrf"]
    assert (morsel["httponly"], morsel["samesite"]) == (True, "Lax")
