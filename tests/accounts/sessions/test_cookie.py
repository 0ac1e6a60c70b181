"""The session cookie and the row it opens."""

from datetime import timedelta

import pytest
import time_machine
from django.conf import settings
from django.utils import timezone

from accounts.access.services import set_active, sign_out_everywhere
from accounts.models import User
from accounts.sessions.models import Session
from accounts.sessions.store import SessionStore
from mago.core.ids import digest
from tests.accounts.conftest import is_signed_in, sign_in, sign_up
from tests.conftest import Browser

pytestmark = pytest.mark.one_database

HOUR, DAY, MINUTE = timedelta(hours=1), timedelta(days=1), timedelta(minutes=1)


def cookie(browser: Browser) -> str:
    return browser.cookies["session"].value


def test_the_cookie_is_for_this_site_and_not_for_scripts(browser: Browser, alice: User) -> None:
    morsel = sign_in(browser, alice.email).cookies["session"]
    assert (morsel["httponly"], morsel["samesite"], morsel["path"]) == (True, "Lax", "/")
    assert not morsel["domain"]


def test_without_a_wish_it_ends_with_the_browser(browser: Browser, alice: User) -> None:
    morsel = sign_in(browser, alice.email).cookies["session"]
    assert (morsel["max-age"], morsel["expires"]) == ("", "")


def test_who_wishes_it_stays_signed_in_for_thirty_days(browser: Browser, alice: User) -> None:
    morsel = sign_in(browser, alice.email, remember="on").cookies["session"]
    assert morsel["max-age"] == 30 * 24 * 3600


def test_the_key_has_256_bits(browser: Browser, alice: User) -> None:
    sign_in(browser, alice.email)
    assert len(cookie(browser)) == 43


def test_the_row_holds_only_a_digest_of_the_key(browser: Browser, alice: User) -> None:
    sign_in(browser, alice.email)
    row = Session.objects.get()
    assert row.session_key == digest(cookie(browser))
    assert cookie(browser) not in str(vars(row))


def test_the_digest_is_no_key(browser: Browser, alice: User) -> None:
    sign_in(browser, alice.email)
    thief = Browser()
    thief.cookies["session"] = Session.objects.get().session_key
    assert not is_signed_in(thief)


def test_a_visitor_gets_no_cookie_and_no_row(browser: Browser) -> None:
    for path in ("/", "/accounts/login/", "/accounts/signup/", "/accounts/password/reset/"):
        assert "session" not in browser.get(path).cookies
    assert not Session.objects.exists()


def test_signing_in_changes_the_key(browser: Browser, alice: User) -> None:
    sign_up(browser, "someone@example.com")
    before = cookie(browser)
    sign_in(browser, alice.email)
    assert cookie(browser) != before


def test_the_row_of_the_old_key_is_gone(browser: Browser, alice: User) -> None:
    sign_up(browser, "someone@example.com")
    sign_in(browser, alice.email)
    assert Session.objects.get().session_key == digest(cookie(browser))


def test_a_key_planted_before_the_sign_in_opens_nothing(browser: Browser, alice: User) -> None:
    attacker = Browser()
    sign_up(attacker, "attacker@example.com")
    browser.cookies["session"] = cookie(attacker)
    sign_in(browser, alice.email)
    assert is_signed_in(browser)
    assert not is_signed_in(attacker)


def test_a_key_of_ones_own_invention_is_not_taken_over(browser: Browser, alice: User) -> None:
    browser.cookies["session"] = "A" * 43
    sign_in(browser, alice.email)
    assert cookie(browser) != "A" * 43


@pytest.mark.parametrize(
    "key", ["", "x", "A" * 43, "A" * 10_000, "\x00", "\xff\xfe", "'; DROP TABLE"]
)
def test_nonsense_opens_nothing_and_is_taken_back(browser: Browser, alice: User, key: str) -> None:
    browser.cookies["session"] = key
    answer = browser.get("/accounts/")
    assert answer.status_code == 302
    if key:
        assert answer.cookies["session"]["max-age"] == 0


def test_it_ends_after_an_hour_of_rest(browser: Browser, alice: User) -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        sign_in(browser, alice.email)
        clock.shift(HOUR)
        assert not is_signed_in(browser)


def test_use_keeps_it_alive(browser: Browser, alice: User) -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        sign_in(browser, alice.email)
        for _ in range(3):
            clock.shift(HOUR - MINUTE)
            assert is_signed_in(browser)


@pytest.mark.slow
def test_no_use_keeps_it_alive_for_more_than_a_day(browser: Browser, alice: User) -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        sign_in(browser, alice.email)
        for _ in range(47):
            clock.shift(HOUR / 2)
            assert is_signed_in(browser)
        clock.shift(HOUR / 2)
        assert not is_signed_in(browser)


