"""Alice, a trail of five events, and somebody who owns the database and changes it."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection

from mago.audit import append_only
from mago.audit.models import AuditEvent, AuditLink
from mago.audit.services import Tag
from mago.core.ids import new_id
from tests.trail import record

Tamper = Callable[..., None]


@pytest.fixture
def alice() -> SimpleNamespace:
    return SimpleNamespace(pk=new_id(), email="alice@example.com")


@pytest.fixture
def five(db: None, alice: SimpleNamespace) -> list[AuditEvent]:
    return [record(Tag.SIGN_IN_FAILED, actor=alice, attempt=n) for n in range(1, 6)]


@pytest.fixture
def tamper(db: None) -> Tamper:
    """Run a statement with the triggers away, as the owner of the database can."""

    def run(statement: str, *values: Any) -> None:
        names = {"event": AuditEvent._meta.db_table, "link": AuditLink._meta.db_table}
        with append_only.lifted(connection), connection.cursor() as cursor:
            cursor.execute(statement.format(**names), values)

    return run
