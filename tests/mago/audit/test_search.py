from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest
from django.db import connection, transaction
from time_machine import TimeMachineFixture

from mago.audit import search
from mago.audit.models import AuditEvent, AuditMark
from mago.audit.search import find
from mago.audit.services import Outcome, Tag, seal
from mago.audit.verification import verify
from mago.core.context import Caller, calling
from mago.core.ids import new_id
from mago.core.keyset import Cursor, KeysetPage, Listing
from mago.core.models import LimitState
from tests.trail import record

from .conftest import Tamper


def found(**criteria: Any) -> list[AuditEvent]:
    return find(**criteria).newest(1000)


def test_the_newest_comes_first(five: list[AuditEvent]) -> None:
    assert found() == five[::-1]


@pytest.mark.parametrize("is_sealed", [False, True])
def test_each_criterion_narrows(
    five: list[AuditEvent], is_sealed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    bob, acme = SimpleNamespace(pk=new_id(), email="bob@example.com"), new_id()
    limit = LimitState(key="room-7")
    with calling(Caller(request_id="r1", address="192.0.2.1")):
        refused = Outcome.REFUSED
        event = record(Tag.SIGN_OUT, actor=bob, target=limit, outcome=refused, organization_id=acme)
    if is_sealed:
        monkeypatch.setattr(search, "MARGIN", 0)
        seal()
    for criteria in (
        {"tag": Tag.SIGN_OUT},
        {"actor": bob.pk},
        {"target": limit},
        {"target": "room-7"},
        {"outcome": Outcome.REFUSED},
        {"address": "192.0.2.1"},
        {"organization": acme},
        {"organization": acme, "tag": Tag.SIGN_OUT, "outcome": Outcome.REFUSED},
        {"text": "state object"},
        {"text": "r1"},
        {"text": "192.0.2.1"},
        {"since": event.time},
        {"since": event.time, "actor": bob.pk},
    ):
        assert found(**criteria) == [event], criteria
    assert found(until=event.time) == five[::-1]
    assert found(until=event.time, tag=Tag.SIGN_IN_FAILED) == five[::-1]
    for other in ({"tag": Tag.SIGN_IN_FAILED}, {"organization": new_id()}, {"outcome": "failure"}):
        assert found(actor=bob.pk, **other) == []


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


@pytest.fixture
def all_marked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "MARGIN", 0)


@pytest.fixture
def seven(five: list[AuditEvent], alice: SimpleNamespace, all_marked: None) -> list[AuditEvent]:
    """Five that are sealed, and two that are not yet."""
    seal()
    return [*five, *(record(Tag.SIGN_IN_FAILED, actor=alice, attempt=n) for n in (6, 7))]


def test_what_was_recorded_just_now_is_found_before_it_is_sealed(seven: list[AuditEvent]) -> None:
    assert AuditMark.objects.count() == 5
    assert found(actor=seven[0].actor_id) == seven[::-1]


def test_pages_go_on_from_what_is_new_to_what_is_sealed_and_back(seven: list[AuditEvent]) -> None:
    listing = find(actor=seven[0].actor_id).listing
    first = KeysetPage(listing, size=3)
    second = KeysetPage(listing, first.next or "", size=3)
    third = KeysetPage(listing, second.next or "", size=3)
    assert [*first.rows, *second.rows, *third.rows] == seven[::-1]
    assert (third.next, first.previous) == (None, None)
    assert KeysetPage(listing, third.previous or "", size=3).rows == second.rows


def test_a_search_is_read_from_either_end_across_both(
    seven: list[AuditEvent],
) -> None:
    by_alice = find(actor=seven[0].actor_id)
    assert by_alice.newest(3) == seven[:3:-1]
    assert list(by_alice.oldest_first()) == seven


def test_one_that_was_committed_late_is_found_at_once(
    five: list[AuditEvent], alice: SimpleNamespace, tamper: Tamper
) -> None:
    tamper("UPDATE {event} SET id = id + 100")
    seal()
    record(Tag.SIGN_OUT, actor=alice)
    tamper("UPDATE {event} SET id = %s WHERE tag = %s", five[0].id, Tag.SIGN_OUT.value)
    assert [event.id for event in found(tag=Tag.SIGN_OUT)] == [five[0].id]


def test_what_the_sealer_refuses_is_found_nevertheless(
    five: list[AuditEvent], tamper: Tamper, all_marked: None
) -> None:
    tamper("UPDATE {event} SET outcome = 'refused' WHERE id = %s", five[1].id)
    seal()
    assert found(outcome="refused") == [five[1]]


def test_whoever_takes_marks_away_hides_nothing_for_long(
    five: list[AuditEvent], all_marked: None, caplog: pytest.LogCaptureFixture
) -> None:
    seal()
    AuditMark.objects.filter(event__gte=five[3].id).delete()
    AuditMark.objects.filter(event=five[0].id).update(actor_id=None)
    assert found(actor=five[0].actor_id) == five[2:0:-1]
    assert verify().first_break is None
    assert found(actor=five[0].actor_id) == five[::-1]
    assert "3 audit events had no mark or a wrong one" in caplog.text
    caplog.clear()
    verify()
    assert not caplog.text


@pytest.fixture
def looks_at_three(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "LOOKS_AT", 3)


