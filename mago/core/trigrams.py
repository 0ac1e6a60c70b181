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

from .among import among
from .trigram_tables import Table, indexed

# Of less no index knows: PostgreSQL's has words only, and what it cannot tell by them it looks at one by one.
_THREE_IN_A_ROW = re.compile(r"[^\W_]{3}")
_WORD = re.compile(r"[^\W_]+")
_known: set[str] = set()
# Of more rows than these PostgreSQL's index takes longer than looking at rows until a page is full.
_MANY = 2000
# Of more rows than these it takes longer than walking along a list in its order, whatever narrows that besides.
_WALKED = 30_000
# A piece stands for the whole text where another piece of it is in so many times more rows.
_TELLS = 10
# Of so many pieces of a text it is asked how rare they are.
_ASKED = 4


class _Like(Func):
    template, arg_joiner, output_field = "%(expressions)s", " ILIKE ", BooleanField()


class _Has(Func):
    """Whether a text has another in it, in whatever case, as no index says it (on PostgreSQL)."""

    template, output_field = "STRPOS(LOWER(%(expressions)s)) > 0", BooleanField()
    arg_joiner = "), LOWER("


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
        text = _normal(text)
        if connection.vendor == "sqlite":
            return Q(**{f"{path}pk__in": self._keys(text, most, within)})
        pattern = Value(_containing(text))
        return reduce(or_, (Q(_Like(F(path + name), pattern)) for name in self.names))

    def seen_in(self, text: str) -> Q:
        """As `containing`, for whoever looks at rows one by one (on PostgreSQL): said so that no index is asked."""
        wanted = Value(_normal(text))
        return reduce(or_, (Q(_Has(F(name), wanted)) for name in self.names))

    def all_containing(self, text: str) -> tuple[Q, bool]:
        """As `containing`, for rows that are narrowed besides, so that what contains the text may be far behind.

        And whether PostgreSQL expects so many rows with `text` that one meets them soon.
        """
        if connection.vendor == "sqlite":
            return self.containing(text), False
        expected = self._expected(_normal(text))
        if expected > _WALKED:
            return self.containing(text), True
        return among(RawSQL(*self._found(text))), expected > _MANY  # noqa: S611 - the names are our own

    def some_containing(self, text: str, most: int) -> tuple[Q, bool]:
        """As `containing`, and no more than `most`: the newest, on SQLite; on PostgreSQL those found first.

        And whether PostgreSQL, which has looked for them unless it expects very many, leaves others out.
        """
        if connection.vendor == "sqlite":
            return self.containing(text, most=most), False
        sql, values = self._found(text, f" LIMIT {most}")
        if self._expected(_normal(text)) > _MANY:
            return among(RawSQL(sql, values)), True  # noqa: S611 - the names are our own
        with connection.cursor() as cursor:
            cursor.execute(sql, values)
            keys = [key for (key,) in cursor.fetchall()]
        return among(RawSQL("SELECT unnest(%s::uuid[])", [keys])), len(keys) == most

    def _found(self, text: str, end: str = "") -> tuple[str, list[Any]]:
        """A query of PostgreSQL for the keys, and its values."""
        has = " OR ".join(f"STRPOS(LOWER({name}), LOWER(%s)) > 0" for name in self.names)
        # Planned as if all were wanted, so by the index, and ended early: else it might read all rows until they suffice.
        sql = (
            f"WITH found AS MATERIALIZED (SELECT id FROM {self.table.name} WHERE ({self._like}) AND ({has}))"  # noqa: S608 - our own names
            f" SELECT id FROM found{end}"
        )
        number = len(self.names)
        return sql, [_containing(self._rarest_in(text))] * number + [_normal(text)] * number

    def _rarest_in(self, text: str) -> str:
        """The text, or a piece of it that says nearly as much: what very many have costs the index most to intersect."""
        text = _normal(text)
        pieces = _pieces(text)
        if len(pieces) < 2:
            return text
        longest = sorted(pieces, key=len)[-_ASKED:]
        expected = {piece: self._expected(piece) for piece in longest}
        rarest = min(expected, key=lambda piece: (expected[piece], -len(piece)))
        return rarest if max(expected.values()) > _TELLS * expected[rarest] else text

    def _expected(self, text: str) -> float:
        """How many rows PostgreSQL thinks have `text`, by its statistics."""
        sql = f"EXPLAIN (FORMAT JSON) SELECT FROM {self.table.name} WHERE {self._like}"
        with connection.cursor() as cursor:
            cursor.execute(sql, [_containing(text)] * len(self.names))
            ((plan,),) = cursor.fetchone()
        return float(plan["Plan"]["Plan Rows"])

    @property
    def _like(self) -> str:
        return " OR ".join(f"{name} ILIKE %s" for name in self.names)

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


def _normal(text: str) -> str:
    return unicodedata.normalize("NFC", text).strip()


def _pieces(text: str) -> list[str]:
    """Its words, of which PostgreSQL's index knows something: three in a row.

    That a word ends there counts for one, and that it begins there for two. So many begin alike that this is said only of
    a word that is too short without.
    """
    found = []
    for word in _WORD.finditer(text):
        begin, ends = word.start(), word.end() < len(text)
        known = len(word[0]) + ends
        if known < 3 and begin:
            begin, known = begin - 1, known + 2
        if known >= 3:
            found.append(text[begin : word.end() + 1])
    return found


def _containing(text: str) -> str:
    return f"%{text.translate(_PLAIN)}%"


# What means something in a pattern.
_PLAIN = str.maketrans({character: "\\" + character for character in "\\%_"})
