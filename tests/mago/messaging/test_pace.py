"""A provider is handed no more than it takes; what is above waits, in its order, and nothing is lost."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from django.utils import timezone

from mago.messaging.delivery import deliver_batch
from mago.messaging.gateways.base import Letter
from mago.messaging.models import Message, Status
from mago.messaging.services import send_sms

from .conftest import deliver_all

Promise = Callable[..., Message]
Later = Callable[[timedelta], None]
pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def _three_mails_a_minute(settings: LazySettings) -> None:
    settings.MESSAGES_PER_MINUTE = {"email": 3, "sms": 0}


def taken(sent: list[Letter]) -> list[str]:
    return [letter.to.partition("@")[0].removeprefix("ada") for letter in sent]


def test_what_is_above_waits_untried_and_goes_in_its_order(
    promise: Promise, sent: list[Letter], later: Later
) -> None:
    for number in range(8):
        promise(number)
    deliver_all()
    assert taken(sent) == ["0", "1", "2"]
    waiting = Message.objects.filter(status=Status.WAITING)
    assert set(waiting.values_list("attempts", "leased_until", "last_error")) == {(0, None, "")}
    for number in range(8, 10):
        promise(number)
    for _ in range(3):
        later(MINUTE)
        deliver_all()
    assert taken(sent) == [str(number) for number in range(10)]


def test_all_workers_count_together(promise: Promise, sent: list[Letter]) -> None:
    for number in range(8):
        promise(number)
    # One after the other takes two at most; of the second's only one may go.
    assert [deliver_batch(limit=2) for _ in range(3)] == [2, 1, 0]


def test_a_code_is_first_of_those_that_may_go(
    promise: Promise, sent: list[Letter], later: Later
) -> None:
    for number in range(4):
        promise(number)
    deliver_all()
    promise(9, expires_at=timezone.now() + timedelta(minutes=10))
    later(MINUTE / 3)
    deliver_all()
    assert taken(sent)[3:] == ["9"]


def test_one_providers_queue_holds_up_no_other(
    promise: Promise, sent: list[Letter], settings: LazySettings
) -> None:
    settings.MESSAGE_COMPLETIONS = {}
    for number in range(6):
        promise(number)
    context: dict[str, Any] = {"code": "483920"}
    send_sms("mfa/code", to="+390212345678", context=context, language="en")
    deliver_all()
    assert (len(sent), sent[-1].channel) == (4, "sms")


def test_what_has_expired_takes_nobodys_place(
    promise: Promise, sent: list[Letter], later: Later
) -> None:
    promise(8, expires_at=timezone.now() + timedelta(seconds=30))
    later(MINUTE)
    for number in range(3):
        promise(number)
    deliver_all()
    assert taken(sent) == ["0", "1", "2"]
