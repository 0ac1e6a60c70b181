from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from mago.audit import append_only
from mago.audit.checkpoints import make_checkpoint
from mago.audit.models import AuditCheckpoint, AuditEvent, AuditLink, AuditSegment
from mago.audit.services import seal

TABLES = pytest.mark.parametrize("model", [AuditEvent, AuditLink])


@pytest.fixture
def sealed(five: list[AuditEvent]) -> None:
    seal()


def refused(statement: Callable[[], Any]) -> None:
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        statement()


@TABLES
def test_the_database_refuses_to_change_a_row(sealed: None, model: Any) -> None:
    refused(lambda: model.objects.update(mac=b""))
    refused(model.objects.first().save)
    assert not model.objects.filter(mac=b"").exists()


@TABLES
def test_the_database_refuses_to_delete_a_row(sealed: None, model: Any) -> None:
    refused(lambda: model.objects.filter(pk__gt=0)._raw_delete("default"))
    refused(lambda: model.objects.all().delete())
    assert model.objects.count() == 5


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL has no REPLACE")
@pytest.mark.parametrize("model", [AuditEvent, AuditLink, AuditCheckpoint])
def test_the_database_refuses_to_put_another_row_in_the_place_of_one(
    sealed: None, model: Any
) -> None:
    make_checkpoint()
    table = model._meta.db_table

    def replace() -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"INSERT OR REPLACE INTO {table} SELECT * FROM {table} LIMIT 1")

    refused(replace)


@TABLES
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no TRUNCATE")
def test_the_database_refuses_to_empty_a_table(sealed: None, model: Any) -> None:
    def truncate() -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"TRUNCATE {model._meta.db_table}")

    refused(truncate)


def test_the_guard_covers_exactly_our_tables() -> None:
    models = (AuditEvent, AuditLink, AuditCheckpoint, AuditSegment)
    assert set(append_only.TABLES) == {model._meta.db_table for model in models}


def test_the_database_refuses_to_change_or_delete_a_checkpoint(sealed: None) -> None:
    make_checkpoint()
    refused(lambda: AuditCheckpoint.objects.update(statement={}))
    refused(lambda: AuditCheckpoint.objects.all().delete())
    assert AuditCheckpoint.objects.get().statement


def test_the_guard_can_be_lifted_and_returns(sealed: None) -> None:
    with append_only.lifted(connection):
        AuditLink.objects.all().delete()
        AuditEvent.objects.first().delete()
    refused(lambda: AuditEvent.objects.update(mac=b""))


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("turn", [1, 2])
def test_a_test_with_real_transactions_leaves_nothing_behind(
    turn: int, request: pytest.FixtureRequest
) -> None:
    assert not AuditEvent.objects.exists()
    request.getfixturevalue("five")
    seal()
    assert AuditLink.objects.count() == 5
    refused(lambda: AuditEvent.objects.update(mac=b""))
