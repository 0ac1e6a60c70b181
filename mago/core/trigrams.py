"""Text found in the middle of columns, by the index that `trigram_tables` makes.

Where the database has no such index, nothing is found in the middle, and whoever searches falls back
to beginnings.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any
from uuid import UUID

from django.db import connection, models
from django.db.models import BooleanField, F, Func, Q, Value
from django.db.models.expressions import RawSQL

from .trigram_tables import Table, indexed

# Of less no index knows: PostgreSQL's has words only, and what it cannot tell by them it looks at one by one.
_THREE_IN_A_ROW = re.compile(r"[^\W_]{3}")
_known: set[str] = set()


class _Like(Func):
    template, arg_joiner, output_field = "%(expressions)s", " ILIKE ", BooleanField()


@dataclass(frozen=True)
class Within:
    """The rows of a table of which `column` holds one of `values`; their `key` names the rows among which is searched."""

    table: str
    key: str
    column: str
    values: Sequence[UUID]


class Trigrams:
    """The columns of a model that are searched in; each holds text."""

    def __init__(self, model: type[models.Model], *names: str) -> None:
        self.model, self.names = model, names

    @property
    def table(self) -> Table:
        return Table(self.model._meta.db_table, self.names)

    def can_find(self, text: str) -> bool:
        """Whether `text` has three letters or digits in a row, and the database the index."""
        return bool(_THREE_IN_A_ROW.search(text)) and self._is_indexed()

    def containing(
        self, text: str, *, path: str = "", most: int | None = None, within: Within | None = None
    ) -> Q:
        """One of the columns contains `text`, in whatever case. `path` leads to the model, as `user__`.

        PostgreSQL knows beforehand about how many that are, and goes about it accordingly. SQLite looks
        at no more than `most`, the newest; of those `within`, where that is given.
        """
        text = unicodedata.normalize("NFC", text).strip()
        if connection.vendor == "sqlite":
            return Q(**{f"{path}pk__in": self._keys(text, most, within)})
        pattern = Value("%" + text.translate(_PLAIN) + "%")
        return reduce(or_, (Q(_Like(F(path + name), pattern)) for name in self.names))

    def _keys(self, text: str, most: int | None, within: Within | None) -> Any:
        """A query for the keys, the newest first."""
        copy, words = self.table.copy, self.table.words
        # In this order: a search for each row of the others would cost more than one for all.
        sql = f"SELECT c.key FROM {words} CROSS JOIN {copy} c ON c.id = {words}.rowid"  # noqa: S608 - our own names
        values: list[Any] = []
        if within:
            sql += f" CROSS JOIN {within.table} w ON w.{within.key} = c.key"
            sql += f" AND w.{within.column} IN ({', '.join(['%s'] * len(within.values))})"
            values += [value.hex for value in within.values]
        values.append('"' + text.replace('"', '""') + '"')
        sql += f" WHERE {words} MATCH %s"
        if most is not None:
            sql += f" ORDER BY {words}.rowid DESC LIMIT {most}"
        return RawSQL(sql, values)  # noqa: S611 - the names are our own

    def _is_indexed(self) -> bool:
        """Asked once in a process; where there is none, at each search, as somebody may make it."""
        if self.table.name not in _known:
            _known.update(indexed(connection))
        return self.table.name in _known


# What means something in a pattern.
_PLAIN = str.maketrans({character: "\\" + character for character in "\\%_"})
