"""Trusted browsers: asked for no second factor, until something changes; and never where more is at stake."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from accounts.access.facts import Strength
from accounts.mfa import services
from accounts.mfa.models import TotpDevice, TrustedBrowser
from accounts.mfa.trust import COOKIE
from mago.audit.tags import Tag
from tests.conftest import Browser

from .conftest import code_of, is_in, second_step, sent_code, sign_in

pytestmark = pytest.mark.django_db


def comes_in_trusting(user: Any, device: TotpDevice) -> Browser:
    browser = Browser()
    browser.post(second_step(browser, user), {"code": code_of(device), "trust": "on"})
    assert is_in(browser)
    return browser


def is_asked(browser: Browser, user: Any) -> bool:
    browser.post("/accounts/logout/")
    return str(sign_in(browser, user)["Location"]).startswith("/accounts/mfa/")


@pytest.fixture
def device(alice: Any, totp_of: Any) -> TotpDevice:
    made: TotpDevice = totp_of(alice)
    return made


@pytest.fixture
def trusted(alice: Any, device: TotpDevice) -> Browser:
    return comes_in_trusting(alice, device)


def test_the_password_is_enough_there_and_the_session_says_why(
    trusted: Browser, alice: Any, events: Any
) -> None:
    assert not is_asked(trusted, alice)
    assert is_in(trusted)
    session = alice.sessions.latest("created_at")
    assert (session.proofs, session.strength) == ("password trusted_browser", 2)
    assert events(Tag.BROWSER_TRUSTED)


def test_not_for_bob_nor_in_another_browser(
    trusted: Browser, alice: Any, bob: Any, totp_of: Any
) -> None:
    totp_of(bob)
    assert is_asked(Browser(), alice)
    assert is_asked(trusted, bob)


def test_the_cookies_value_is_kept_nowhere(trusted: Browser) -> None:
    secret = trusted.cookies[COOKIE]
    assert (secret["httponly"], secret["samesite"]) == (True, "Lax")
    assert secret.value not in str(TrustedBrowser.objects.values_list().get())


@pytest.mark.parametrize("change", ["password", "added", "removed", "revoked", "a month"])
def test_whatever_changes_takes_the_trust_away(
    trusted: Browser, alice: Any, device: TotpDevice, change: str, email_of: Any
) -> None:
    when = datetime.now(UTC)
    if change == "password":
        services.rename_factor(factor=device, name="Other", actor=alice)
        assert not is_asked(trusted, alice)
        # The same password again is another hash.
        alice.set_password("seven geese cross a wet meadow")
        alice.save()
    elif change == "added":
        TotpDevice.objects.create(user=alice, name="Second", key=device.key, confirmed=True)
    elif change == "removed":
        other = TotpDevice.objects.create(user=alice, name="2", key=device.key, confirmed=True)
        TrustedBrowser.objects.update(fingerprint=_fingerprint(alice))
        assert not is_asked(trusted, alice)
        services.remove_factor(factor=other, actor=alice)
    elif change == "revoked":
        row = TrustedBrowser.objects.get()
        trusted.post(f"/accounts/mfa/browsers/{row.pk}/forget/")
    else:
        when += timedelta(days=30, minutes=1)
    with time_machine.travel(when):
        assert is_asked(trusted, alice)


def _fingerprint(user: Any) -> str:
    from accounts.mfa.trust import fingerprint

    return fingerprint(user)


def test_nobody_takes_trust_from_somebody_elses_browser(trusted: Browser, bob: Any) -> None:
    row = TrustedBrowser.objects.get()
    stranger = Browser().as_person(bob)
    assert stranger.post(f"/accounts/mfa/browsers/{row.pk}/forget/").status_code == 404
    assert TrustedBrowser.objects.exists()


def test_it_is_not_enough_where_phishing_resistance_is_demanded(
    trusted: Browser, alice: Any, demand: Any
) -> None:
    demand(Strength.TWO_FACTORS)
    assert not is_asked(trusted, alice)
    demand(Strength.PHISHING_RESISTANT)
    assert is_asked(trusted, alice)


def test_administrators_are_asked_everywhere(dora: Any, totp_of: Any) -> None:
    browser = Browser()
    path = second_step(browser, dora) if totp_of(dora) else ""
    assert 'name="trust"' not in browser.get(path).content.decode()
    browser.post(path, {"code": code_of(TotpDevice.objects.get()), "trust": "on"})
    assert COOKIE not in browser.cookies
    assert is_asked(browser, dora)


def test_a_sign_in_that_is_not_finished_makes_no_trust(
    alice: Any, device: TotpDevice, demand: Any
) -> None:
    demand(Strength.PHISHING_RESISTANT)
    alice.refresh_from_db()
    browser = Browser()
    path = second_step(browser, alice)
    response = browser.post(path, {"code": code_of(device), "trust": "on"})
    assert response["Location"] == "/accounts/mfa/enrol/"
    assert COOKIE not in browser.cookies
    assert not TrustedBrowser.objects.exists()


def test_a_wrong_code_makes_no_trust(alice: Any, device: TotpDevice) -> None:
    browser = Browser()
    browser.post(second_step(browser, alice), {"code": "000000", "trust": "on"})
    assert not TrustedBrowser.objects.exists()


def test_who_reads_the_mail_makes_no_browser_a_second_factor(alice: Any, email_of: Any) -> None:
    email_of(alice)
    browser = Browser()
    path = second_step(browser, alice)
    assert 'name="trust"' not in browser.get(path).content.decode()
    browser.post(f"{path}send/")
    browser.post(path, {"code": sent_code(), "trust": "on"})
    assert is_in(browser)
    assert COOKIE not in browser.cookies
    assert is_asked(browser, alice)
