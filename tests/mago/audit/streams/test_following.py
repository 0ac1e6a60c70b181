import json
from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.utils import timezone
from time_machine import travel

from mago.audit import checkpoints, retention, tasks
from mago.audit.models import AuditEvent, AuditLink, AuditStream
from mago.audit.services import Tag, record, seal
from mago.audit.streams import following
from mago.audit.streams.connecting import Step, StreamFailed
from mago.audit.streams.following import follow
from mago.audit.streams.services import disable_stream, enable_stream, resume_stream

from .conftest import Receiver

Make = Callable[..., AuditStream]
DOWN = StreamFailed(Step.CONNECT, "refused")


def items(receiver: Receiver) -> list[dict[str, Any]]:
    return [json.loads(line) for _, lines in receiver.batches for line in lines]


def sequences(receiver: Receiver) -> list[int]:
    return [item["sequence"] for item in items(receiver) if item["type"] == "event"]


def test_every_event_is_sent_once_and_in_order(
    five: list[AuditEvent], stream: Make, receiver: Receiver
) -> None:
    follower = stream()
    seal()
    assert follow(follower.id) == 6
    assert sequences(receiver) == [1, 2, 3, 4, 5, 6]
    assert items(receiver)[0]["event"]["detail"] == {"attempt": 1}
    assert follow(follower.id) == 0
    record(Tag.SIGN_OUT)
    seal()
    assert follow(follower.id) == 1
    assert sequences(receiver) == [1, 2, 3, 4, 5, 6, 7]
    follower.refresh_from_db()
    assert (follower.position, follower.leased_until) == (7, None)
    assert follower.sent_at is not None


def test_a_stream_begins_with_what_happens_from_now_on(
    five: list[AuditEvent], stream: Make, receiver: Receiver
) -> None:
    seal()
    follower = stream(from_the_start=False)
    seal()
    follow(follower.id)
    (item,) = items(receiver)
    assert item["event"]["tag"] == Tag.AUDIT_STREAM_CREATED


def test_checkpoints_go_out_with_their_links(
    five: list[AuditEvent], stream: Make, receiver: Receiver
) -> None:
    follower = stream()
    seal()
    checkpoints.make_checkpoint(now=True)
    follow(follower.id)
    last = items(receiver)[-1]
    assert (last["type"], last["sequence"]) == ("mago-audit-checkpoint", 6)


def test_batches_are_bounded_and_have_names_of_their_own(
    five: list[AuditEvent], stream: Make, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following, "BATCH", 2)
    follower = stream()
    seal()
    assert follow(follower.id) == 6
    assert [len(lines) for _, lines in receiver.batches] == [2, 2, 2]
    assert [name for name, _ in receiver.batches] == [
        f"{follower.id}-{first}-{first + 1}" for first in (1, 3, 5)
    ]


def test_what_failed_is_sent_again_a_little_later(
    five: list[AuditEvent], stream: Make, receiver: Receiver
) -> None:
    follower = stream()
    seal()
    receiver.failure = DOWN
    assert follow(follower.id) == 0
    follower.refresh_from_db()
    assert (follower.failures, follower.last_error) == (1, "connect: refused")
    receiver.failure = None
    assert follow(follower.id) == 0  # Not yet.
    with travel(timezone.now() + timedelta(seconds=13)):
        assert follow(follower.id) == 6
    follower.refresh_from_db()
    assert (follower.failures, follower.failing_since, follower.last_error) == (0, None, "")
    assert sequences(receiver) == [1, 2, 3, 4, 5, 6]


def test_each_failure_waits_longer_up_to_ten_minutes(
    five: list[AuditEvent], stream: Make, receiver: Receiver
) -> None:
    follower = stream()
    receiver.failure = DOWN
    seal()
    now, waits = timezone.now(), []
    for _ in range(12):
        with travel(now, tick=False):
            follow(follower.id)
        follower.refresh_from_db()
        assert follower.next_attempt_at is not None
        waits.append((follower.next_attempt_at - now).total_seconds())
        now = follower.next_attempt_at
    for wait, expected in zip(waits, [10, 20, 40, 80, 160, 320, 600, 600], strict=False):
        assert 0.8 * expected <= wait <= 1.2 * expected


def test_a_failure_after_a_part_keeps_what_was_sent(
    five: list[AuditEvent], stream: Make, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following, "BATCH", 2)
    follower = stream()
    seal()
    real = Receiver.__call__

    def fail_later(self: Receiver, *arguments: Any) -> None:
        if len(self.batches) == 2:
            raise DOWN
        real(self, *arguments)

    monkeypatch.setattr(Receiver, "__call__", fail_later)
    assert follow(follower.id) == 4
    follower.refresh_from_db()
    assert (follower.position, follower.failures) == (4, 1)


