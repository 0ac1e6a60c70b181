"""How an event is written, by hand: Django takes twice the time to spell it out."""

from dataclasses import dataclass
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models.base import ModelState

from mago.core.sql import Insertion, Statement

from .canonical import FIELDS
from .models import AuditEvent

_COLUMNS = (*FIELDS, "mac")
_INSERT = Insertion(
    f"INSERT INTO {AuditEvent._meta.db_table} ({', '.join(_COLUMNS)}) "  # noqa: S608 - our own names
    f"VALUES ({', '.join(['%s'] * len(_COLUMNS))})"
)


@dataclass(frozen=True)
class Entry:
    """An event that is ready to be written; `content` has the names of FIELDS, in that order, `detail` its text."""

    content: dict[str, Any]
    detail: str
    mac: bytes

    @property
    def values(self) -> list[Any]:
        """What the columns are given, by `insert` or by a statement of `beside`."""
        values = [*self.content.values(), self.mac]
        values[-2] = self.detail
        return values

    def insert(self) -> AuditEvent:
        """The event stands in the database."""
        return _event({"id": _INSERT.add(self.values), **self.content, "mac": self.mac})


def beside(work: str, given: str) -> Statement:
    """One statement for PostgreSQL, which does `work` (tables of a WITH) and writes an event for each row of `given`.

    Both or neither, without a transaction around them. It takes the values of the work, then an Entry's.
    """
    fields: list[Any] = [AuditEvent._meta.get_field(name) for name in _COLUMNS]
    casts = ", ".join(
        f"%s::{field.cast_db_type(connections[DEFAULT_DB_ALIAS])}" for field in fields
    )
    into = f"INSERT INTO {AuditEvent._meta.db_table} ({', '.join(_COLUMNS)})"
    return Statement(f"WITH {work} {into} SELECT {casts} FROM {given} RETURNING id")  # noqa: S608


def _event(values: dict[str, Any]) -> AuditEvent:
    """The row as an object. Django's constructor would take a fifth of the whole, mostly for nothing."""
    event = AuditEvent.__new__(AuditEvent)
    state = ModelState()
    state.adding, state.db = False, DEFAULT_DB_ALIAS
    event.__dict__.update(values, _state=state)
    return event
