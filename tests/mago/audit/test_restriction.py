"""On PostgreSQL, Mago runs as a role that cannot change the trail, even with the triggers away."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import ProgrammingError, connection, transaction
from django.utils import timezone
from time_machine import travel

from mago.audit import append_only, retention, tasks
from mago.audit.models import AuditDeadLetter, AuditEvent, AuditKey, AuditLink, AuditStream
from mago.audit.services import Tag, record
from mago.audit.statements import change_key, keys, present_key
from mago.audit.verification import verify
from mago.core.models import LimitState

ROLE = f"mago_app_{os.getpid()}"

postgresql = pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no roles")


def execute(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.fixture
def role(db: None) -> str:
    """A second role, as an operator makes it; gone with the test's transaction."""
    execute(f"CREATE ROLE {ROLE} LOGIN")
    return ROLE


@contextmanager
def running_as(role: str) -> Iterator[None]:
    execute(f"SET ROLE {role}")
    try:
        yield
    finally:
        execute("RESET ROLE")


@pytest.fixture
def restricted(role: str) -> Iterator[None]:
    call_command("audit_restrict_role", role=role, stdout=StringIO())
    with running_as(role):
        yield


def refused(attempt: Callable[[], Any]) -> None:
    with (
        pytest.raises(ProgrammingError, match=r"permission denied|must be owner"),
        transaction.atomic(),
    ):
        attempt()


@postgresql
def test_the_role_records_seals_signs_and_verifies(
    restricted: None, five: list[AuditEvent]
) -> None:
    tasks.seal()
    assert AuditLink.objects.count() == 5
    assert verify().first_break is None


@postgresql
@pytest.mark.parametrize("table", append_only.TABLES)
def test_the_role_can_neither_change_nor_delete(restricted: None, table: str) -> None:
    column = {append_only.LINKS: "hash", append_only.EVENTS: "tag"}.get(table, "statement")
    for statement in (
        f"UPDATE {table} SET {column} = NULL",
        f"DELETE FROM {table}",
        f"TRUNCATE {table}",
        f"ALTER TABLE {table} DISABLE TRIGGER ALL",
        f"DROP TRIGGER {table}_append_only ON {table}",
        f"CREATE TRIGGER mine BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION audit_refuse_change()",
        f"DROP TABLE {table}",
    ):
        refused(lambda statement=statement: execute(statement))  # type: ignore[misc]


@postgresql
def test_that_holds_without_the_triggers(role: str, restricted: None) -> None:
    execute("RESET ROLE")
    append_only.close_door(connection)
    execute(f"SET ROLE {role}")
    refused(lambda: execute("DELETE FROM audit_auditevent"))


@postgresql
def test_the_role_cannot_make_the_door_wider(restricted: None) -> None:
    for statement in (
        "CREATE OR REPLACE FUNCTION audit_refuse_change() RETURNS trigger LANGUAGE sql AS ''",
        "DROP FUNCTION audit_remove(bigint, bigint) CASCADE",
        "ALTER FUNCTION audit_remove(bigint, bigint) SECURITY INVOKER",
    ):
        refused(lambda statement=statement: execute(statement))  # type: ignore[misc]


@postgresql
def test_the_role_removes_what_a_segment_covers_and_nothing_else(
    restricted: None, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.db import IntegrityError

    monkeypatch.setattr(retention, "PAUSE", 0)
    settings.AUDIT_RETENTION_DAYS = 90
    with travel(timezone.now() - timedelta(days=100)):
        for _ in range(5):
            record(Tag.SIGN_OUT)
        tasks.seal()
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        append_only.remove(connection, 1, 4)
    assert retention.remove_expired() == 4
    assert verify().first_break is None


@postgresql
def test_a_temporary_table_opens_no_door(role: str, five: list[AuditEvent]) -> None:
    """It would stand before ours in the search path of a function that says nothing of it."""
    from django.db import IntegrityError

    tasks.seal()
    call_command("audit_restrict_role", role=role, stdout=StringIO())
    execute(f"GRANT TEMPORARY ON DATABASE {connection.settings_dict['NAME']} TO {role}")
    with running_as(role):
        execute("CREATE TEMPORARY TABLE audit_auditsegment (last_sequence bigint)")
        execute("INSERT INTO pg_temp.audit_auditsegment VALUES (1000)")
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            append_only.remove(connection, 1, 4)
    assert AuditLink.objects.count() == 5


@postgresql
def test_the_role_makes_no_temporary_table(restricted: None) -> None:
    refused(lambda: execute("CREATE TEMPORARY TABLE audit_auditevent (id bigint)"))


@postgresql
def test_the_role_changes_keys_and_neither_deletes_nor_rewrites_one(restricted: None) -> None:
    old = keys()[0] if keys() else present_key()
    change_key()
    assert [key.private != "" for key in keys()] == [False, True]
    refused(lambda: execute("DELETE FROM audit_auditkey"))
    refused(lambda: AuditKey.objects.filter(pk=old.pk).update(statement={}))


@postgresql
def test_the_role_can_do_its_other_work(restricted: None) -> None:
    LimitState.objects.create(key="k", full_until=0)
    LimitState.objects.update(full_until=1)
    assert LimitState.objects.all().delete()[0] == 1


@postgresql
def test_the_sql_can_be_read_first(role: str) -> None:
    output = StringIO()
    call_command("audit_restrict_role", "--role", role, "--print", stdout=output)
    assert (
        f'GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA "public" TO "{role}";'
        in output.getvalue()
    )
    with running_as(role), pytest.raises(ProgrammingError), transaction.atomic():
        AuditEvent.objects.count()


@postgresql
def test_a_role_that_could_take_it_back_is_refused(role: str) -> None:
    for prepare, reason in (
        ("SELECT 1", "There is no role"),
        (f"ALTER TABLE audit_auditevent OWNER TO {role}", "belong to"),
        (f"ALTER ROLE {role} SUPERUSER", "superuser"),
    ):
        execute(prepare)
        name = "nobody_at_all" if reason == "There is no role" else role
        with pytest.raises(CommandError, match=reason):
            call_command("audit_restrict_role", role=name)


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL has roles")
def test_sqlite_has_no_roles(db: None) -> None:
    with pytest.raises(CommandError, match="no roles"):
        call_command("audit_restrict_role", role="x")


@postgresql
def test_the_role_sets_dead_letters_aside_and_takes_them_away(restricted: None) -> None:
    now = timezone.now()
    stream = AuditStream.objects.create(name="siem", kind="webhook", created_at=now)
    values = {"first": 1, "last": 1, "reason": "422", "attempts": 5, "created_at": now}
    letter = AuditDeadLetter.objects.create(stream=stream, **values)
    AuditDeadLetter.objects.filter(pk=letter.pk).update(attempts=6)
    letter.delete()
    AuditDeadLetter.objects.create(stream=stream, **values)
    stream.delete()
    assert not AuditDeadLetter.objects.exists()
