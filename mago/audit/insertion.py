"""The one INSERT of an event, written by hand: Django takes twice the time to spell it out."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from .canonical import FIELDS, encode
from .models import AuditEvent

_COLUMNS = (*FIELDS, "mac")
_INSERT = (
    f"INSERT INTO {AuditEvent._meta.db_table} ({', '.join(_COLUMNS)}) "  # noqa: S608 - our own names
    f"VALUES ({', '.join(['%s'] * len(_COLUMNS))}) RETURNING id"
)


def insert(content: dict[str, Any], mac: bytes) -> AuditEvent:
    """The event stands in the database; `content` has the names of FIELDS, in that order."""
    database = connections[DEFAULT_DB_ALIAS]  # `connection` would look it up at each use.
    values = [*content.values(), mac]
    with database.cursor() as cursor:
        cursor.execute(_INSERT, [_adapted(value, database) for value in values])
        (id,) = cursor.fetchone()
    return AuditEvent.from_db(DEFAULT_DB_ALIAS, ("id", *_COLUMNS), (id, *values))


def _adapted(value: Any, database: BaseDatabaseWrapper) -> Any:
    if value is None or isinstance(value, str | bytes):
        return value
    if isinstance(value, UUID):
        return value if database.features.has_native_uuid_field else value.hex
    if isinstance(value, datetime):
        return database.ops.adapt_datetimefield_value(value)
    return encode(value)
