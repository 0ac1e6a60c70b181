"""The database as lines of JSON, all of one moment, while others go on writing; and the files that its rows name."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, NamedTuple

from django.apps import apps
from django.conf import settings
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from mago.core.crypto import key_ids

from . import files
from .container import Writer
from .values import kind_of, to_json

_AT_ONCE = 1000


class Table(NamedTuple):
    name: str
    key: str
    columns: list[tuple[str, str]]


def tables() -> list[Table]:
    """Every table of ours with its columns and their kinds; what was migrated is told in the head."""
    found = []
    for model in apps.get_models(include_auto_created=True):
        meta = model._meta
        if meta.managed and not meta.proxy:
            columns = [(field.column, kind_of(field)) for field in meta.local_concrete_fields]
            assert meta.pk is not None
            found.append(Table(meta.db_table, meta.pk.column, columns))  # type: ignore[arg-type]
    return found


class Dumped(NamedTuple):
    """How many rows and files are in a backup, and which files are not as they were sent."""

    rows: int
    files: int
    problems: list[str]


def dump(out: Writer) -> Dumped:
    """Everything that was committed when it began is in `out`."""
    rows: dict[str, int] = {}
    with _snapshot() as read:
        _line(out, _head(read))
        for table in tables():
            _line(out, {"table": table.name, "columns": table.columns})
            rows[table.name] = 0
            kinds = [kind for _name, kind in table.columns]
            for row in read(_select(table)):
                values = [to_json(value, kind) for value, kind in zip(row, kinds, strict=True)]
                _line(out, values)
                rows[table.name] += 1
        kept = list(files.of_snapshot(read))
    pieces, problems = _dump_files(out, kept)
    _line(out, {"end": rows | pieces})
    return Dumped(sum(rows.values()), len(pieces), problems)


def _dump_files(out: Writer, kept: list[files.Kept]) -> tuple[dict[str, int], list[str]]:
    """Of how many pieces each file is, by its part's name; and what is wrong with them."""
    counts, problems = dict[str, int](), list[str]()
    for file in kept:
        if problem := file.problem:
            if not files.is_wanted(file):
                continue  # deleted since
            problems.append(problem)
        if not file.is_there:
            continue
        _line(out, {"file": file.stored_as})
        name = part_of(file.stored_as)
        counts[name] = 0
        for piece in files.pieces(file):
            _line(out, [piece])
            counts[name] += 1
    return counts, problems


def part_of(stored_as: str) -> str:
    """What a file is called at the end of a backup, where tables are called by their names."""
    return f"file {stored_as}"


def _select(table: Table) -> str:
    quote = connection.ops.quote_name
    columns = ", ".join(quote(name) for name, _kind in table.columns)
    return f"SELECT {columns} FROM {quote(table.name)} ORDER BY {quote(table.key)}"  # noqa: S608 - our own names


def _head(read: Any) -> dict[str, Any]:
    recorded = MigrationRecorder.Migration._meta.db_table
    return {
        "format": 2,
        "made": datetime.now(UTC).isoformat(),
        "vendor": connection.vendor,
        "host": settings.BASE_HOST,
        "keys": key_ids(),
        "migrations": [
            list(row)
            for row in read(f"SELECT app, name FROM {recorded} ORDER BY id")  # noqa: S608
        ],
    }


def _line(out: Writer, content: Any) -> None:
    out.write(json.dumps(content, separators=(",", ":")).encode() + b"\n")


@contextmanager
def _snapshot() -> Iterator[Any]:
    """Reads rows as they are at this moment, whatever is written meanwhile; nobody waits for it."""
    if connection.vendor == "sqlite":
        with _sqlite_snapshot() as read:
            yield read
    else:
        with _postgresql_snapshot() as read:
            yield read


@contextmanager
def _sqlite_snapshot() -> Iterator[Any]:
    name = connection.settings_dict["NAME"]
    reader = sqlite3.connect(f"file:{name}?mode=ro", uri=True, isolation_level=None)
    try:
        # In WAL mode a reader keeps the state of its first read, and holds up no writer.
        reader.execute("BEGIN")
        yield reader.execute
    finally:
        reader.close()


@contextmanager
def _postgresql_snapshot() -> Iterator[Any]:
    other = connection.copy("backup")
    other.ensure_connection()
    raw: Any = other.connection
    raw.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")

    def read(statement: str) -> Iterator[Any]:
        # A cursor of the server's, so that a long table never lies in memory.
        with raw.cursor(name="backup") as cursor:
            cursor.itersize = _AT_ONCE
            cursor.execute(statement)
            yield from cursor

    try:
        yield read
    finally:
        other.close()
