"""Indexes that find text by its trigrams: made, and made anew where they are not as they should be.

PostgreSQL has one on the columns themselves (pg_trgm). SQLite has a copy of the columns, with a
full-text table over it (FTS5): the numbers of the copy's rows are its own, as VACUUM may change those
of other tables; triggers keep both as the table is, whoever writes it. A migration that makes a table
anew takes its triggers away, so that this is looked at after each `migrate`, and is no migration.
"""

from collections.abc import Iterable
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any

from django.db import DatabaseError, transaction

PREFIX = "search_"
# What is written collects here before it is put in place, in kB; each search reads all of it.
_PENDING = 256
# Pages that are merged at once, on SQLite.
_STEP = 500


@dataclass(frozen=True)
class Table:
    """A table whose key is `id`, and the columns that are searched in."""

    name: str
    columns: tuple[str, ...]

    @property
    def copy(self) -> str:
        """The copied columns, of SQLite; the index, of PostgreSQL."""
        return PREFIX + self.name

    @property
    def words(self) -> str:
        """The full-text table, of SQLite."""
        return f"{self.copy}_words"


def make(connection: Any, tables: Iterable[Table]) -> list[Table]:
    """Each table that exists is indexed; those are given back of which this database would not have it."""
    there = set(connection.introspection.table_names())
    wanted = [table for table in tables if table.name in there]
    if connection.vendor == "sqlite":
        return [table for table in wanted if not _made_on_sqlite(connection, table)]
    missing = [table for table in wanted if not _stands_on_postgresql(connection, table)]
    if missing and not _done(connection, "CREATE EXTENSION IF NOT EXISTS pg_trgm"):
        return missing
    return [table for table in missing if not _made_on_postgresql(connection, table)]


def can_make(connection: Any) -> bool:
    """Whether this database has trigrams, and lets us have them."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT sqlite_compileoption_used('ENABLE_FTS5')")
            return bool(cursor.fetchone()[0]) and connection.Database.sqlite_version_info >= (3, 34)
        cursor.execute(
            "SELECT EXISTS (SELECT 1 FROM pg_extension WHERE extname = 'pg_trgm')"
            " OR has_database_privilege(current_database(), 'CREATE')"
            " AND EXISTS (SELECT 1 FROM pg_available_extensions WHERE name = 'pg_trgm')"
        )
        return bool(cursor.fetchone()[0])


def indexed(connection: Any) -> set[str]:
    """The names of the tables that are."""
    if connection.vendor == "sqlite":
        sql, end = "SELECT name FROM sqlite_master WHERE type = 'table'", "_words"
    else:
        sql, end = "SELECT relname FROM pg_class JOIN pg_index ON indexrelid = oid", ""
        sql += " WHERE indisvalid AND pg_table_is_visible(oid)"
    connection.ensure_connection()
    # Past Django's cursor: a page is not to count a statement more because it was the first one.
    names = [name for (name,) in connection.connection.execute(sql)]
    mine = [name for name in names if name.startswith(PREFIX) and name.endswith(end)]
    return {name.removeprefix(PREFIX).removesuffix(end) for name in mine}


def forget_deleted(connection: Any) -> None:
    """Nothing is left in SQLite's indexes of what was deleted: FTS5 only marks it, until it merges.

    In small steps, so that nobody who writes waits for long. To be called outside a transaction.
    """
    if connection.vendor != "sqlite":
        return
    for name in indexed(connection):
        words = Table(name, ()).words
        pages, written = -_STEP, 2  # The first one begins, whatever there is to merge.
        while written > 1:
            before = connection.connection.total_changes
            with connection.cursor() as cursor:
                cursor.execute(
                    f"INSERT INTO {words} ({words}, rank) VALUES ('merge', %s)",  # noqa: S608
                    [pages],
                )
            pages, written = _STEP, connection.connection.total_changes - before


def _stands_on_postgresql(connection: Any, table: Table) -> bool:
    """Its index is whole, and of these columns."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_get_indexdef(oid) FROM pg_class JOIN pg_index ON indexrelid = oid"
            " WHERE relname = %s AND indisvalid AND pg_table_is_visible(oid)",
            [table.copy],
        )
        return any(f"({_trigrams_of(table)})" in stands for (stands,) in cursor.fetchall())


