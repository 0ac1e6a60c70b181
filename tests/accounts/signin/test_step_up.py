"""Confirm that it is you: asked for before something dangerous."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.mfa import codes
from accounts.mfa.models import Challenge, TotpDevice
from accounts.sessions.models import Session
from tests.accounts.mfa.conftest import SECRET, code_of
from tests.conftest import PASSWORD, Browser

pytestmark = [pytest.mark.one_database, pytest.mark.django_db]
PAGE = "/accounts/reauthenticate/"


@pytest.fixture
def stale(alice: Any) -> Browser:
    browser = Browser().as_person(alice)
    Session.objects.filter(user=alice).update(proved_at=timezone.now() - timedelta(hours=1))
    return browser


def is_fresh(browser: Browser) -> bool:
    return bool(browser.get("/accounts/mfa/recovery/").status_code == 200)


def test_the_password_is_enough_where_there_is_nothing_stronger(stale: Browser) -> None:
    assert not is_fresh(stale)
    response = stale.post(PAGE, {"password": PASSWORD, "next": "/accounts/sessions/"})
    assert response["Location"] == "/accounts/sessions/"
    assert is_fresh(stale)


def test_whoever_has_a_factor_gives_that_and_the_password_is_not_taken(
    stale: Browser, alice: Any
) -> None:
    device = TotpDevice.objects.create(user=alice, name="Phone", key=SECRET, confirmed=True)
    assert "Phone" in stale.get(PAGE).content.decode()
    assert stale.post(PAGE, {"password": PASSWORD}).status_code == 400
    assert stale.post(PAGE, {"password": PASSWORD, "with": "password"}).status_code == 404
    assert not is_fresh(stale)
    assert stale.post(PAGE, {"code": code_of(device)}).status_code == 302
    assert is_fresh(stale)
    assert Session.objects.get(user=alice).proofs == "password totp"


def test_who_has_no_password_gives_a_code_from_their_mail(stale: Browser, alice: Any) -> None:
    alice.set_unusable_password()
    alice.save()
    stale.as_person(alice)
    Session.objects.filter(user=alice).update(proved_at=timezone.now() - timedelta(hours=1))
    stale.post(PAGE, {"with": "email.0", "send": "1"})
    code = codes.words({"challenge": Challenge.objects.latest("created_at").pk})["code"]
    assert stale.post(PAGE, {"with": "email.0", "code": code}).status_code == 302
    assert is_fresh(stale)


def test_a_factor_of_somebody_else_is_none(stale: Browser, bob: Any) -> None:
    device = TotpDevice.objects.create(user=bob, name="Phone", key=SECRET, confirmed=True)
    ask = {"with": f"totp.{device.pk}", "code": code_of(device)}
    assert stale.post(PAGE, ask).status_code == 404


def test_asking_for_a_code_where_the_password_is_asked_for_says_so(stale: Browser) -> None:
    assert stale.post(PAGE, {"send": "1"}).status_code == 400


def test_it_leads_back_to_the_page_of_a_factor(stale: Browser) -> None:
    asked = stale.get("/accounts/mfa/add/totp/")["Location"]
    response = stale.post(asked, {"password": PASSWORD, "next": "/accounts/mfa/add/totp/"})
    assert response["Location"] == "/accounts/mfa/add/totp/"
