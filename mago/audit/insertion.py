"""The one INSERT of an event, written by hand: Django takes twice the time to spell it out."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from .canonical import FIELDS
from .models import AuditEvent

_COLUMNS = (*FIELDS, "mac")
_STORED = ("id", *_COLUMNS)
_INSERT = (
    f"INSERT INTO {AuditEvent._meta.db_table} ({', '.join(_COLUMNS)}) "  # noqa: S608 - our own names
    f"VALUES ({', '.join(['%s'] * len(_COLUMNS))}) RETURNING id"
)
_INSERT_SQLITE = _INSERT.replace("%s", "?")


def insert(content: dict[str, Any], detail: str, mac: bytes) -> AuditEvent:
    """The event stands in the database; `content` has the names of FIELDS, in that order.

    `detail` is the text of `content["detail"]`.
    """
    database = connections[DEFAULT_DB_ALIAS]  # `connection` would look it up at each use.
    *plain, structured = content.values()
    (id,) = _execute(database, [*plain, detail, mac])
    return AuditEvent.from_db(DEFAULT_DB_ALIAS, _STORED, (id, *plain, structured, mac))


def _execute(database: BaseDatabaseWrapper, values: list[Any]) -> Any:
    if database.vendor == "sqlite":
        values = [_for_sqlite(value) for value in values]
    if database.vendor != "sqlite" or database.execute_wrappers or database.queries_logged:
        with database.cursor() as cursor:
            cursor.execute(_INSERT, values)
            return cursor.fetchone()
    # Past Django's cursor, which rewrites the statement each time and costs more than the INSERT.
    database.validate_no_broken_transaction()
    database.ensure_connection()
    with database.wrap_database_errors:
        return database.connection.execute(_INSERT_SQLITE, values).fetchone()


def _for_sqlite(value: Any) -> Any:
    kind = type(value)
    if kind is UUID:
        return value.hex
    # As Django writes it: naive, in UTC, which is where `record` took it.
    return str(value)[:-6] if kind is datetime else value