def test_one_to_be_kept_rests_for_two_weeks(browser: Browser, alice: User) -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        sign_in(browser, alice.email, remember="on")
        clock.shift(14 * DAY - MINUTE)
        assert is_signed_in(browser)
        clock.shift(14 * DAY)
        assert not is_signed_in(browser)


@pytest.mark.slow
def test_one_to_be_kept_ends_after_thirty_days_of_use(browser: Browser, alice: User) -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        sign_in(browser, alice.email, remember="on")
        for _ in range(29):
            clock.shift(DAY)
            assert is_signed_in(browser)
        clock.shift(DAY)
        assert not is_signed_in(browser)


def test_expiry_needs_no_clean_up(browser: Browser, alice: User) -> None:
    sign_in(browser, alice.email)
    Session.objects.update(expire_date=timezone.now())
    assert not is_signed_in(browser)
    assert Session.objects.exists()


def test_the_clean_up_takes_ended_rows_only(browser: Browser, alice: User) -> None:
    sign_in(browser, alice.email)
    sign_in(Browser(), alice.email)
    Session.objects.filter(session_key=digest(cookie(browser))).update(
        expire_date=timezone.now() - MINUTE
    )
    SessionStore.clear_expired()
    assert Session.objects.count() == 1
    assert not is_signed_in(browser)


def test_reading_pages_writes_the_row_once_a_minute(browser: Browser, alice: User) -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        sign_in(browser, alice.email)
        seen = Session.objects.get().last_seen_at
        clock.shift(59)
        is_signed_in(browser)
        assert Session.objects.get().last_seen_at == seen
        clock.shift(1)
        is_signed_in(browser)
        assert Session.objects.get().last_seen_at > seen


def test_a_disabled_person_is_out_at_the_next_request(
    browser: Browser, alice: User, dora: User
) -> None:
    sign_in(browser, alice.email)
    set_active(user=alice, active=False, actor=dora)
    assert not is_signed_in(browser)


def test_being_active_is_asked_at_each_request(browser: Browser, alice: User) -> None:
    sign_in(browser, alice.email)
    User.objects.update(is_active=False)
    assert not is_signed_in(browser)


def test_enabling_again_does_not_bring_the_session_back(
    browser: Browser, alice: User, dora: User
) -> None:
    sign_in(browser, alice.email)
    set_active(user=alice, active=False, actor=dora)
    set_active(user=alice, active=True, actor=dora)
    assert not is_signed_in(browser)


def test_signed_out_everywhere_is_out_at_the_next_request(browser: Browser, alice: User) -> None:
    sign_in(browser, alice.email)
    sign_out_everywhere(alice, actor=None)
    assert not is_signed_in(browser)


def test_a_session_opened_after_that_moment_lives(browser: Browser, alice: User) -> None:
    sign_out_everywhere(alice, actor=None)
    sign_in(browser, alice.email)
    assert is_signed_in(browser)


def test_signing_one_out_leaves_others_in(browser: Browser, alice: User, bob: User) -> None:
    sign_in(browser, bob.email)
    sign_out_everywhere(alice, actor=None)
    assert is_signed_in(browser)


def test_a_deleted_person_is_out(browser: Browser, alice: User) -> None:
    sign_in(browser, alice.email)
    alice.delete()
    assert not is_signed_in(browser)


def test_a_row_that_was_ended_while_a_request_ran_stays_ended(
    browser: Browser, alice: User
) -> None:
    sign_in(browser, alice.email)
    store = SessionStore(cookie(browser))
    store["late"] = "write"
    Session.objects.all().delete()
    from django.contrib.sessions.backends.base import UpdateError

    with pytest.raises(UpdateError):
        store.save()
    assert not Session.objects.exists()


def test_what_lies_in_a_session_was_written_by_us(browser: Browser, alice: User) -> None:
    sign_in(browser, alice.email)
    Session.objects.update(session_data="e30:forged:signature")
    assert browser.get("/accounts/").status_code in (200, 302)


def test_programs_get_no_session(browser: Browser, alice: User) -> None:
    sign_in(browser, alice.email)
    assert browser.get("/api/v1/me").status_code == 401


def test_lifetimes_are_those_that_are_documented() -> None:
    assert (settings.SESSION_IDLE, settings.SESSION_ABSOLUTE) == (HOUR, DAY)
    assert (settings.SESSION_REMEMBERED_IDLE, settings.SESSION_REMEMBERED_ABSOLUTE) == (
        14 * DAY,
        30 * DAY,
    )
