"""Another chance for a dead message."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from mago.core.errors import Conflict
from mago.messaging.gateways.base import Letter, Permanent
from mago.messaging.models import Message, Status
from mago.messaging.retention import DEAD_CONTEXT_KEPT, ROW_KEPT, purge_messages
from mago.messaging.services import retry

from .conftest import LINK, deliver_all, reread

Promise = Callable[..., Message]
Failing = Callable[..., None]
Later = Callable[[timedelta], None]
SECOND = timedelta(seconds=1)


@pytest.fixture
def dead(mail: Message, failing: Failing) -> Message:
    failing(Permanent("550 no such user"))
    deliver_all()
    return reread(mail)


def test_a_dead_message_is_sent_after_all(
    dead: Message, dora: Any, sent: list[Letter], events: Callable[..., list[Any]]
) -> None:
    retry(dead, actor=dora)
    deliver_all()
    assert LINK in sent[0].text
    assert reread(dead).status == Status.SENT
    (event,) = events("messaging:message:retried")
    assert (event.actor_id, event.target_id) == (dora.pk, str(dead.pk))
    assert "k3yk3y" not in str(event.detail)


def test_it_is_sent_once_however_often_one_asks(dead: Message, dora: Any) -> None:
    retry(dead, actor=dora)
    with pytest.raises(Conflict):
        retry(dead, actor=dora)


@pytest.mark.parametrize("status", [Status.WAITING, Status.SENT, Status.EXPIRED])
def test_what_is_not_dead_is_left_alone(mail: Message, status: Status, dora: Any) -> None:
    Message.objects.filter(pk=mail.pk).update(status=status)
    with pytest.raises(Conflict):
        retry(mail, actor=dora)
    assert reread(mail).status == status


def test_it_is_refused_once_its_link_has_expired(
    promise: Promise, failing: Failing, later: Later, dora: Any
) -> None:
    mail = promise(expires_at=timezone.now() + timedelta(hours=1))
    failing(Permanent("550 no such user"))
    deliver_all()
    assert reread(mail).can_be_retried
    later(timedelta(hours=1))
    assert not reread(mail).can_be_retried
    with pytest.raises(Conflict):
        retry(mail, actor=dora)


def test_a_dead_message_is_wiped_after_a_week(dead: Message, later: Later, dora: Any) -> None:
    later(DEAD_CONTEXT_KEPT - SECOND)
    purge_messages()
    assert reread(dead).can_be_retried
    later(2 * SECOND + timedelta(minutes=1))
    purge_messages()
    row = reread(dead)
    assert (row.status, row.sealed_context) == (Status.DEAD, "")  # type: ignore[attr-defined]
    with pytest.raises(Conflict):
        retry(dead, actor=dora)


def test_a_dead_message_is_wiped_when_its_link_has_expired(
    promise: Promise, failing: Failing, later: Later
) -> None:
    mail = promise(expires_at=timezone.now() + timedelta(hours=1))
    failing(Permanent("550 no such user"))
    deliver_all()
    later(timedelta(hours=1))
    purge_messages()
    assert reread(mail).sealed_context == ""  # type: ignore[attr-defined]


def test_rows_go_after_a_month_and_those_that_wait_stay(
    promise: Promise, sent: list[Letter], later: Later
) -> None:
    old = promise(1)
    deliver_all()
    waiting = promise(2)
    later(ROW_KEPT + timedelta(minutes=1))
    young = promise(3)
    Message.objects.filter(pk=young.pk).update(status=Status.SENT)
    assert purge_messages() == 1
    assert set(Message.objects.all()) == {waiting, young}
    assert old not in Message.objects.all()


def test_a_purge_of_many_takes_small_steps(
    promise: Promise, later: Later, monkeypatch: pytest.MonkeyPatch
) -> None:
    from mago.messaging import retention

    monkeypatch.setattr(retention, "STEP", 2)
    for number in range(5):
        promise(number)
    Message.objects.update(status=Status.SENT)
    later(ROW_KEPT + timedelta(minutes=1))
    assert purge_messages() == 5
