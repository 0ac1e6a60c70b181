"""/accounts/sessions/…"""

from collections.abc import Callable
from typing import Any

from accounts.models import User
from accounts.sessions.models import Session
from mago.core.ids import digest, new_id
from tests.accounts.conftest import is_signed_in, sign_in
from tests.conftest import App, Browser


def row_of(browser: Browser) -> Session:
    return Session.objects.get(session_key=digest(browser.cookies["session"].value))


def test_only_who_is_signed_in_comes_here(browser: Browser) -> None:
    assert browser.get("/accounts/sessions/").url == "/accounts/login/?next=/accounts/sessions/"


def test_it_lists_ones_own_sessions(browser: Browser, alice: User, bob: User) -> None:
    sign_in(Browser(), bob.email)
    sign_in(Browser(), alice.email)
    sign_in(browser, alice.email)
    sessions = browser.get("/accounts/sessions/").context["sessions"]
    assert len(sessions) == 2
    assert {session.user_id for session in sessions} == {alice.pk}


def test_no_key_stands_on_the_page(browser: Browser, alice: User) -> None:
    sign_in(browser, alice.email)
    page = browser.get("/accounts/sessions/").content.decode()
    assert len(browser.get("/accounts/sessions/").context["sessions"]) == 1
    assert row_of(browser).session_key not in page
    assert browser.cookies["session"].value not in page


def test_a_session_can_be_ended(browser: Browser, alice: User) -> None:
    elsewhere = Browser()
    sign_in(elsewhere, alice.email)
    sign_in(browser, alice.email)
    assert browser.post(f"/accounts/sessions/{row_of(elsewhere).id}/end/").status_code == 302
    assert not is_signed_in(elsewhere)
    assert is_signed_in(browser)


def test_looking_does_not_end_it(browser: Browser, alice: User) -> None:
    sign_in(browser, alice.email)
    assert browser.get(f"/accounts/sessions/{row_of(browser).id}/end/").status_code == 405
    assert is_signed_in(browser)


def test_ending_ones_own_signs_out(browser: Browser, alice: User) -> None:
    sign_in(browser, alice.email)
    browser.post(f"/accounts/sessions/{row_of(browser).id}/end/")
    assert not is_signed_in(browser)


def test_somebody_elses_is_not_there(browser: Browser, alice: User, bob: User) -> None:
    his = Browser()
    sign_in(his, bob.email)
    sign_in(browser, alice.email)
    assert browser.post(f"/accounts/sessions/{row_of(his).id}/end/").status_code == 404
    assert is_signed_in(his)


def test_not_even_for_an_administrator_on_this_page(
    browser: Browser, dora: User, bob: User
) -> None:
    his = Browser()
    sign_in(his, bob.email)
    sign_in(browser, dora.email)
    assert browser.post(f"/accounts/sessions/{row_of(his).id}/end/").status_code == 404


def test_one_that_never_was_is_not_there(browser: Browser, alice: User) -> None:
    sign_in(browser, alice.email)
    assert browser.post(f"/accounts/sessions/{new_id()}/end/").status_code == 404


def test_ending_twice_does_no_harm(browser: Browser, alice: User) -> None:
    elsewhere = Browser()
    sign_in(elsewhere, alice.email)
    sign_in(browser, alice.email)
    path = f"/accounts/sessions/{row_of(elsewhere).id}/end/"
    assert [browser.post(path).status_code for _ in range(2)] == [302, 404]
    assert is_signed_in(browser)


def test_all_others_can_be_ended(browser: Browser, app: App, alice: User) -> None:
    elsewhere = Browser()
    sign_in(elsewhere, alice.email)
    app.sign_in(alice)
    sign_in(browser, alice.email)
    browser.post("/accounts/sessions/end-others/")
    assert is_signed_in(browser)
    assert not is_signed_in(elsewhere)
    assert app.get("me").status_code == 401
    assert len(browser.get("/accounts/sessions/").context["sessions"]) == 1


def test_a_copy_of_this_ones_key_is_dead_then(browser: Browser, alice: User) -> None:
    sign_in(browser, alice.email)
    thief = Browser()
    thief.cookies["session"] = browser.cookies["session"].value
    browser.post("/accounts/sessions/end-others/")
    assert not is_signed_in(thief)


def test_other_people_stay(browser: Browser, alice: User, bob: User) -> None:
    his = Browser()
    sign_in(his, bob.email)
    sign_in(browser, alice.email)
    browser.post("/accounts/sessions/end-others/")
    assert is_signed_in(his)


def test_both_are_told(browser: Browser, alice: User, events: Callable[..., list[Any]]) -> None:
    elsewhere = Browser()
    sign_in(elsewhere, alice.email)
    sign_in(browser, alice.email)
    browser.post(f"/accounts/sessions/{row_of(elsewhere).id}/end/")
    browser.post("/accounts/sessions/end-others/")
    assert events("sessions:one:ended")[0].actor_id == alice.pk
    assert events("sessions:all:ended")[0].actor_id == alice.pk


def test_another_site_can_end_nothing(alice: User) -> None:
    browser = Browser(enforce_csrf_checks=True)
    browser.as_person(alice)
    assert browser.post("/accounts/sessions/end-others/").status_code == 403
