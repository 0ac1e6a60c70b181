"""What administrators see of messages."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from mago.messaging import selectors
from mago.messaging.models import Message, Status

Promise = Callable[..., Message]


def test_the_newest_is_first(promise: Promise, later: Callable[[timedelta], None]) -> None:
    first = promise(1)
    later(timedelta(seconds=1))
    second = promise(2)
    assert list(selectors.messages()) == [second, first]


def test_one_status_by_itself(promise: Promise) -> None:
    dead, waiting = promise(1), promise(2)
    Message.objects.filter(pk=dead.pk).update(status=Status.DEAD)
    assert list(selectors.messages(Status.DEAD)) == [dead]
    assert list(selectors.messages(Status.WAITING)) == [waiting]


def test_a_list_is_one_query_and_opens_nothing(
    promise: Promise, django_assert_num_queries: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        promise(number)
    monkeypatch.setattr("mago.core.crypto.unseal", None)
    with django_assert_num_queries(1):
        rows = [(str(row), row.can_be_retried, row.last_error) for row in selectors.messages()]
    assert len(rows) == 3
    assert "k3yk3y" not in str(rows)


def test_counting_stops_early(promise: Promise, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(4):
        promise(number)
    assert selectors.counts() == {"waiting": 4, "sent": 0, "dead": 0, "expired": 0}
    monkeypatch.setattr(selectors, "COUNTED", 3)
    assert selectors.counts()["waiting"] == 3
