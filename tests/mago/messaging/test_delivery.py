"""Delivering what is due."""

import logging
from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from mago.core import crypto
from mago.messaging import delivery
from mago.messaging.delivery import GIVE_UP_AGE, LEASE, deliver_batch, scrub
from mago.messaging.gateways.base import GatewayDown, Letter, Permanent, Temporary
from mago.messaging.models import Message, Status
from mago.messaging.services import send_mail

from .conftest import LINK, Notebook, deliver_all, reread

Promise = Callable[..., Message]
Failing = Callable[..., None]
Later = Callable[[timedelta], None]
pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def test_a_mail_is_sent_once(mail: Message, sent: list[Letter]) -> None:
    deliver_all()
    deliver_all()
    row = reread(mail)
    assert len(sent) == 1
    assert (row.status, row.attempts, row.gateway) == (Status.SENT, 1, "notebook")
    assert row.sent_at is not None
    assert row.leased_until is None


def test_a_batch_uses_one_connection(promise: Promise, sent: list[Letter]) -> None:
    for number in range(5):
        promise(number)
    assert deliver_batch() == 5
    assert (len(sent), Notebook.opened) == (5, 1)


def test_a_batch_takes_no_more_than_its_limit(promise: Promise, sent: list[Letter]) -> None:
    for number in range(5):
        promise(number)
    assert [deliver_batch(limit=2) for _ in range(4)] == [2, 2, 1, 0]


def test_the_oldest_goes_first(promise: Promise, sent: list[Letter]) -> None:
    for number in range(3):
        promise(number)
    deliver_all()
    assert [letter.to[3] for letter in sent] == ["0", "1", "2"]


def test_who_waits_for_a_code_does_not_wait_for_older_mails(
    promise: Promise, sent: list[Letter]
) -> None:
    now = timezone.now()
    for number in range(3):
        promise(number, expires_at=now + timedelta(days=2))
    promise(8, expires_at=now + timedelta(minutes=30))
    promise(9, expires_at=now + timedelta(minutes=10))
    promise(7, expires_at=now - timedelta(minutes=1))
    assert deliver_batch(3) == 3
    assert [letter.to for letter in sent] == [f"ada{n}@example.com" for n in (9, 8, 0)]
    deliver_all()
    assert len(sent) == 5, "one was left behind, or an expired one was sent"


def test_an_idle_look_is_one_query(django_assert_num_queries: Any, sent: list[Letter]) -> None:
    with django_assert_num_queries(1):
        assert deliver_batch() == 0


def test_a_temporary_failure_is_tried_again_later(
    mail: Message, sent: list[Letter], failing: Failing, later: Later
) -> None:
    failing(Temporary("451 busy"))
    deliver_all()
    row = reread(mail)
    assert (row.status, row.last_error, sent) == (Status.WAITING, "451 busy", [])
    assert row.due_at > timezone.now()
    later(timedelta(seconds=11))
    deliver_all()
    row = reread(mail)
    assert (row.status, row.attempts, row.last_error) == (Status.SENT, 2, "")


def test_a_repeat_carries_the_same_message_id_and_link(
    mail: Message, failing: Failing, sent: list[Letter], later: Later, monkeypatch: Any
) -> None:
    seen: list[Letter] = []

    def note(self: Notebook, letter: Letter) -> str:
        seen.append(letter)
        if len(seen) == 1:
            raise GatewayDown("the answer was lost")
        return ""

    monkeypatch.setattr(Notebook, "send", note)
    deliver_all()
    later(HOUR)
    deliver_all()
    assert len(seen) == 2
    assert seen[0] == seen[1]


def test_waiting_grows_to_an_hour_and_no_further(
    mail: Message, failing: Failing, later: Later
) -> None:
    waits = []
    for _ in range(14):
        failing(Temporary("451 busy"))
        deliver_all()
        waits.append((reread(mail).due_at - timezone.now()).total_seconds())
        later(HOUR)
    assert 4 < waits[0] <= 10
    assert all(wait <= 3600 for wait in waits)
    assert waits[-1] >= 1700


def test_a_gateway_that_is_down_is_asked_once_a_batch_and_soon_again(
    promise: Promise, failing: Failing, sent: list[Letter], later: Later
) -> None:
    mails = [promise(number) for number in range(5)]
    for _ in range(8):
        failing(GatewayDown("refused"), AssertionError("asked twice"))
        deliver_all()
        assert len(Notebook.failures) == 1
        later(timedelta(minutes=5))
    failing()
    deliver_all()
    assert len(sent) == 5
    assert {reread(mail).attempts for mail in mails} == {9}


def test_one_channel_that_is_down_does_not_stop_the_other(
    mail: Message, failing: Failing, sent: list[Letter], sms: Message
) -> None:
    failing(GatewayDown("refused"))
    deliver_all()
    assert [letter.channel for letter in sent] == ["sms"]


def test_after_a_day_of_tries_it_is_dead(mail: Message, failing: Failing, later: Later) -> None:
    tries = 0
    while reread(mail).status == Status.WAITING:
        failing(Temporary("451 busy"))
        deliver_all()
        tries += 1
        later(HOUR)
    age = timezone.now() - mail.created_at
    assert GIVE_UP_AGE <= age <= GIVE_UP_AGE + 2 * HOUR
    assert tries >= delivery.GIVE_UP_ATTEMPTS


