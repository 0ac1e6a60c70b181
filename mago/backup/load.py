"""A database made anew from the lines of a backup: all of it, or nothing."""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, cast

from django.core.management import call_command
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from accounts.models import User
from accounts.provider.models import TokenFamily
from accounts.sessions.models import Session
from hubs.models import Hub
from hubs.tokens import new_epoch
from mago.audit.append_only import TABLES as TRAIL
from mago.audit.models import AuditEvent
from mago.core.crypto import key_ids

from . import files
from .container import BadFile
from .dump import part_of
from .values import from_json

_AT_ONCE = 500
Lines = Callable[[], Iterable[bytes]]


class CannotRestore(Exception):
    """The backup is whole, and still cannot be loaded here; the message says what to do."""


@dataclass(frozen=True)
class Loaded:
    """What was loaded: from when, how many rows and files, and which files are not as they were sent."""

    made: str
    rows: int
    files: int
    problems: list[str]


def restore(lines: Lines, *, force: bool) -> Loaded:
    """The database holds what the backup holds, in the tables of today's code, and nothing else.

    The file is read twice: nothing is touched before all of it was proved. Whoever was signed in is not:
    what was ended after the backup was made must not come back to life.
    """
    head = _proved(lines())
    _demand_fit(head)
    if not force and not _is_empty():
        raise CannotRestore("The database is not empty. Say --force to replace what it holds.")
    _wipe()
    _migrate_to(head["migrations"])
    with transaction.atomic():
        rows, number = _load(lines())
        _sign_everybody_out()
    call_command("migrate", verbosity=0, interactive=False)
    return Loaded(head["made"], rows, number, files.problems())


def _proved(lines: Iterable[bytes]) -> dict[str, Any]:
    """The head of a file whose last line agrees with all the others; BadFile of any other."""
    head: dict[str, Any] | None = None
    counts: dict[str, int] = {}
    ended, name = False, ""
    for line in lines:
        content = json.loads(line)
        if ended:
            raise BadFile("The file goes on after its end.")
        if head is None:
            head = content
        elif isinstance(content, list):
            counts[name] += 1
        elif "table" in content or "file" in content:
            name = content["table"] if "table" in content else part_of(content["file"])
            counts[name] = 0
        elif content.get("end") == counts:
            ended = True
    if head is None or head.get("format") != 2 or not ended:
        raise BadFile("The file does not hold what its last line says.")
    return head


def _demand_fit(head: dict[str, Any]) -> None:
    known = MigrationExecutor(None).loader.disk_migrations
    assert known is not None
    if missing := [
        name for name in map(tuple, head["migrations"]) if name not in known and _ours(name)
    ]:
        app, name = missing[0]
        raise CannotRestore(
            f"The backup was made by a newer Mago: {app}.{name} is unknown. Install that version first."
        )
    if head["keys"][0] not in key_ids():
        raise CannotRestore(
            "The key that sealed what is in the backup is not here. Put its line into secret.key or MAGO_SECRET_KEY."
        )


def _ours(migration: tuple[str, str]) -> bool:
    """A migration of an application that is installed; others leave their rows behind when they go."""
    graph = MigrationExecutor(None).loader.migrated_apps
    return migration[0] in graph


def _is_empty() -> bool:
    there = set(connection.introspection.table_names())
    models = (User, AuditEvent)
    return not any(m._meta.db_table in there and m._base_manager.exists() for m in models)


def _wipe() -> None:
    """There is no table left."""
    if connection.vendor == "sqlite":
        name = str(connection.settings_dict["NAME"])
        connection.close()
        for suffix in ("", "-wal", "-shm"):
            Path(name + suffix).unlink(missing_ok=True)
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_schema()")
        schema = connection.ops.quote_name(cursor.fetchone()[0])
        cursor.execute(f"DROP SCHEMA {schema} CASCADE")
        cursor.execute(f"CREATE SCHEMA {schema}")


