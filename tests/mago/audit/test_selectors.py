from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from django.db import connection, transaction
from time_machine import TimeMachineFixture

from mago.audit import selectors
from mago.audit.models import AuditEvent
from mago.audit.services import Outcome, Tag, record
from mago.core.context import Caller, calling
from mago.core.errors import NotFound
from mago.core.ids import new_id
from mago.core.models import LimitState


def found(**criteria: object) -> list[AuditEvent]:
    return list(selectors.events(**criteria))  # type: ignore[arg-type]


def test_the_newest_comes_first(five: list[AuditEvent]) -> None:
    assert found() == five[::-1]


def test_each_criterion_narrows(five: list[AuditEvent]) -> None:
    bob = SimpleNamespace(pk=new_id(), email="bob@example.com")
    limit = LimitState(key="room-7")
    with calling(Caller(request_id="r1", address="192.0.2.1")):
        event = record(Tag.SIGN_OUT, actor=bob, target=limit, outcome=Outcome.REFUSED)
    for criteria in (
        {"tag": Tag.SIGN_OUT},
        {"actor": bob.pk},
        {"target": limit},
        {"target": "room-7"},
        {"outcome": Outcome.REFUSED},
        {"address": "192.0.2.1"},
        {"text": "state object"},
        {"text": "r1"},
        {"text": "192.0.2.1"},
        {"since": event.time},
    ):
        assert found(**criteria) == [event], criteria
    assert found(until=event.time) == five[::-1]
    assert found(tag=Tag.SIGN_OUT, actor=five[0].actor_id) == []


def test_a_period_has_its_begin_and_not_its_end(five: list[AuditEvent]) -> None:
    second, fourth = five[1].time, five[3].time
    assert found(since=second, until=fourth) == [five[2], five[1]]
    assert found(since=fourth + timedelta(days=1)) == []


@pytest.mark.parametrize("odd", ["\x00", "\ud800", "%", "'", "x" * 9999, "\n"])
def test_odd_text_finds_nothing_and_breaks_nothing(five: list[AuditEvent], odd: str) -> None:
    for name in ("tag", "target", "outcome", "address", "text"):
        assert found(**{name: odd}) == []


def test_a_period_is_found_by_numbers_whatever_lies_between(
    db: None, alice: SimpleNamespace, time_machine: TimeMachineFixture
) -> None:
    told = []
    for day in range(1, 20):
        time_machine.move_to(datetime(2026, 3, day, 12, tzinfo=UTC), tick=False)
        told.append(record(Tag.SIGN_IN_FAILED, actor=alice, day=day))
        with transaction.atomic():
            record(Tag.SIGN_IN_FAILED)
            transaction.set_rollback(True)
    for first in range(1, 20):
        for last in (first, first + 1, 19, 25):
            since, until = datetime(2026, 3, first, tzinfo=UTC), datetime(2026, 3, last, tzinfo=UTC)
            assert found(since=since, until=until) == told[first - 1 : last - 1][::-1]
    assert found(since=datetime(2026, 3, 9, 12, tzinfo=UTC)) == told[8:][::-1]
    assert found(until=datetime(2026, 3, 9, 12, tzinfo=UTC)) == told[:8][::-1]
    assert found(since=datetime(1999, 1, 1, tzinfo=UTC)) == told[::-1]
    assert found(until=datetime(2099, 1, 1, tzinfo=UTC)) == told[::-1]


def test_two_clocks_that_differ_hide_nothing(
    db: None, alice: SimpleNamespace, time_machine: TimeMachineFixture
) -> None:
    noon, told = datetime(2026, 3, 1, 12, tzinfo=UTC), []
    for seconds in range(100):
        ahead = 25 if seconds % 2 else 0
        time_machine.move_to(noon + timedelta(seconds=seconds + ahead), tick=False)
        told.append(record(Tag.SIGN_IN_FAILED, actor=alice))
    middle = noon + timedelta(seconds=50)
    assert found(since=middle) == [event for event in told[::-1] if event.time >= middle]
    assert found(until=middle) == [event for event in told[::-1] if event.time < middle]


def test_an_empty_trail_has_no_period(db: None) -> None:
    now = datetime.now(UTC)
    assert found(since=now) == found(until=now) == []


def test_each_way_to_search_goes_along_an_index(five: list[AuditEvent]) -> None:
    period = {"since": five[0].time, "until": five[4].time}
    ways = [{"actor": new_id()}, {"target": "x"}, {"tag": Tag.SIGN_OUT}, {"organization": new_id()}]
    for criteria in (*ways, *(way | period for way in ways), period):
        plan = str(selectors.events(**criteria)[:50].explain())  # type: ignore[arg-type]
        if connection.vendor == "sqlite":
            assert "SCAN audit_auditevent\n" not in f"{plan}\n", criteria
            assert "TEMP B-TREE" not in plan, criteria


def test_an_event_is_found_by_its_number_or_not_at_all(five: list[AuditEvent]) -> None:
    assert selectors.event(five[2].id) == five[2]
    for number in (0, -1, 2**70):
        with pytest.raises(NotFound):
            selectors.event(number)


def test_a_page_costs_one_query(
    five: list[AuditEvent], django_assert_num_queries: pytest.FixtureRequest
) -> None:
    with django_assert_num_queries(1):  # type: ignore[operator]
        list(selectors.events(actor=five[0].actor_id)[:2])
