"""The hand-written INSERT stores what Django would, on its own way and on Django's."""

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
import time_machine
from django.db import Error, IntegrityError, transaction
from django.db.transaction import TransactionManagementError
from django.utils import timezone

from mago.audit.canonical import columns_of, content_of, is_ours
from mago.audit.models import AuditEvent
from mago.audit.services import Tag, entry
from mago.core.ids import new_id
from mago.core.sql import Statement
from tests.trail import record


@pytest.mark.parametrize("is_watched", [True, False])
def test_what_is_told_is_what_is_stored(
    db: None, alice: SimpleNamespace, is_watched: bool, django_assert_num_queries: Any
) -> None:
    told = entry(
        Tag.SIGN_OUT, actor=alice, on_behalf_of=alice, organization_id=new_id(), reason="x"
    )
    if is_watched:
        with django_assert_num_queries(1):
            told.insert()
    else:
        told.insert()
    stored = AuditEvent.objects.get()
    *columns, mac = told.values
    assert columns_of(content_of(stored)) == columns
    assert bytes(stored.mac) == mac
    assert AuditEvent.objects.filter(
        time=stored.time, actor_id=alice.pk, organization_id=stored.organization_id
    ).exists()


def test_a_time_of_whole_seconds_is_spelled_as_django_does(db: None) -> None:
    with time_machine.travel(datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC), tick=False):
        stored = record(Tag.SIGN_OUT)
        assert AuditEvent.objects.filter(time=timezone.now(), pk=stored.pk).exists()
        assert is_ours(stored)


def test_it_is_not_saved_again(db: None) -> None:
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        record(Tag.SIGN_OUT).save()


def test_the_database_s_errors_are_django_s(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    nowhere = Statement("INSERT INTO nowhere VALUES (%s)")
    monkeypatch.setattr("mago.audit.insertion._INSERT", nowhere)
    with pytest.raises(Error), transaction.atomic():
        record(Tag.SIGN_OUT)


def test_nothing_is_recorded_in_a_transaction_that_is_lost(db: None) -> None:
    with transaction.atomic():
        transaction.set_rollback(True)
        with pytest.raises(TransactionManagementError):
            record(Tag.SIGN_OUT)
    assert not AuditEvent.objects.exists()
