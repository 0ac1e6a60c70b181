"""The hand-written INSERT stores what Django would, on its own way and on Django's."""

from types import SimpleNamespace
from typing import Any

import pytest
from django.db import Error, IntegrityError, transaction
from django.db.transaction import TransactionManagementError

from mago.audit.models import AuditEvent
from mago.audit.services import Tag, record
from mago.core.ids import new_id
from mago.core.sql import Insertion


def columns(event: AuditEvent) -> list[Any]:
    return [getattr(event, field.attname) for field in AuditEvent._meta.concrete_fields]


def told(alice: SimpleNamespace) -> AuditEvent:
    return record(
        Tag.SIGN_OUT, actor=alice, on_behalf_of=alice, organization_id=new_id(), reason="x"
    )


@pytest.mark.parametrize("is_watched", [True, False])
def test_what_it_gives_is_what_is_stored(
    db: None, alice: SimpleNamespace, is_watched: bool, django_assert_num_queries: Any
) -> None:
    if is_watched:
        with django_assert_num_queries(1):
            event = told(alice)
    else:
        event = told(alice)
    stored = AuditEvent.objects.get()
    assert stored == event
    assert [bytes(v) if isinstance(v, memoryview) else v for v in columns(stored)] == columns(event)
    assert AuditEvent.objects.filter(
        time=event.time, actor_id=alice.pk, organization_id=event.organization_id
    ).exists()


def test_it_can_be_read_again_and_not_saved(db: None, alice: SimpleNamespace) -> None:
    event = told(alice)
    event.refresh_from_db()
    assert (event.pk, event._state.adding, event._state.db) == (event.id, False, "default")
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        event.save()


def test_the_database_s_errors_are_django_s(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    nowhere = Insertion("INSERT INTO nowhere VALUES (%s)")
    monkeypatch.setattr("mago.audit.insertion._INSERT", nowhere)
    with pytest.raises(Error), transaction.atomic():
        record(Tag.SIGN_OUT)


def test_nothing_is_recorded_in_a_transaction_that_is_lost(db: None) -> None:
    with transaction.atomic():
        transaction.set_rollback(True)
        with pytest.raises(TransactionManagementError):
            record(Tag.SIGN_OUT)
    assert not AuditEvent.objects.exists()
