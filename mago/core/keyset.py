"""Pages of long lists, by key: each costs the same, whether the table has a thousand rows or a million.

A page begins where the one before ended, and says so by the values of a unique tuple of columns that
an index serves. There is no COUNT and no OFFSET; rows that arrive meanwhile move nothing and are
neither shown twice nor hide others.
"""

import base64
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from django.db.models import (
    BooleanField,
    CharField,
    DateField,
    DateTimeField,
    DecimalField,
    Expression,
    F,
    Func,
    IntegerField,
    Model,
    Q,
    QuerySet,
    UUIDField,
    Value,
)
from django.utils.translation import gettext as _

from .errors import Refused

PAGE_SIZE = 50
LONGEST_CURSOR = 2000
# So many rows are looked at one by one, in some milliseconds: a page of what one in a hundred has is among them.
LOOKED_AT = 6000


@dataclass(frozen=True)
class Order:
    """A way to sort a list: along unique columns, none of them null, that an index serves.

    `downwards` is how it goes when it is first asked for; `where` leaves out the rows that have nothing to sort by.
    """

    key: tuple[str, ...]
    downwards: bool = False
    where: Q | None = None


# By its name in addresses: when something began to be there, the newest first.
CREATED = {"created": Order(("created_at", "id"), downwards=True)}


@dataclass(frozen=True)
class Listing:
    """Rows to page through, and the unique columns (none of them null) that order them.

    Where a union would defeat the indexes, give several queries over the same table: a page merges
    what each has to offer, and a row that is in two of them shows once.
    """

    queries: tuple[QuerySet[Any], ...]
    key: tuple[str, ...]
    descending: bool = True
    # For each query the columns that it finds the key in, where they are not the model's own.
    paths: tuple[tuple[str, ...], ...] = ()
    # The same rows, by conditions that no index answers: asked first, and of the next LOOKED_AT rows alone. What
    # very many have in common fills a page there; only where it does not, and the table goes on, `queries` are asked.
    nearby: QuerySet[Any] | None = None
    # Of each query the same rows and those beside them, without the conditions that no index answers: a page looks at the
    # next `looks_at` of these alone. It may be short or empty then, and the next one goes on where it has stopped.
    among: tuple[QuerySet[Any], ...] = ()
    looks_at: int = LOOKED_AT
    # The ways in which somebody may sort the rows, by name.
    orders: Mapping[str, Order] = field(default_factory=dict)
    # Puts into the rows of a page what no query of theirs gives.
    complete: Callable[[list[Any]], None] | None = None

    @property
    def order(self) -> str:
        """The name of the order in which the rows stand, after a "-" where it goes downwards; "" if it has none."""
        names = (name for name, order in self.orders.items() if order.key == self.key)
        name = next(names, "")
        return f"-{name}" if name and self.descending else name

    @property
    def is_partial(self) -> bool:
        """Whether rows are left out that have nothing to sort by."""
        return any(order.where and order.key == self.key for order in self.orders.values())

    def ordered(self, by: str) -> "Listing":
        """The same rows in another of their orders, named as in `order`; as they are, where there is none of that name."""
        order = self.orders.get(by.removeprefix("-"))
        if order is None:
            return self
        queries = (
            tuple(q.filter(order.where) for q in self.queries) if order.where else self.queries
        )
        paths = self.paths if order.key == self.key else ()
        return replace(
            self, queries=queries, key=order.key, paths=paths, descending=by.startswith("-")
        )

    @property
    def model(self) -> type[Model]:
        return self.queries[0].model

    def showing(self, columns: Sequence[str]) -> "Listing":
        """The same rows, read with these columns alone: half of what a page of fifty takes is to read and make them.

        Of a related row name what is shown of it, and the foreign key that leads there.
        """
        shown = tuple(q.only(*self.key, *columns) for q in self.queries)
        nearby = None if self.nearby is None else self.nearby.only(*self.key, *columns)
        return replace(self, queries=shown, nearby=nearby)

    def parts(self) -> list[tuple[QuerySet[Any], tuple[str, ...]]]:
        """Each query, with the columns that it finds the key in."""
        paths = self.paths or (self.key,) * len(self.queries)
        return list(zip(self.queries, paths, strict=True))

    def fields(self) -> list[Any]:
        return [self.model._meta.get_field(name) for name in self.key]


@dataclass(frozen=True)
class Cursor:
    """A place between two rows: after the row with these values or, `backwards`, before it."""

    values: tuple[Any, ...]
    backwards: bool = False

    def __str__(self) -> str:
        text = json.dumps([self.backwards, *self.values], default=str, separators=(",", ":"))
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read_cursor(text: str, fields: Sequence[Any]) -> Cursor:
    """The cursor that was written as `text`, each value of its column's type; Refused if it is not one."""
    try:
        if len(text) > LONGEST_CURSOR:
            raise ValueError(text)
        padded = text.encode("ascii") + b"=" * (-len(text) % 4)
        backwards, *values = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        if not isinstance(backwards, bool) or len(values) != len(fields):
            raise ValueError(text)
        parsed = (_parser(field)(value) for field, value in zip(fields, values, strict=True))
        return Cursor(tuple(parsed), backwards)
    except (ValueError, TypeError, OverflowError, RecursionError):
        raise Refused(
            _("This page does not exist. Go back to the first."), code="bad_cursor"
        ) from None


def _moment(value: Any) -> datetime:
    moment = datetime.fromisoformat(value)
    if moment.tzinfo is None:
        raise ValueError(value)
    return moment.astimezone(UTC)


