"""Statements that run for each request, mail or event: written by hand, and past Django's cursor.

Its cursor rewrites the text of a statement at each use, which takes longer than a small statement
itself. What Django sees to is kept: connections, broken transactions, its own errors, and whoever
listens to statements.
"""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connections

T = TypeVar("T")
# Django asks its settings at each statement.
_IS_LOGGED = settings.DEBUG
# There is one database, and which kind it is of stays.
IS_SQLITE = connections[DEFAULT_DB_ALIAS].vendor == "sqlite"
# What stands at the end of a SELECT whose rows nobody else is to change meanwhile. SQLite has one writer at a time.
HELD = "" if IS_SQLITE else " FOR NO KEY UPDATE"
# The same, where others may hold them so as well.
SHARED = "" if IS_SQLITE else " FOR SHARE"


class Statement:
    """SQL for SQLite and PostgreSQL alike, with a `%s` for each value and no other per cent sign."""

    def __init__(self, sql: str) -> None:
        self.sql = sql
        self._sqlite = sql.replace("%s", "?")

    def run(self, values: Sequence[Any]) -> Any:
        """The first row that it gives, as the database's driver gives it, or None."""
        return self._ask(values, all_rows=False)

    def all(self, values: Sequence[Any]) -> list[Any]:
        """All rows that it gives."""
        found: list[Any] = self._ask(values, all_rows=True)
        return found

    def _ask(self, values: Sequence[Any], *, all_rows: bool) -> Any:
        """In one piece, as what is called once a request is not in the processor's caches: each call is dear."""
        database: Any = connections[DEFAULT_DB_ALIAS]  # `connection` would look it up at each use.
        if _IS_LOGGED or database.force_debug_cursor or database.execute_wrappers:
            with database.cursor() as cursor:
                cursor.execute(self.sql, values)
                return cursor.fetchall() if all_rows else _first(cursor)
        if database.needs_rollback:
            database.validate_no_broken_transaction()
        if database.connection is None or not database.in_atomic_block:
            database.close_if_health_check_failed()
            database.ensure_connection()
        try:
            if IS_SQLITE:
                cursor = database.connection.execute(self._sqlite, values)
            else:
                cursor = database.direct.execute(self.sql, values)
            return cursor.fetchall() if all_rows else _first(cursor)
        except Exception:
            with database.wrap_database_errors:
                raise


def _first(cursor: Any) -> Any:
    return cursor.fetchone() if cursor.description else None


def in_one_commit(work: Callable[[], T]) -> T:
    """What `work` writes by statements of this module is written to SQLite as one, or not at all.

    Nothing else may write in it: Django does not know of the transaction, and so it costs two small
    statements. On PostgreSQL, where each is a round trip, write one statement instead.
    """
    database = connections[DEFAULT_DB_ALIAS]
    if database.in_atomic_block:
        return work()
    database.ensure_connection()
    with database.wrap_database_errors:
        database.connection.execute("BEGIN IMMEDIATE")
    try:
        done = work()
        with database.wrap_database_errors:
            database.connection.execute("COMMIT")
    except BaseException:
        if database.connection.in_transaction:
            database.connection.execute("ROLLBACK")
        raise
    return done
