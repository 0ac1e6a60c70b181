"""The example of docs/audit-format.md: what another program must compute, too."""

import re
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from mago.audit import canonical
from mago.audit.models import AuditEvent
from mago.audit.verification import Kind

DOCUMENT = Path(__file__).parents[3] / "docs" / "audit-format.md"


@pytest.fixture
def event() -> AuditEvent:
    return AuditEvent(
        id=7,
        time=datetime(2026, 1, 2, 3, 4, 5, 6, UTC),
        tag="people:person:disabled",
        outcome="success",
        actor_id=UUID("018f3c00-0000-7000-8000-000000000001"),
        actor_label="alice@example.com",
        target_type="accounts.user",
        target_id="018f3c00-0000-7000-8000-000000000002",
        target_label="Zoë",
        address="192.0.2.1",
        user_agent="Firefox",
        request_id="r1",
        detail={"reason": "left", "before": {"is_active": True}, "count": 2},
        mac=bytes(48),
    )


def blocks() -> list[str]:
    return re.findall(r"```\n(.*?)\n```", DOCUMENT.read_text(encoding="utf-8"), re.DOTALL)


def test_the_bytes_are_those_of_the_document(event: AuditEvent) -> None:
    text = canonical.canonical_bytes(canonical.content_of(event)).decode()
    assert text in blocks()


def test_the_hash_is_that_of_the_document(event: AuditEvent) -> None:
    assert canonical.link_hash(canonical.GENESIS, 1, event).hex() in blocks()


def test_the_document_names_every_field() -> None:
    section = DOCUMENT.read_text(encoding="utf-8").split("\n## ")[2]
    table = re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE)
    assert sorted(table) == sorted((*canonical.FIELDS, "version"))


def test_the_document_names_every_kind_of_break() -> None:
    section = DOCUMENT.read_text(encoding="utf-8").split("\n## Verifying")[1]
    assert re.findall(r"^\| `([\w-]+)` \|", section, re.MULTILINE) == list(Kind)


def test_every_column_is_signed_or_signs() -> None:
    columns = [field.attname for field in AuditEvent._meta.concrete_fields]
    assert columns == ["id", *canonical.FIELDS, "mac"]


def test_the_salt_tells_two_equal_events_apart(event: AuditEvent) -> None:
    columns = canonical.columns_of(canonical.content_of(event))
    first, second = canonical.sign(columns), canonical.sign(columns)
    assert first != second
    for mac in (first, second):
        event.mac = mac
        assert canonical.is_ours(event)


@settings(max_examples=20, deadline=None)
@given(st.integers(10**15, 7 * 10**15))
def test_the_present_is_told_as_any_other_time(microseconds: int) -> None:
    with time_machine.travel(microseconds / 10**6, tick=False):
        assert canonical.now() == canonical.moment(timezone.now())


@pytest.mark.parametrize("zone", ["UTC", "Asia/Kathmandu"])
def test_the_time_zone_of_the_server_makes_no_difference(event: AuditEvent, zone: str) -> None:
    before = canonical.canonical_bytes(canonical.content_of(event))
    event.time = event.time.astimezone(ZoneInfo(zone))
    assert canonical.canonical_bytes(canonical.content_of(event)) == before