def _whole(value: Any) -> int:
    # A boolean is an int to Python, and no database takes more than 64 bits.
    if type(value) is not int or not -(2**63) <= value < 2**63:
        raise ValueError(value)
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str) or "\x00" in value:
        raise ValueError(value)
    value.encode()  # Half a character, as JSON may spell it, is none that a database takes.
    return value


def _decimal(text: str) -> Decimal:
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise ValueError(text) from None
    # No arithmetic: the exponent may be any number, and no database takes all of them.
    if not number.is_finite() or number.adjusted() > 6 or int(number.as_tuple().exponent) < -10:
        raise ValueError(text)
    return number


_PARSERS: dict[type[Any], Callable[[Any], Any]] = {
    DateTimeField: _moment,  # Before the one of which it is a kind.
    DateField: lambda value: date.fromisoformat(_text(value)),
    UUIDField: lambda value: UUID(_text(value)),
    IntegerField: _whole,
    DecimalField: lambda value: _decimal(_text(value)),
    CharField: _text,
}


def _parser(field: Any) -> Callable[[Any], Any]:
    return next(parse for kind, parse in _PARSERS.items() if isinstance(field, kind))


class KeysetPage:
    """`rows` at the cursor's place, and the cursors of the pages before and after, where there are any."""

    def __init__(self, listing: Listing, cursor: str = "", size: int = PAGE_SIZE) -> None:
        self.listing, self.size = listing, size
        # How far it looked, where that is not to the end.
        self.end: tuple[Any, ...] | None = None
        place = read_cursor(cursor, listing.fields()) if cursor else None
        backwards = place is not None and place.backwards
        # One row more than is shown tells whether there is a further page.
        found = self._fetch(place, backwards)
        self.rows, more = found[:size], len(found) > size
        if backwards:
            self.rows.reverse()
        self.previous = self._cursor(0, True) if (more if backwards else place) else None
        self.next = self._cursor(-1, False) if backwards or more else None
        # Whether it is short because it stopped there, and not because there is no more.
        self.has_stopped = self.end is not None and not more
        if self.end is not None and self.has_stopped:
            on = str(Cursor(self.end, backwards))
            self.previous, self.next = (on, self.next) if backwards else (self.previous, on)
        if listing.complete:
            listing.complete(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def _fetch(self, place: Cursor | None, backwards: bool) -> list[Any]:
        downwards = self.listing.descending != backwards
        found: dict[Any, Any] = {}
        if self.listing.nearby is not None:
            near, is_all = self._nearby(self.listing.nearby, place, downwards)
            if is_all or len(near) > self.size:
                return near
            found.update((row.pk, row) for row in near)
        self.end = self._end(place, downwards)
        for query, path in self.listing.parts():
            rows = self._ordered(query, path, place, downwards)
            if self.end is not None:
                rows = rows.filter(self._beyond(path, self.end, ">=" if downwards else "<="))
            found.update((row.pk, row) for row in rows[: self.size + 1])
        if len(self.listing.queries) == 1 and self.listing.nearby is None:
            return list(found.values())
        return sorted(found.values(), key=self._values, reverse=downwards)[: self.size + 1]

    def _nearby(
        self, query: QuerySet[Any], place: Cursor | None, downwards: bool
    ) -> tuple[list[Any], bool]:
        """What `query` has among the next LOOKED_AT rows of the table, and whether those are the last."""
        key = self.listing.key
        everything = self._ordered(self.listing.model._base_manager.all(), key, place, downwards)
        end = list(everything.values_list(*key)[LOOKED_AT - 1 : LOOKED_AT])
        rows = self._ordered(query, key, place, downwards)
        if end:
            rows = rows.filter(self._beyond(key, end[0], ">=" if downwards else "<="))
        return list(rows[: self.size + 1]), not end

    def _end(self, place: Cursor | None, downwards: bool) -> tuple[Any, ...] | None:
        """The last that is looked at; None where that is all there is."""
        last, ends = self.listing.looks_at - 1, list[tuple[Any, ...]]()
        for query, (_query, path) in zip(self.listing.among, self.listing.parts(), strict=False):
            ordered = self._ordered(query, path, place, downwards)
            ends += ordered.values_list(*path)[last : last + 1]
        return (max if downwards else min)(ends, default=None)

    def _ordered(
        self, query: QuerySet[Any], path: tuple[str, ...], place: Cursor | None, downwards: bool
    ) -> QuerySet[Any]:
        rows = query.order_by(*(f"-{name}" if downwards else name for name in path))
        if place is None:
            return rows
        return rows.filter(self._beyond(path, place.values, "<" if downwards else ">"))

    def _beyond(self, path: tuple[str, ...], values: tuple[Any, ...], operator: str) -> Expression:
        """(a, b) < (x, y), compared as a row: both databases go straight to that place of the index."""
        columns = [F(name) for name in path]
        place = [Value(v, f) for v, f in zip(values, self.listing.fields(), strict=True)]
        sides = (
            Func(*side, template="(%(expressions)s)", output_field=BooleanField())
            for side in (columns, place)
        )
        return Func(
            *sides,
            template="%(expressions)s",
            arg_joiner=f" {operator} ",
            output_field=BooleanField(),
        )

    def _values(self, row: Any) -> tuple[Any, ...]:
        return tuple(getattr(row, name) for name in self.listing.key)

    def _cursor(self, index: int, backwards: bool) -> str | None:
        return str(Cursor(self._values(self.rows[index]), backwards)) if self.rows else None
