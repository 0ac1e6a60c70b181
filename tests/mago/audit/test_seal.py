import logging
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from mago.audit import services, tasks
from mago.audit.models import AuditEvent, AuditLink
from mago.audit.services import ChainBroken, Sealing, Tag, seal
from mago.audit.verification import verify
from tests.trail import record

from .conftest import Tamper


def linked() -> list[int]:
    return list(AuditLink.objects.order_by("sequence").values_list("event_id", flat=True))


def test_every_event_gets_its_link_in_order(five: list[AuditEvent]) -> None:
    assert seal() == Sealing(linked=5)
    assert linked() == [event.id for event in five]
    assert list(AuditLink.objects.values_list("sequence", flat=True)) == [1, 2, 3, 4, 5]


def test_a_second_run_adds_nothing(five: list[AuditEvent]) -> None:
    seal()
    assert seal() == seal(full=True) == Sealing()


def test_the_task_goes_on_where_the_chain_ends(five: list[AuditEvent]) -> None:
    tasks.seal.delay()
    event = record(Tag.SIGN_OUT)
    tasks.seal.delay()
    assert linked() == [*(event.id for event in five), event.id]
    assert verify().first_break is None


def test_many_events_are_linked_in_batches(
    five: list[AuditEvent], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "BATCH", 2)
    assert seal() == Sealing(linked=5)
    assert verify().first_break is None


@pytest.fixture
def late(five: list[AuditEvent], tamper: Tamper) -> AuditEvent:
    """An event that took its number before the five, and was committed after they were sealed."""
    tamper("UPDATE {event} SET id = id + 100")
    seal()
    services.record(Tag.SIGN_OUT)
    tamper("UPDATE {event} SET id = %s WHERE tag = %s", five[0].id, Tag.SIGN_OUT.value)
    return AuditEvent.objects.get(id=five[0].id)


def test_an_event_that_was_committed_late_is_linked_late(late: AuditEvent) -> None:
    assert seal() == Sealing(linked=1)
    assert linked()[-1] == late.id == min(linked())
    assert verify().first_break is None


def test_one_that_was_committed_very_late_is_found_by_a_full_run(
    late: AuditEvent, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "LOOK_BACK", 10)
    assert seal() == Sealing()
    assert seal(full=True) == Sealing(linked=1)
    assert linked()[-1] == late.id


def test_an_event_that_is_not_ours_is_left_out_and_reported(
    five: list[AuditEvent], tamper: Tamper, caplog: pytest.LogCaptureFixture
) -> None:
    tamper("UPDATE {event} SET outcome = 'refused' WHERE id = %s", five[1].id)
    with caplog.at_level(logging.ERROR):
        assert seal() == Sealing(linked=4, refused=1, first_refused=five[1].id)
    assert five[1].id not in linked()
    assert str(five[1].id) in caplog.text


def test_nothing_is_added_to_a_chain_that_somebody_else_wrote(
    five: list[AuditEvent], tamper: Tamper
) -> None:
    seal()
    tamper("UPDATE {link} SET mac = hash WHERE sequence = 5")
    record(Tag.SIGN_OUT)
    with pytest.raises(ChainBroken):
        seal()
    assert len(linked()) == 5


def test_the_chain_goes_on_under_a_new_key_and_then_without_the_old(
    five: list[AuditEvent], settings: Any
) -> None:
    seal()
    old, new = settings.SECRET_KEY, "another-key-0123456789-abcdefghijklmnopqrstuv"
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = new, [old]
    record(Tag.KEYS_ROTATED)
    assert seal() == Sealing(linked=1)
    settings.SECRET_KEY_FALLBACKS = []
    assert verify().first_break is None


def test_a_run_costs_the_same_few_queries_for_any_number(five: list[AuditEvent]) -> None:
    with CaptureQueriesContext(connection) as for_five:
        seal()
    for _ in range(50):
        record(Tag.SIGN_OUT)
    with CaptureQueriesContext(connection) as for_fifty:
        seal()
    assert len(for_five) == len(for_fifty) <= 15


@pytest.mark.django_db(transaction=True)
@pytest.mark.slow
def test_sealers_and_writers_at_once_make_one_chain(alice: SimpleNamespace) -> None:
    if connection.vendor == "sqlite" and connection.is_in_memory_db():
        pytest.skip("threads cannot share a database in memory")
    start = Barrier(6)

    def write() -> None:
        start.wait()
        for n in range(20):
            record(Tag.SIGN_IN_FAILED, actor=alice, attempt=n)
        connection.close()

    def run_sealer() -> None:
        start.wait()
        for _ in range(5):
            seal()
        connection.close()

    with ThreadPoolExecutor(6) as pool:
        for job in [pool.submit(work) for work in (write, run_sealer) * 3]:
            job.result()
    seal()
    assert AuditLink.objects.count() == 60
    assert verify().first_break is None