def test_a_day_without_a_worker_counts_for_nothing(
    mail: Message, failing: Failing, later: Later
) -> None:
    later(timedelta(days=3))
    failing(Temporary("451 busy"))
    deliver_all()
    assert reread(mail).status == Status.WAITING


def test_a_permanent_failure_is_dead_at_once(mail: Message, failing: Failing) -> None:
    failing(Permanent("550 no such user"))
    deliver_all()
    row = reread(mail)
    assert (row.status, row.last_error) == (Status.DEAD, "550 no such user")


def test_what_has_expired_is_never_sent(promise: Promise, sent: list[Letter]) -> None:
    mail = promise(expires_at=timezone.now() - timedelta(seconds=1))
    deliver_all()
    row = reread(mail)
    assert (row.status, row.sealed_context, sent) == (Status.EXPIRED, "", [])  # type: ignore[attr-defined]


def test_what_expires_while_it_waits_is_never_sent(
    promise: Promise, sent: list[Letter], failing: Failing, later: Later
) -> None:
    mail = promise(expires_at=timezone.now() + timedelta(minutes=5))
    failing(Temporary("451 busy"))
    deliver_all()
    later(timedelta(minutes=6))
    deliver_all()
    assert (reread(mail).status, sent) == (Status.EXPIRED, [])


def test_the_lease_of_a_killed_worker_ends(mail: Message, sent: list[Letter], later: Later) -> None:
    delivery._lease(100)
    deliver_all()
    assert sent == []
    later(LEASE + timedelta(seconds=1))
    deliver_all()
    assert (len(sent), reread(mail).status) == (1, Status.SENT)


def test_a_mail_that_kills_its_worker_is_given_up(
    mail: Message, sent: list[Letter], later: Later
) -> None:
    for _ in range(delivery.GIVE_UP_ATTEMPTS):
        assert delivery._lease(100)
        later(3 * HOUR)
    deliver_all()
    row = reread(mail)
    assert (row.status, row.last_error, sent) == (Status.DEAD, delivery.ABANDONED, [])


def test_a_worker_that_lost_its_lease_settles_nothing(mail: Message, later: Later) -> None:
    (mine,) = delivery._lease(100)
    later(LEASE + timedelta(seconds=1))
    delivery._lease(100)
    delivery._bury(mine, "too late")
    assert reread(mail).status == Status.WAITING


def test_a_slow_batch_gives_back_what_it_did_not_try(
    promise: Promise, sent: list[Letter], monkeypatch: pytest.MonkeyPatch
) -> None:
    mails = [promise(number) for number in range(3)]
    clock = iter([0.0, 0.0, 99.0])
    monkeypatch.setattr(delivery, "time", SimpleNamespace(monotonic=lambda: next(clock)))
    deliver_batch()
    assert [reread(mail).status for mail in mails] == ["sent", "waiting", "waiting"]
    assert [reread(mail).attempts for mail in mails] == [1, 0, 0]
    assert all(reread(mail).due_at <= timezone.now() for mail in mails[1:])


def test_one_broken_template_stops_no_other(
    promise: Promise, sent: list[Letter], caplog: pytest.LogCaptureFixture
) -> None:
    broken = send_mail("signin/no_such", to="ada@example.com", context={"link": LINK})
    promise()
    deliver_all()
    assert len(sent) == 1
    assert reread(broken).last_error.startswith("TemplateDoesNotExist at")
    assert "k3yk3y" not in caplog.text


def test_one_row_that_does_not_open_stops_no_other(promise: Promise, sent: list[Letter]) -> None:
    lost, _fine = promise(1), promise(2)
    foreign = crypto.seal("{}", purpose="something else")
    Message.objects.filter(pk=lost.pk).update(context="x")
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE messaging_message SET context = %s WHERE recipient = %s",
            [foreign, lost.recipient],
        )
    deliver_all()
    assert [letter.to for letter in sent] == ["ada2@example.com"]
    assert "key" in reread(lost).last_error


@pytest.mark.parametrize("secret", [LINK, "483920", "k3yk3yk3yk3yk3yk3yk3yk3yk3y"])
def test_no_server_can_make_us_keep_a_secret_in_the_row_or_the_log(
    secret: str, mail: Message, failing: Failing, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    failing(Permanent(f"554 refused because of\r\n{secret} in it"))
    deliver_all()
    row = reread(mail)
    assert row.last_error == "554 refused because of … in it"
    assert secret not in caplog.text


def test_a_fault_of_ours_is_named_without_its_words(
    mail: Message, failing: Failing, caplog: pytest.LogCaptureFixture
) -> None:
    failing(ValueError(f"cannot read {LINK} for 483920"))
    deliver_all()
    assert reread(mail).last_error.startswith("ValueError at send, line")
    assert "k3yk3y" not in caplog.text
    assert "483920" not in caplog.text


def test_an_error_stands_on_one_short_line() -> None:
    assert scrub("a\r\nb\x00c " + "word " * 100) == ("a b c " + "word " * 100)[:300].strip()
