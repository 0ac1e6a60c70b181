"""The one INSERT of an event, written by hand: Django takes twice the time to spell it out."""

from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.base import ModelState

from .canonical import FIELDS
from .models import AuditEvent

_COLUMNS = (*FIELDS, "mac")
_INSERT = (
    f"INSERT INTO {AuditEvent._meta.db_table} ({', '.join(_COLUMNS)}) "  # noqa: S608 - our own names
    f"VALUES ({', '.join(['%s'] * len(_COLUMNS))}) RETURNING id"
)
_INSERT_SQLITE = _INSERT.replace("%s", "?")
_TIME = FIELDS.index("time")
_IDS = tuple(FIELDS.index(name) for name in ("actor_id", "on_behalf_of_id", "organization_id"))


def insert(content: dict[str, Any], detail: str, mac: bytes) -> AuditEvent:
    """The event stands in the database; `content` has the names of FIELDS, in that order.

    `detail` is the text of `content["detail"]`.
    """
    database = connections[DEFAULT_DB_ALIAS]  # `connection` would look it up at each use.
    values = [*content.values(), mac]
    values[-2] = detail
    (id,) = _execute(database, values)
    return _event({"id": id, **content, "mac": mac})


def _execute(database: BaseDatabaseWrapper, values: list[Any]) -> Any:
    if database.vendor == "sqlite":
        _adapt(values)
    if database.execute_wrappers or database.queries_logged:
        with database.cursor() as cursor:
            cursor.execute(_INSERT, values)
            return cursor.fetchone()
    # Past Django's cursor, which rewrites the statement each time: that costs more than the INSERT.
    database.validate_no_broken_transaction()
    database.close_if_health_check_failed()
    database.ensure_connection()
    with database.wrap_database_errors:
        if database.vendor == "sqlite":
            return database.connection.execute(_INSERT_SQLITE, values).fetchone()
        return _server_side(database.connection).execute(_INSERT, values).fetchone()


def _server_side(connection: Any) -> Any:
    from psycopg import Cursor  # Not installed, or not needed, where there is only SQLite.

    return Cursor(connection)


def _adapt(values: list[Any]) -> None:
    """Values as Django writes them: times naive, in UTC, which is where `record` took them."""
    values[_TIME] = str(values[_TIME])[:-6]
    for index in _IDS:
        if (id := values[index]) is not None:
            values[index] = id.hex


def _event(values: dict[str, Any]) -> AuditEvent:
    """The row as an object. Django's constructor would take a fifth of the whole, mostly for nothing."""
    event = AuditEvent.__new__(AuditEvent)
    state = ModelState()
    state.adding, state.db = False, DEFAULT_DB_ALIAS
    event.__dict__.update(values, _state=state)
    return event
