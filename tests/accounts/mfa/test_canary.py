"""Codes, keys and cookies that people really used are in no log, trail, queue, URL, or answer but their own."""

import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
from django.core import serializers
from django.db import connection

from accounts.mfa.models import Kind, TotpDevice
from mago.audit.models import AuditEvent
from mago.messaging.delivery import deliver_batch
from mago.messaging.models import InboxEntry, Message
from tests.conftest import App, Browser

from .conftest import code_of, second_step, sent_code, sign_in

pytestmark = pytest.mark.django_db


class Seen:
    """All that our programs said, but for the one answer that is meant to show a secret."""

    def __init__(self) -> None:
        self.urls: list[str] = []
        self.answers: list[str] = []

    def keep(self, response: Any) -> Any:
        self.urls += [response.request["PATH_INFO"], response.headers.get("Location", "")]
        self.answers.append(response.content.decode())
        return response


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    """All that any logger says, also those that pass nothing on."""
    caplog.set_level(logging.DEBUG)
    deaf = [
        one
        for name in ("mago", "django", "celery")
        if not (one := logging.getLogger(name)).propagate
    ]
    for logger in deaf:
        logger.addHandler(caplog.handler)
    logging.getLogger("mago").warning("something is said")
    yield caplog
    for logger in deaf:
        logger.removeHandler(caplog.handler)


@pytest.fixture
def tasks(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was put on the queue."""
    from celery.app.task import Task

    put: list[str] = []
    monkeypatch.setattr(
        Task, "apply_async", lambda *args, **kwargs: put.append(repr((args, kwargs)))
    )
    return put


def codes_of_life(user: Any, browser: Browser, seen: Seen) -> list[str]:
    """alice sets up an app, an address and codes, and signs in by each; what passed through her hands."""
    held = []
    browser.post("/accounts/mfa/add/totp/", {"name": "Phone"})
    device = TotpDevice.objects.get()
    held += [device.key, code_of(device)]
    seen.keep(browser.post("/accounts/mfa/add/totp/", {"code": code_of(device)}))
    device.refresh_from_db()
    made = browser.post("/accounts/mfa/recovery/")
    held += made.context["codes"]
    guest = Browser()
    path = second_step(guest, user)
    seen.keep(guest.get(path))
    held.append(code_of(device, steps=1))
    seen.keep(guest.post(path, {"code": held[-1], "trust": "on"}))
    held.append(guest.cookies["trusted"].value)
    lost = Browser()
    second_step(lost, user)
    seen.keep(lost.post("/accounts/mfa/verify/recovery/0/", {"code": held[2]}))
    device.delete()
    browser.post("/accounts/mfa/add/email/", {"address": user.email})
    held.append(sent_code())
    seen.keep(browser.get("/accounts/mfa/add/email/"))
    seen.keep(browser.post("/accounts/mfa/add/email/", {"code": held[-1]}))
    return held


@pytest.mark.slow
def test_no_secret_of_a_factor_is_anywhere_but_in_its_hands(
    alice: Any,
    tasks: list[str],
    log: pytest.LogCaptureFixture,
    django_capture_on_commit_callbacks: Any,
) -> None:
    seen = Seen()
    browser = Browser().as_person(alice)
    logging.getLogger("mago").warning("something is said")
    with django_capture_on_commit_callbacks(execute=True):
        held = codes_of_life(alice, browser, seen)
    seen.keep(App().post("auth/login", {"email": alice.email, "password": "wrong"}))
    deliver_batch()
    places = {
        "log": log.text,
        "trail": serializers.serialize("json", AuditEvent.objects.all()),
        "outbox": " ".join(str(row) for row in Message.objects.values_list()),
        "queue": " ".join(tasks),
        "URLs": " ".join(seen.urls),
        "answers": " ".join(seen.answers),
    }
    assert len(held) >= 15
    assert all(places.values())
    found = {name: [one for one in held if one in text] for name, text in places.items()}
    assert found == {name: [] for name in places}


@pytest.mark.slow
def test_nor_in_any_table_but_sealed_or_as_a_mac(alice: Any, tasks: list[str]) -> None:
    held = codes_of_life(alice, Browser().as_person(alice), Seen())
    rows = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            rows.append(repr(cursor.fetchall()))
    text = " ".join(rows)
    # A code of six digits could be part of a random number; what is longer could not.
    assert [one for one in held if len(one) > 6 and one in text] == []


def test_the_code_comes_to_be_when_it_is_sent(alice: Any, email_of: Any, mails: Any) -> None:
    device = email_of(alice)
    browser = Browser()
    path = second_step(browser, alice)
    browser.post(f"{path}send/")
    (message,) = mails("mfa/code")
    code = sent_code()
    assert code not in json.dumps(str(message.__dict__))
    Message.objects.exclude(pk=message.pk).delete()
    deliver_batch()
    assert code in InboxEntry.objects.get().text
    assert device.kind == Kind.EMAIL
    assert sign_in(Browser(), alice).status_code == 302
