"""The owner hears of a new device, and may lock the account down."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.federation.models import ExternalIdentity
from accounts.mfa.methods import recovery
from accounts.mfa.models import EmailDevice, TotpDevice
from accounts.models import User
from mago.audit.tags import Tag
from tests.conftest import PASSWORD, App, Browser

pytestmark = pytest.mark.django_db


@pytest.fixture
def settled(alice: Any) -> Any:
    User.objects.filter(pk=alice.pk).update(created_at=timezone.now() - timedelta(days=9))
    alice.refresh_from_db()
    return alice


def sign_in(browser: Browser, user: Any) -> None:
    browser.post("/accounts/login/", {"login": user.email, "password": PASSWORD})


def test_the_first_sign_in_of_a_browser_is_told_and_the_next_is_not(
    settled: Any, mails: Any
) -> None:
    browser = Browser()
    sign_in(browser, settled)
    assert len(mails("signin/new_device", settled.email)) == 1
    browser.post("/accounts/logout/")
    sign_in(browser, settled)
    assert len(mails("signin/new_device")) == 1


def test_a_new_account_is_not_told_where_it_is(alice: Any, mails: Any) -> None:
    sign_in(Browser(), alice)
    assert not mails("signin/new_device")


def test_a_program_is_told_once(settled: Any, app: App, mails: Any) -> None:
    for _ in range(2):
        app.post("auth/login", {"email": settled.email, "password": PASSWORD})
    assert len(mails("signin/new_device")) == 1


def test_a_failed_sign_in_is_not_told_as_a_device(settled: Any, mails: Any) -> None:
    Browser().post("/accounts/login/", {"login": settled.email, "password": "wrong " * 4})
    assert not mails("signin/new_device")


def test_this_was_not_me_ends_all_and_voids_the_password(
    settled: Any, link_in: Any, mails: Any, events: Any
) -> None:
    thief, owner = Browser(), Browser()
    sign_in(thief, settled)
    path = link_in("signin/new_device")
    assert owner.get(path).status_code == 200
    assert thief.get("/accounts/").status_code == 200, "opening the link does nothing yet"
    assert owner.post(path).status_code == 200
    assert thief.get("/accounts/").status_code == 302
    sign_in(thief, settled)
    assert thief.get("/accounts/").status_code == 302
    assert len(mails("signin/reset_password", settled.email)) == 1
    assert events(Tag.ACCOUNT_LOCKED_DOWN)
    assert owner.post(path).status_code == 400, "the link works once"


def lock_down(link: str) -> None:
    assert Browser().post(link).status_code == 200


def test_an_address_that_the_thief_had_asked_for_is_not_confirmed_afterwards(
    settled: Any, link_in: Any
) -> None:
    thief = Browser()
    sign_in(thief, settled)
    theirs = {"email": "thief@example.com", "password": PASSWORD}
    thief.post("/accounts/email/", theirs)
    lock_down(link_in("signin/new_device"))
    assert Browser().as_person(settled).post(link_in("signin/confirm_new_email")).status_code == 400
    settled.refresh_from_db()
    assert settled.email == "alice@example.com"


def test_the_address_that_the_thief_gave_the_account_is_taken_back(
    settled: Any, link_in: Any, mails: Any
) -> None:
    thief = Browser()
    sign_in(thief, settled)
    thief.post("/accounts/email/", {"email": "thief@example.com", "password": PASSWORD})
    thief.post(link_in("signin/confirm_new_email"))
    lock_down(link_in("signin/new_device"))
    settled.refresh_from_db()
    assert settled.email == "alice@example.com"
    assert not mails("signin/reset_password", "thief@example.com")
    assert len(mails("signin/reset_password", "alice@example.com")) == 1


def test_what_the_thief_set_up_is_taken_back_and_what_was_there_before_stays(
    settled: Any, link_in: Any
) -> None:
    before = timezone.now() - timedelta(days=1)
    EmailDevice.objects.create(
        user=settled, name="Old", address="a@example.com", confirmed=True, created_at=before
    )
    EmailDevice.objects.all().update(confirmed=False)  # so that it does not stop the thief
    sign_in(Browser(), settled)
    TotpDevice.objects.create(user=settled, name="Thief", key="A" * 32, confirmed=True)
    ExternalIdentity.objects.create(
        user=settled, kind="google", issuer="i", subject="s", linked_at=timezone.now()
    )
    recovery.Recovery().enrol(settled, name="", flow=None)  # type: ignore[arg-type]
    lock_down(link_in("signin/new_device"))
    assert [one.name for one in EmailDevice.objects.filter(user=settled)] == ["Old"]
    assert not TotpDevice.objects.filter(user=settled).exists()
    assert not settled.recovery_codes.exists()
    assert not settled.external_identities.exists()
