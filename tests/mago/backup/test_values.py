"""A value is the same on both databases after it went through a file."""

import json
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django.apps import apps
from django.db import connection

from mago.backup.dump import tables
from mago.backup.values import from_json, to_json

ID = UUID("0193a1b2-0000-7000-8000-000000000001")
MOMENT = datetime(2026, 11, 22, 8, 30, 0, 123456, tzinfo=UTC)
# kind, as SQLite's driver has it, as PostgreSQL's has it
CASES: list[tuple[str, Any, Any]] = [
    ("uuid", ID.hex, ID),
    ("moment", "2026-11-22 08:30:00.123456", MOMENT),
    ("boolean", 1, True),
    ("bytes", b"\x00\xff", b"\x00\xff"),
    ("json", '{"a": [1, "é", null]}', '{"a": [1, "é", null]}'),
    ("duration", 90_000_000, timedelta(seconds=90)),
    ("date", "2026-11-22", date(2026, 11, 22)),
    ("time", "08:30:00", time(8, 30)),
    ("decimal", "1.50", Decimal("1.50")),
    ("plain", "text", "text"),
    ("plain", 7, 7),
    ("plain", 1.5, 1.5),
]


@pytest.mark.parametrize(("kind", "sqlite", "postgresql"), CASES)
def test_both_drivers_values_are_one_in_the_file(kind: str, sqlite: Any, postgresql: Any) -> None:
    stored = json.loads(json.dumps(to_json(sqlite, kind)))
    assert stored == json.loads(json.dumps(to_json(postgresql, kind)))
    back = from_json(stored, kind, "sqlite")
    assert (json.loads(back) if kind == "json" else back) == (
        json.loads(sqlite) if kind == "json" else sqlite
    )
    back = from_json(stored, kind, "postgresql")
    assert (json.loads(back) if kind == "json" else back) == (
        json.loads(postgresql) if kind == "json" else postgresql
    )


@pytest.mark.parametrize("kind", [case[0] for case in CASES])
def test_nothing_stays_nothing(kind: str) -> None:
    assert to_json(None, kind) is None
    assert from_json(None, kind, "sqlite") is None


@pytest.mark.django_db
def test_every_table_of_the_database_is_in_a_backup() -> None:
    # What finds text is made of it, anew after a restore.
    made = ("django_migrations", "search_")
    names = connection.introspection.table_names()
    there = {name for name in names if not name.startswith(made)}
    assert {table.name for table in tables()} == there
    assert len(there) >= len(list(apps.get_models()))