def needles(number: int, which: set[int]) -> list[AuditEvent]:
    """So many events, and those of these places are about a needle."""
    needle = LimitState(key="needle")
    return [record(Tag.SIGN_OUT, target=needle if n in which else None) for n in range(number)]


def walked(size: int = 50, **criteria: Any) -> list[list[AuditEvent]]:
    """The rows of each page, from the newest to the end."""
    return pages_of(find(**criteria).listing, size)


def pages_of(listing: Listing, size: int) -> list[list[AuditEvent]]:
    pages, cursor = list[list[AuditEvent]](), ""
    while True:
        page = KeysetPage(listing, cursor, size)
        pages.append(page.rows)
        if page.next is None:
            return pages
        cursor = page.next


def test_what_one_request_did_is_found_around_the_moment_that_its_id_tells(
    five: list[AuditEvent], alice: SimpleNamespace
) -> None:
    key = new_id().hex
    with calling(Caller(request_id=key)):
        told = [record(Tag.SIGN_OUT, actor=alice) for _ in range(2)]
    assert found(request_id=key) == told[::-1]
    assert found(request_id=key, actor=alice.pk) == told[::-1]
    assert found(request_id=key, since=told[1].time) == told[1:]
    assert found(request_id=key, organization=new_id()) == []
    assert found(request_id=new_id().hex) == []
    (query,) = find(request_id=key).listing.among
    assert query.count() == 7
    long_ago = UUID(int=int(key, 16) - (3_600_000 << 80)).hex
    (query,) = find(request_id=long_ago).listing.among
    assert query.count() == 0


@pytest.mark.parametrize("odd", ["-", "x", "0" * 32, str(UUID(int=4 << 76 | 2 << 62)), "é", "\x00"])
def test_what_is_no_request_of_ours_finds_nothing(five: list[AuditEvent], odd: str) -> None:
    assert search.request_of(odd) is None
    assert found(request_id=odd) == []


def test_a_request_of_no_time_that_there_is_finds_nothing(five: list[AuditEvent]) -> None:
    assert found(request_id=f"{'f' * 12}7{'0' * 3}8{'0' * 15}") == []
    assert found(request_id=f"{'0' * 12}7{'0' * 3}8{'0' * 15}") == []


def test_a_page_of_a_text_looks_at_so_many_events_and_goes_on_from_there(
    db: None, looks_at_three: None
) -> None:
    told = needles(10, {1, 2, 9})
    pages = walked(text="needle")
    assert pages == [[told[9]], [], [told[2], told[1]], []]
    first = KeysetPage(find(text="needle").listing)
    assert (first.has_stopped, first.previous) == (True, None)
    last = KeysetPage(find(text="needle", since=told[8].time).listing)
    assert (last.has_stopped, last.next, last.rows) == (False, None, [told[9]])


@pytest.mark.parametrize("size", [1, 2, 50])
@pytest.mark.parametrize("by", [{}, {"outcome": "success"}, {"tag": Tag.SIGN_OUT}])
def test_pages_of_a_text_show_each_event_once_across_what_is_sealed_and_what_is_not(
    size: int, by: dict[str, Any], db: None, all_marked: None, looks_at_three: None
) -> None:
    older = needles(11, {0, 3, 4, 5, 10})
    seal()
    newer = needles(5, {0, 1, 4})
    told = [event for event in (*older, *newer) if event.target_id == "needle"]
    shown = [event for page in walked(size, text="needle", **by) for event in page]
    assert shown == told[::-1]
    oldest = find(text="needle", **by).listing.ordered("time")
    assert [event for page in pages_of(oldest, size) for event in page] == told
    assert find(text="needle", **by).newest(100) == told[::-1]
    assert list(find(text="needle", **by).oldest_first()) == told
    heard: list[int] = []
    assert not list(find(text="nowhere", **by).oldest_first(lambda: heard.append(1)))
    assert heard, "whoever waits for what is not there is told that it goes on"


def test_a_search_by_text_is_read_backwards_as_well(db: None, looks_at_three: None) -> None:
    told = needles(8, {1, 3, 5, 7})
    listing = find(text="needle").listing
    page = KeysetPage(listing, str(Cursor((told[0].id,), backwards=True)))
    back = [page.rows]
    while page.previous:
        page = KeysetPage(listing, page.previous)
        back.append(page.rows)
    assert [event for rows in reversed(back) for event in rows] == told[::-2]


def test_each_way_to_search_goes_along_an_index(five: list[AuditEvent]) -> None:
    period = {"since": five[0].time, "until": five[4].time}
    ways: list[dict[str, Any]] = [
        {"actor": new_id()},
        {"target": "x"},
        {"tag": Tag.SIGN_OUT},
        {"organization": new_id()},
        {"organization": new_id(), "tag": Tag.SIGN_OUT},
        {"address": "192.0.2.1"},
        {"outcome": "failure"},
        {"request_id": new_id().hex},
    ]
    for criteria in (*ways, *(way | period for way in ways), period):
        for query in find(**criteria).listing.queries:
            plan = query[:50].explain()
            if connection.vendor == "sqlite":
                assert "SCAN audit_audit" not in plan, criteria
                assert "TEMP B-TREE" not in plan, criteria


def test_a_page_costs_three_queries(five: list[AuditEvent], django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(3):
        KeysetPage(find(actor=five[0].actor_id).listing)
