"""What a receiver refuses for what it says is set aside, and does not keep back what comes after it."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone
from time_machine import travel

from mago.audit import retention
from mago.audit.exporting import lines_after
from mago.audit.models import AuditDeadLetter, AuditEvent, AuditStream, Outcome
from mago.audit.services import Tag, record, seal
from mago.audit.streams.connecting import ContentRefused, Step, StreamFailed
from mago.audit.streams.following import REFUSALS, follow
from mago.audit.streams.letters import discard_letter, send_letter
from mago.audit.streams.selectors import IN_A_ROW, MOST_LETTERS, letter_for, letters_of
from mago.audit.streams.services import Trial, change_stream, delete_stream, resume_stream
from mago.core.errors import NotFound, Refused

from .conftest import Receiver

Make = Callable[..., AuditStream]
BAD = '"attempt":3'
REASON = "answer: 422 Unprocessable Entity"


def sequences(receiver: Receiver) -> list[int]:
    items = [json.loads(line) for _, lines in receiver.batches for line in lines]
    return [item["sequence"] for item in items if item["type"] == "event"]


def follow_for(stream: AuditStream, hours: float) -> AuditStream:
    """As the workers do, each time it is due."""
    now = timezone.now()
    end = now + timedelta(hours=hours)
    while now < end:
        with travel(now, tick=False):
            follow(stream.id)
        stream.refresh_from_db()
        if stream.next_attempt_at is None or stream.dead_since:
            break
        # A moment later, as the clock of a test is not as fine as that of a database.
        now = max(now, stream.next_attempt_at) + timedelta(seconds=1)
    return stream


@pytest.fixture
def follower(five: list[AuditEvent], stream: Make, receiver: Receiver) -> AuditStream:
    """A stream of six events whose receiver cannot read the third."""
    made = stream()
    seal()
    receiver.refuses = lambda line: BAD in line
    return made


@pytest.fixture
def letter(follower: AuditStream, receiver: Receiver) -> AuditDeadLetter:
    follow_for(follower, 1)
    return letters_of(follower).get()


def test_an_event_that_is_refused_holds_up_none_behind_it(
    follower: AuditStream, receiver: Receiver, events: Any
) -> None:
    follow_for(follower, 1)
    assert sequences(receiver) == [1, 2, 4, 5, 6]
    letter = letters_of(follower).get()
    assert (letter.first, letter.last, letter.reason) == (3, 3, REASON)
    assert (letter.attempts, letter.is_removed) == (REFUSALS, False)
    assert (follower.position, follower.state, follower.last_error) == (6, "sending", "")
    (told,) = events(Tag.AUDIT_LETTER_SET_ASIDE)
    assert told.target_id == str(follower.id)
    assert told.detail == {"first": 3, "last": 3, "reason": REASON, "attempts": REFUSALS}


def test_it_is_found_by_halves_and_tried_some_times_a_little_later_each(
    follower: AuditStream, receiver: Receiver
) -> None:
    assert follow(follower.id) == 2
    follower.refresh_from_db()
    assert (follower.position, follower.state, follower.last_error) == (2, "failing", REASON)
    # Six, three, one, two (the second), two, one: what is refused alone waits.
    assert receiver.asked <= 7
    asked = receiver.asked
    assert follow(follower.id) == 0  # Not yet.
    for n in range(1, REFUSALS):
        assert not AuditDeadLetter.objects.exists()
        assert follower.next_attempt_at
        with travel(follower.next_attempt_at):
            follow(follower.id)
        follower.refresh_from_db()
        if n < REFUSALS - 1:
            assert receiver.asked == asked + n
    assert AuditDeadLetter.objects.count() == 1


def test_one_of_a_hundred_is_found_in_few_attempts_and_batches_grow_again(
    stream: Make, receiver: Receiver, db: None
) -> None:
    made = stream()
    for attempt in range(250):
        record(Tag.SIGN_OUT, attempt=attempt)
    seal()
    receiver.refuses = lambda line: '"attempt":57}' in line
    follow_for(made, 1)
    assert sequences(receiver) == [n for n in range(1, 252) if n != 59]
    assert receiver.asked < 40
    assert made.at_once is None
    assert max(len(lines) for _, lines in receiver.batches) > 50


def test_what_is_about_the_receiver_sets_nothing_aside(
    follower: AuditStream, receiver: Receiver
) -> None:
    receiver.failure = StreamFailed(Step.ANSWER, "401 Unauthorized")
    follow_for(follower, 25)
    assert follower.state == "dead"
    assert follower.position == 0
    assert not AuditDeadLetter.objects.exists()


def test_a_connection_that_breaks_meanwhile_counts_for_nothing(
    follower: AuditStream, receiver: Receiver
) -> None:
    follow(follower.id)
    receiver.failure = StreamFailed(Step.CONNECT, "refused")
    follow_for(follower, 2)
    assert (follower.refusals, follower.failures > REFUSALS) == (1, True)
    assert not AuditDeadLetter.objects.exists()


def test_who_refuses_all_that_comes_is_believed_for_a_few_only(
    stream: Make, receiver: Receiver, db: None
) -> None:
    """Some answer 400 where the signature is wrong."""
    made = stream()
    for _ in range(IN_A_ROW * 2):
        record(Tag.SIGN_OUT)
    seal()
    receiver.refuses = lambda line: True
    follow_for(made, 26)
    assert AuditDeadLetter.objects.count() == made.position == IN_A_ROW
    assert made.state == "dead"
    receiver.refuses = lambda line: False
    resume_stream(made, actor=None)
    follow(made.id)
    assert sequences(receiver)[0] == IN_A_ROW + 1


def test_a_stream_keeps_so_many_and_then_waits_for_somebody(
    follower: AuditStream, receiver: Receiver, letter: AuditDeadLetter
) -> None:
    """That an event was set aside is an event: whoever refuses these would be told of it for ever."""
    values = {"reason": REASON, "attempts": 5, "created_at": timezone.now(), "stream": follower}
    AuditDeadLetter.objects.bulk_create(
        AuditDeadLetter(first=-99, last=-99, **values) for _ in range(MOST_LETTERS - 1)
    )
    seal()
    receiver.refuses = lambda line: Tag.AUDIT_LETTER_SET_ASIDE in line
    follow_for(follower, 1)
    assert (follower.state, letters_of(follower).count()) == ("failing", MOST_LETTERS)
    discard_letter(letter, reason="known", actor=None)
    follow_for(follower, 2)
    assert letters_of(follower).count() == MOST_LETTERS
    assert follower.state == "sending"


def test_a_new_place_begins_to_count_anew(follower: AuditStream, dora: SimpleNamespace) -> None:
    follow(follower.id)
    follower.refresh_from_db()
    assert follower.refusals == 1
    change_stream(follower, name="a", address=follower.address, actor=dora)
    assert follower.refusals == 1
    elsewhere = {"address": "https://b.example.com/", "secret": follower.secret}
    change_stream(follower, name="b", actor=dora, **elsewhere)
    follower.refresh_from_db()
    assert follower.refusals == 0


def test_a_worker_that_lost_its_stream_sets_nothing_aside(
    follower: AuditStream, receiver: Receiver, events: Any
) -> None:
    AuditStream.objects.update(position=2, refusals=REFUSALS - 1, at_once=1)

    def lose(line: str) -> bool:
        AuditStream.objects.update(leased_until=timezone.now() + timedelta(hours=1))
        return True

    receiver.refuses = lose
    follow(follower.id)
    assert not AuditDeadLetter.objects.exists()
    assert not events(Tag.AUDIT_LETTER_SET_ASIDE)


def test_it_is_sent_again_as_it_was_and_is_gone(
    letter: AuditDeadLetter, receiver: Receiver, dora: SimpleNamespace, events: Any
) -> None:
    receiver.refuses = lambda line: False
    assert send_letter(letter, actor=dora).failed is None
    name, lines = receiver.batches[-1]
    assert name == f"{letter.stream_id}-3-3"
    assert lines == lines_after(2, 1)[0]
    assert not AuditDeadLetter.objects.exists()
    (told,) = events(Tag.AUDIT_LETTER_SENT)
    assert (told.actor_id, told.outcome, told.detail) == (
        dora.pk,
        Outcome.SUCCESS,
        {"first": 3, "last": 3},
    )


def test_one_that_is_refused_again_stays_with_the_new_reason(
    letter: AuditDeadLetter, receiver: Receiver, dora: SimpleNamespace, events: Any
) -> None:
    receiver.failure = ContentRefused(Step.ANSWER, "400 Bad Request")
    trial = send_letter(letter, actor=dora)
    assert (trial.failed, trial.reason) == (Step.ANSWER, "400 Bad Request")
    letter = letters_of(letter.stream).get()
    assert (letter.reason, letter.attempts) == ("answer: 400 Bad Request", REFUSALS + 1)
    assert letter.leased_until is None
    (told,) = events(Tag.AUDIT_LETTER_SENT)
    assert (told.outcome, told.detail["reason"]) == (Outcome.FAILURE, "answer: 400 Bad Request")


def test_neither_secret_nor_path_is_kept_of_what_the_other_side_says(
    letter: AuditDeadLetter, follower: AuditStream, receiver: Receiver, events: Any
) -> None:
    said = f"500 no {follower.secret}\n at /in/0123456789"
    receiver.failure = StreamFailed(Step.ANSWER, said)
    trial = send_letter(letter, actor=None)
    record(Tag.SIGN_OUT)
    seal()
    follow(follower.id)
    follower.refresh_from_db()
    kept = (trial.reason, letters_of(follower).get().reason, follower.last_error)
    assert {text.removeprefix("answer: ") for text in kept} == {"500 no [masked]␊ at [masked]"}
    assert follower.secret not in str([event.detail for event in events()])


def test_it_is_sent_by_one_at_a_time(
    letter: AuditDeadLetter, receiver: Receiver, dora: SimpleNamespace, events: Any
) -> None:
    refused: list[str] = []

    def meanwhile(line: str) -> bool:
        for act in (
            lambda: send_letter(letter, actor=dora),
            lambda: discard_letter(letter, reason="mine", actor=dora),
        ):
            with pytest.raises(Refused) as found:
                act()
            refused.append(found.value.code)
        return False

    receiver.refuses = meanwhile
    send_letter(letter, actor=dora)
    assert refused == ["in_use", "in_use"]
    assert len(events(Tag.AUDIT_LETTER_SENT)) == 1
    assert not events(Tag.AUDIT_LETTER_DISCARDED)
    with pytest.raises(NotFound):
        send_letter(letter, actor=dora)
    with pytest.raises(NotFound):
        discard_letter(letter, reason="late", actor=dora)


def test_who_died_while_sending_keeps_it_for_a_minute(
    letter: AuditDeadLetter, receiver: Receiver
) -> None:
    receiver.failure = KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt):
        send_letter(letter, actor=None)
    receiver.failure, receiver.refuses = None, lambda line: False
    with pytest.raises(Refused):
        send_letter(letter, actor=None)
    with travel(timezone.now() + timedelta(seconds=61)):
        assert send_letter(letter, actor=None).failed is None


def test_it_is_discarded_for_a_reason(
    letter: AuditDeadLetter, dora: SimpleNamespace, events: Any
) -> None:
    discard_letter(letter, reason="They have it from a file.", actor=dora)
    assert not AuditDeadLetter.objects.exists()
    (told,) = events(Tag.AUDIT_LETTER_DISCARDED)
    assert told.actor_id == dora.pk
    assert told.target_id == str(letter.stream_id)
    assert told.detail == {
        "first": 3, "last": 3, "reason": "They have it from a file.", "error": REASON,
    }  # fmt: skip


def test_a_stream_takes_its_letters_with_it(letter: AuditDeadLetter, dora: Any) -> None:
    delete_stream(letter.stream, actor=dora)
    assert not AuditDeadLetter.objects.exists()


def test_it_is_found_in_its_own_stream_alone(letter: AuditDeadLetter, stream: Make) -> None:
    assert letter_for(letter.stream, letter.pk) == letter
    with pytest.raises(NotFound):
        letter_for(stream(name="other"), letter.pk)


@pytest.fixture
def old(
    stream: Make, receiver: Receiver, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> AuditStream:
    """A hundred days ago the third of six events was refused."""
    monkeypatch.setattr(retention, "PAUSE", 0)
    settings.AUDIT_RETENTION_DAYS = 90
    with travel(timezone.now() - timedelta(days=100)):
        made = stream()
        for attempt in range(1, 6):
            record(Tag.SIGN_OUT, attempt=attempt)
        seal()
        receiver.refuses = lambda line: BAD in line
        follow_for(made, 1)
    receiver.refuses = lambda line: False
    return made


def test_one_whose_events_are_removed_can_only_be_discarded(
    old: AuditStream, receiver: Receiver, dora: SimpleNamespace
) -> None:
    letter = letters_of(old).get()
    assert not letter.is_removed
    assert retention.remove_expired() > 0
    letter = letter_for(old, letter.pk)
    assert letter.is_removed
    asked = receiver.asked
    with pytest.raises(Refused) as refused:
        send_letter(letter, actor=dora)
    assert (refused.value.code, receiver.asked) == ("events_removed", asked)
    discard_letter(letter, reason="gone", actor=dora)
    assert not AuditDeadLetter.objects.exists()


def test_what_is_skipped_is_named(
    follower: AuditStream, dora: SimpleNamespace, events: Any
) -> None:
    AuditStream.objects.update(position=2)
    resume_stream(follower, skip=True, actor=dora)
    resume_stream(follower, actor=dora)
    skipped, resumed = events(Tag.AUDIT_STREAM_RESUMED)
    assert skipped.detail["skipped"] == {"first": 3, "last": 6}
    assert "skipped" not in resumed.detail


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_of_two_workers_one_sets_it_aside_and_of_two_people_one_sends_it(
    follower: AuditStream, receiver: Receiver, events: Any
) -> None:
    AuditStream.objects.update(position=2, at_once=1, refusals=REFUSALS - 1)
    both = Barrier(2)

    def at_once(act: Callable[[], Any]) -> Any:
        try:
            both.wait(10)
            return act()
        except (Refused, NotFound) as refusal:
            return type(refusal)
        finally:
            connection.close()

    def twice(act: Callable[[], Any]) -> list[Any]:
        with ThreadPoolExecutor(2) as pool:
            return [done.result() for done in [pool.submit(at_once, act) for _ in range(2)]]

    assert sorted(twice(lambda: follow(follower.id))) == [0, 4]
    letter = letters_of(follower).get()
    assert len(events(Tag.AUDIT_LETTER_SET_ASIDE)) == 1
    receiver.refuses, receiver.batches = lambda line: False, []
    found = twice(lambda: send_letter(letter, actor=None))
    assert sum(isinstance(one, Trial) for one in found) == len(receiver.batches) == 1
    assert len(events(Tag.AUDIT_LETTER_SENT)) == 1


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_stream_that_is_deleted_meanwhile_leaves_nothing(
    follower: AuditStream, receiver: Receiver
) -> None:
    AuditStream.objects.update(position=2, at_once=1, refusals=REFUSALS - 1)

    def meanwhile(line: str) -> bool:
        delete_stream(AuditStream.objects.get(), actor=None)
        return True

    receiver.refuses = meanwhile
    assert follow(follower.id) == 1
    assert not AuditDeadLetter.objects.exists()
