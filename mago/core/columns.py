"""Objects of rows that a statement written by hand reads or writes (mago.core.sql).

Django takes several times as long to spell out a query and to make its objects as a database takes to
answer it. That is worth a statement of one's own where programs ask all the time or each sign-in does, and nowhere else.
"""

import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, models
from django.db.models.base import ModelState

T = TypeVar("T", bound=models.Model)


class Columns(Generic[T]):
    """All columns of a model, or those of `names`, under an alias: `sql` for a SELECT, and what it gives as an object;
    `insert` for a row, and what it takes of an object.

    What was not read is asked of the database if somebody wants it after all, as Django does.
    """

    def __init__(self, model: type[T], alias: str, *names: str) -> None:
        fields: list[Any] = [model._meta.get_field(name) for name in names]
        fields = fields or list(model._meta.concrete_fields)
        self.model = model
        columns = [field.column for field in fields]
        self.sql = ", ".join(f"{alias}.{column}" for column in columns)
        places = ", ".join(["%s"] * len(columns))
        # Takes what `values` gives.
        self.insert = f"INSERT INTO {model._meta.db_table} ({', '.join(columns)}) VALUES ({places})"  # noqa: S608 - our own names
        self._names = [field.attname for field in fields]
        self._reads = [(n, read) for n, field in enumerate(fields) if (read := _reader(field))]

    def __len__(self) -> int:
        return len(self._names)

    def values(self, made: T) -> list[Any]:
        """Of an object whose values are of their columns' own types, as nothing converts them."""
        of_object = made.__dict__
        return [of_object[name] for name in self._names]

    def object(self, values: Sequence[Any], **related: models.Model | None) -> T:
        """The row as an object, with the objects of its foreign keys that are at hand."""
        row = list(values)
        for number, read in self._reads:
            if row[number] is not None:
                row[number] = read(row[number])
        made = self.model.__new__(self.model)
        state = ModelState()
        state.adding, state.db = False, DEFAULT_DB_ALIAS
        state.fields_cache = dict(related)
        made.__dict__.update(zip(self._names, row, strict=True), _state=state)
        return made


def _reader(field: Any) -> Callable[[Any], Any] | None:
    """What makes of a driver's value what Django would give; None where it is the same already."""
    kind = field.target_field if isinstance(field, models.ForeignKey) else field
    match kind:
        case models.JSONField():
            return json.loads
        case models.UUIDField():
            return _uuid
        case models.DateTimeField():
            return _moment
        case models.BooleanField():
            return bool
    return None


def _uuid(value: Any) -> UUID:
    return value if isinstance(value, UUID) else UUID(hex=value)


def _moment(value: Any) -> datetime:
    """SQLite keeps moments without their zone, which is UTC."""
    found = value if isinstance(value, datetime) else datetime.fromisoformat(value)
    return found if found.tzinfo else found.replace(tzinfo=UTC)
