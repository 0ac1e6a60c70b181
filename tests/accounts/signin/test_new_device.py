"""The owner hears of a new device, and may lock the account down."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

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