@pytest.fixture
def dead(five: list[AuditEvent], stream: Make, receiver: Receiver) -> AuditStream:
    follower = stream()
    seal()
    receiver.failure = DOWN
    follow(follower.id)
    with travel(timezone.now() + timedelta(hours=25)):
        follow(follower.id)
    receiver.failure = None
    follower.refresh_from_db()
    return follower


def test_a_stream_that_fails_for_a_day_gives_up_and_says_so(
    dead: AuditStream, events: Any, receiver: Receiver
) -> None:
    assert dead.dead_since is not None
    (told,) = events(Tag.AUDIT_STREAM_DIED)
    assert told.target_id == str(dead.id)
    assert told.detail["reason"] == "connect: refused"
    with travel(timezone.now() + timedelta(days=9)):
        assert dead.id not in following.due_streams()
        assert follow(dead.id) == 0


def test_a_stream_that_is_resumed_has_lost_nothing(
    dead: AuditStream, dora: SimpleNamespace, receiver: Receiver
) -> None:
    resume_stream(dead, actor=dora)
    follow(dead.id)
    assert sequences(receiver) == [1, 2, 3, 4, 5, 6]


def test_a_stream_can_be_resumed_from_now_on(
    dead: AuditStream, dora: SimpleNamespace, receiver: Receiver, events: Any
) -> None:
    resume_stream(dead, skip=True, actor=dora)
    seal()
    follow(dead.id)
    assert [item["event"]["tag"] for item in items(receiver)] == [
        Tag.AUDIT_STREAM_DIED,
        Tag.AUDIT_STREAM_RESUMED,
    ]
    (told,) = events(Tag.AUDIT_STREAM_RESUMED)
    assert (told.detail["before"]["position"], told.detail["after"]["position"]) == (0, 6)


def test_a_disabled_stream_is_sent_nothing(
    five: list[AuditEvent], stream: Make, receiver: Receiver, dora: SimpleNamespace
) -> None:
    follower = stream()
    disable_stream(follower, actor=dora)
    seal()
    assert follow(follower.id) == 0
    enable_stream(follower, actor=dora)
    assert follow(follower.id) > 0


def test_two_workers_do_not_send_the_same(
    five: list[AuditEvent], stream: Make, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    follower = stream()
    seal()
    inner: list[int] = []
    real = Receiver.__call__

    def look_again(self: Receiver, *arguments: Any) -> None:
        inner.append(follow(follower.id))
        real(self, *arguments)

    monkeypatch.setattr(Receiver, "__call__", look_again)
    assert follow(follower.id) == 6
    assert inner == [0]


def test_a_worker_that_died_keeps_its_stream_for_a_minute(
    five: list[AuditEvent], stream: Make, receiver: Receiver
) -> None:
    follower = stream()
    seal()
    receiver.failure = KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt):
        follow(follower.id)
    receiver.failure = None
    assert follow(follower.id) == 0
    with travel(timezone.now() + timedelta(seconds=61)):
        assert follow(follower.id) == 6


def test_the_clock_sends_to_each_stream_though_one_fails(
    five: list[AuditEvent], stream: Make, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = stream(), stream(name="other", address="https://other.example.com/")
    real = Receiver.__call__

    def fail_one(self: Receiver, place: Any, *rest: Any) -> None:
        if place.host == "siem.example.com":
            raise DOWN
        real(self, place, *rest)

    monkeypatch.setattr(Receiver, "__call__", fail_one)
    seal()
    tasks.follow_streams.delay()
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.position, second.position) == (0, 7)


def test_nothing_is_removed_that_a_living_stream_still_needs(
    stream: Make, receiver: Receiver, settings: Any, monkeypatch: pytest.MonkeyPatch, dora: Any
) -> None:
    monkeypatch.setattr(retention, "PAUSE", 0)
    settings.AUDIT_RETENTION_DAYS = 90
    with travel(timezone.now() - timedelta(days=100)):
        follower = stream()
        for _ in range(5):
            record(Tag.SIGN_OUT)
        seal()
    assert retention.remove_expired() == 0
    AuditStream.objects.update(position=3)
    assert retention.remove_expired() == 3
    disable_stream(follower, actor=dora)
    assert retention.remove_expired() == 2
    assert AuditLink.objects.count() == 1
    enable_stream(follower, actor=dora)
    follow(follower.id)
    kinds = [item["type"] for item in items(receiver)]
    assert kinds[:2] == ["mago-audit-segment", "event"]


def test_sending_records_nothing(five: list[AuditEvent], stream: Make, receiver: Receiver) -> None:
    follower = stream()
    seal()
    before = AuditEvent.objects.count()
    follow(follower.id)
    assert AuditEvent.objects.count() == before
