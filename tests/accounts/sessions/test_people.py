"""When somebody signed in last is written by the pipeline, whatever door they came by."""

from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from django.contrib.auth import user_logged_in

from accounts.sessions.models import Session
from tests.conftest import PASSWORD, App, Browser

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.mark.parametrize("door", ["page", "API"])
def test_whoever_comes_in_has_signed_in_last_now(door: str, alice: Any) -> None:
    with time_machine.travel(NOON, tick=False):
        if door == "page":
            Browser().post("/accounts/login/", {"login": alice.email, "password": PASSWORD})
        else:
            App().sign_in(alice)
    alice.refresh_from_db()
    assert alice.last_login == NOON


def test_whoever_does_not_come_in_has_not(alice: Any) -> None:
    Browser().post("/accounts/login/", {"login": alice.email, "password": "another one"})
    alice.refresh_from_db()
    assert alice.last_login is None


def test_it_is_written_once(alice: Any) -> None:
    # Django would do it again, wherever a browser gets a session.
    names = [str(receiver) for receiver in user_logged_in._live_receivers(None)[0]]
    assert not any("update_last_login" in name for name in names)


def test_a_session_is_written_as_django_reads_it(alice: Any) -> None:
    browser = Browser()
    with time_machine.travel(NOON, tick=False):
        browser.post("/accounts/login/", {"login": alice.email, "password": PASSWORD})
        row = Session.objects.get(user=alice)
        for field in Session._meta.concrete_fields:
            # By its own value it is found again: nothing was spelled in another way.
            value = getattr(row, field.attname)
            found = Session.objects.filter(
                **{field.attname: value}
                if value is not None
                else {f"{field.attname}__isnull": True}
            )
            assert found.count() == 1, field.name
        assert (row.created_at, row.proved_at, row.last_seen_at) == (NOON, NOON, NOON)