def _migrate_to(recorded: list[list[str]]) -> None:
    """The tables are those that the backup was made from."""
    executor = MigrationExecutor(connection)
    graph = executor.loader.graph
    state = {name for name in map(tuple, recorded) if name in graph.nodes}
    leaves = [
        name
        for name in state
        if not any(
            child.key in state and child.key[0] == name[0]
            for child in graph.node_map[name].children
        )
    ]
    executor.migrate(cast(Any, leaves))


def _load(lines: Iterable[bytes]) -> tuple[int, int]:
    """How many rows and files were loaded. Files that a failure leaves behind have no row, and are tidied up."""
    rows, number = 0, 0
    read = iter(lines)
    next(read)
    for part, content in _parts(read):
        if "file" in part:
            files.put_back(part["file"], (piece for (piece,) in content))
            number += 1
        else:
            columns = [(name, kind) for name, kind in part["columns"]]
            rows += _load_table(part["table"], columns, content)
    return rows, number


def _load_table(table: str, columns: list[tuple[str, str]], values: Iterator[Any]) -> int:
    if table not in TRAIL:  # Nothing is told before people come, and the trail lets nothing go.
        with connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM {connection.ops.quote_name(table)}")  # noqa: S608
    insert = _copy if connection.vendor == "postgresql" else _insert
    return insert(table, columns, values)


def _parts(read: Iterator[bytes]) -> Iterator[tuple[dict[str, Any], Iterator[Any]]]:
    """Each table and file with its rows or pieces, which are to be read before the next part."""
    line = next(read, None)
    while line is not None:
        part = json.loads(line)
        if "end" in part:
            return
        following: list[bytes] = []

        def content(following: list[bytes] = following) -> Iterator[Any]:
            for row in read:
                if row.startswith(b"{"):
                    following.append(row)
                    return
                yield json.loads(row)

        yield part, content()
        line = following[0] if following else None


def _insert(table: str, columns: list[tuple[str, str]], rows: Iterator[Any]) -> int:
    quote, count = connection.ops.quote_name, 0
    names = ", ".join(quote(name) for name, _kind in columns)
    marks = ", ".join("?" for _ in columns)
    statement = f"INSERT INTO {quote(table)} ({names}) VALUES ({marks})"  # noqa: S608
    while some := list(islice(rows, _AT_ONCE)):
        values = [_values(row, columns) for row in some]
        connection.connection.executemany(statement, values)
        count += len(some)
    return count


def _copy(table: str, columns: list[tuple[str, str]], rows: Iterator[Any]) -> int:
    quote, count = connection.ops.quote_name, 0
    names = ", ".join(quote(name) for name, _kind in columns)
    with (
        connection.connection.cursor() as cursor,
        cursor.copy(f"COPY {quote(table)} ({names}) FROM STDIN") as copy,
    ):
        for row in rows:
            copy.write_row(_values(row, columns))
            count += 1
    _count_on(table, columns)
    return count


def _count_on(table: str, columns: list[tuple[str, str]]) -> None:
    """New rows get numbers after those that were loaded."""
    quote = connection.ops.quote_name
    with connection.cursor() as cursor:
        for name, kind in columns:
            if kind != "plain":
                continue
            cursor.execute("SELECT pg_get_serial_sequence(%s, %s)", [quote(table), name])
            if sequence := cursor.fetchone()[0]:
                newest = f"(SELECT MAX({quote(name)}) FROM {quote(table)})"  # noqa: S608
                cursor.execute(
                    f"SELECT setval(%s, COALESCE({newest}, 1), {newest} IS NOT NULL)",
                    [sequence],
                )


def _values(row: list[Any], columns: list[tuple[str, str]]) -> list[Any]:
    vendor = connection.vendor
    return [from_json(v, kind, vendor) for v, (_name, kind) in zip(row, columns, strict=True)]


def _sign_everybody_out() -> None:
    Session.objects.all().delete()
    hubs = Hub.objects.everywhere(reason="a backup was restored, whosever hubs are in it")
    hubs.update(token_epoch=new_epoch())
    TokenFamily.objects.filter(revoked_at=None).update(revoked_at=timezone.now())
