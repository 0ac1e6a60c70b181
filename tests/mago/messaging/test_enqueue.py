"""Promising a mail: one row in the caller's transaction, and nothing else."""

import contextlib
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import translation

from mago.messaging import services
from mago.messaging.gateways.base import Letter
from mago.messaging.models import Message, Status
from mago.messaging.services import send_mail, send_sms

from .conftest import LINK, deliver_all, reread

Promise = Callable[..., Message]
pytestmark = pytest.mark.django_db


def stored(column: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM messaging_message")
        return str(cursor.fetchone()[0])


def test_it_costs_one_query(promise: Promise, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        promise()


def test_nothing_is_delivered_before_the_commit(promise: Promise, sent: list[Letter]) -> None:
    promise()
    assert sent == []


def test_after_the_commit_the_worker_delivers_it(
    sent: list[Letter], promise: Promise, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        promise()
    assert [letter.to for letter in sent] == ["ada1@example.com"]


def test_a_transaction_that_is_rolled_back_sends_nothing(
    sent: list[Letter], promise: Promise, django_capture_on_commit_callbacks: Any
) -> None:
    with (
        django_capture_on_commit_callbacks(execute=True) as callbacks,
        contextlib.suppress(RuntimeError),
        transaction.atomic(),
    ):
        promise()
        raise RuntimeError
    deliver_all()
    assert (callbacks, sent, Message.objects.count()) == ([], [], 0)


def test_links_and_codes_are_sealed_in_the_row(mail: Message) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM messaging_message")
        assert "k3yk3y" not in str(cursor.fetchall())
    assert reread(mail).variables()["link"] == LINK


def test_they_are_wiped_once_the_mail_is_sent(mail: Message, sent: list[Letter]) -> None:
    deliver_all()
    assert LINK in sent[0].text
    assert stored("context") == ""


def test_what_is_no_json_is_refused_at_once() -> None:
    with pytest.raises(TypeError):
        send_mail("signin/confirm_email", to="ada@example.com", context={"link": object()})


def test_without_a_language_it_is_written_in_the_active_one() -> None:
    with translation.override("it"):
        message = send_mail("signin/confirm_email", to="ada@example.com", context={})
    assert message.language == "it"


def test_its_message_id_is_its_own_and_in_our_name(promise: Promise) -> None:
    first, second = promise(1), promise(2)
    assert first.message_id != second.message_id
    assert first.message_id == f"<{first.pk.hex}@127.0.0.1>"


def test_an_sms_waits_in_the_same_outbox() -> None:
    message = send_sms("mfa/code", to="+390212345678", context={"code": "123456"})
    assert (message.channel, message.status, message.message_id) == ("sms", Status.WAITING, "")
    assert "123456" not in stored("context")


def test_a_broken_broker_is_no_trouble_to_the_caller(
    monkeypatch: pytest.MonkeyPatch, promise: Promise, django_capture_on_commit_callbacks: Any
) -> None:
    def broken() -> None:
        raise ConnectionError("the broker is gone")

    monkeypatch.setattr(services, "nudge", broken)
    with django_capture_on_commit_callbacks(execute=True):
        message = promise()
    assert reread(message).status == Status.WAITING


def test_a_context_may_be_any_json(sent: list[Letter]) -> None:
    context = {"name": "Ada\n\x00 “”", "link": LINK, "list": [1, None, {"a": True}]}
    message = send_mail("signin/confirm_email", to="ada@example.com", context=context)
    assert json.loads(json.dumps(context)).items() <= reread(message).variables().items()
