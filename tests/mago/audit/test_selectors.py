from datetime import timedelta
from types import SimpleNamespace

import pytest

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
        {"text": "BOB@"},
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