def _trigrams_of(table: Table) -> str:
    return ", ".join(f"{column} gin_trgm_ops" for column in table.columns)


def _made_on_postgresql(connection: Any, table: Table) -> bool:
    columns = _trigrams_of(table)
    # Of one that was not finished something is left, which nothing uses.
    return _done(connection, f"DROP INDEX IF EXISTS {table.copy}") and _done(
        connection,
        # Whoever writes meanwhile need not wait; inside a transaction that cannot be had.
        f"CREATE INDEX {'' if connection.in_atomic_block else 'CONCURRENTLY '}{table.copy}"
        f" ON {table.name} USING gin ({columns}) WITH (gin_pending_list_limit = {_PENDING})",
    )


def _made_on_sqlite(connection: Any, table: Table) -> bool:
    wanted = _sqlite_schema(table)
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, sql FROM sqlite_master")
        found = dict(cursor.fetchall())
    if all(found.get(name) == sql for name, sql in wanted.items()):
        return True
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            for kind, name in _DROPPED:
                cursor.execute(f"DROP {kind} IF EXISTS {name.format(copy=table.copy)}")
            for sql in wanted.values():
                cursor.execute(sql)
            columns = ", ".join(table.columns)
            rows = f"SELECT id, {columns} FROM {table.name} ORDER BY id"  # noqa: S608 - our own names
            cursor.execute(f"INSERT INTO {table.copy} (key, {columns}) {rows}")
            cursor.execute(f"INSERT INTO {table.words} ({table.words}) VALUES ('rebuild')")  # noqa: S608
    except DatabaseError:
        return False
    return True


_DROPPED = (
    *(("TRIGGER", f"{{copy}}_{verb}") for verb in ("insert", "update", "delete")),
    *(("TABLE", "{copy}_words"), ("TABLE", "{copy}")),
)


def _sqlite_schema(table: Table) -> dict[str, str]:
    """The statements by the name of what they make, as SQLite keeps them."""
    name, copy, words = table.name, table.copy, table.words
    columns = ", ".join(table.columns)
    new = ", ".join(f"NEW.{column}" for column in table.columns)
    differ = " OR ".join(f"OLD.{column} <> NEW.{column}" for column in table.columns)
    changed = ", ".join(f"{column} = NEW.{column}" for column in table.columns)
    # FTS5 has to be told what it is to forget.
    row = f"id, {columns} FROM {copy} WHERE key"
    forget = f"INSERT INTO {words} ({words}, rowid, {columns}) SELECT 'delete', {row} = OLD.id;"
    learn = f"INSERT INTO {words} (rowid, {columns}) SELECT {row} = NEW.id;"
    add = f"INSERT INTO {copy} (key, {columns}) VALUES (NEW.id, {new});"  # noqa: S608 - our own names
    change = f"UPDATE {copy} SET {changed} WHERE key = NEW.id;"  # noqa: S608
    drop = f"DELETE FROM {copy} WHERE key = OLD.id;"  # noqa: S608
    trigger = f"CREATE TRIGGER {copy}"
    typed = ", ".join(f"{column} text NOT NULL" for column in table.columns)
    return {
        copy: f"CREATE TABLE {copy} (id integer PRIMARY KEY, key char(32) NOT NULL UNIQUE, {typed})",
        words: f"CREATE VIRTUAL TABLE {words} USING fts5"
        f" ({columns}, content='{copy}', content_rowid='id', tokenize='trigram')",
        f"{copy}_insert": f"{trigger}_insert AFTER INSERT ON {name} BEGIN {add} {learn} END",
        f"{copy}_update": f"{trigger}_update AFTER UPDATE OF {columns} ON {name} WHEN {differ}"
        f" BEGIN {forget} {change} {learn} END",
        f"{copy}_delete": f"{trigger}_delete AFTER DELETE ON {name} BEGIN {forget} {drop} END",
    }


def _done(connection: Any, sql: str) -> bool:
    # A transaction that somebody has begun goes on.
    part = transaction.atomic() if connection.in_atomic_block else nullcontext()
    try:
        with part, connection.cursor() as cursor:
            cursor.execute(sql)
    except DatabaseError:
        return False
    return True
