"""How an event is written, by hand: Django takes twice the time to spell it out."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from django.db import connection

from mago.core.sql import IS_SQLITE, Statement

from .canonical import FIELDS
from .models import AuditEvent

_COLUMNS = (*FIELDS, "mac")
# An event is given as the text that was signed. PostgreSQL has types of its own for times and identifiers;
# SQLite keeps them as Django's fields spell them.
_ID = "replace(%s, '-', '')"
_ON_SQLITE = {
    "time": "rtrim(replace(replace(%s, 'T', ' '), '.000000Z', ''), 'Z')",
    "actor_id": _ID,
    "on_behalf_of_id": _ID,
    "organization_id": _ID,
}
_GIVEN = _ON_SQLITE if IS_SQLITE else {}
_INTO = f"INSERT INTO {AuditEvent._meta.db_table} ({', '.join(_COLUMNS)}) VALUES "  # noqa: S608 - our own names
_ROW = f"({', '.join(_GIVEN.get(name, '%s') for name in _COLUMNS)})"
_INSERT = Statement(_INTO + _ROW)


def insert(values: list[Any]) -> None:
    """The event stands in the database. Its number is not asked for: that costs as much as the INSERT."""
    _INSERT.run(values)


class Entry(NamedTuple):
    """An event that is ready to be written, by `insert` or by a statement of `beside`: what its columns are given.

    All are text as it was signed (`canonical.columns_of`), but for the MAC.
    """

    values: list[Any]

    def insert(self) -> None:
        insert(self.values)


def insert_all(entries: Sequence[Entry]) -> None:
    """All of them stand in the database, in this order; some hundreds at most, as it is one statement."""
    if entries:
        Statement(_INTO + ", ".join([_ROW] * len(entries))).run(
            [value for entry in entries for value in entry.values]
        )


def beside(work: str, given: str) -> Statement:
    """One statement for PostgreSQL, which does `work` (tables of a WITH) and writes an event for each row of `given`.

    Both or neither, without a transaction around them. It takes the values of the work, then an Entry's.
    """
    fields: list[Any] = [AuditEvent._meta.get_field(name) for name in _COLUMNS]
    casts = ", ".join(f"%s::{field.cast_db_type(connection)}" for field in fields)
    into = f"INSERT INTO {AuditEvent._meta.db_table} ({', '.join(_COLUMNS)})"
    return Statement(f"WITH {work} {into} SELECT {casts} FROM {given} RETURNING id")  # noqa: S608
