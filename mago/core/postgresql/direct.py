"""Statements that go to libpq itself, past psycopg's cursor: a quarter of its time, and there are a few each request.

What psycopg is good for is kept: it writes the values and reads the rows, prepares what runs often, and raises its
own errors. What is left out is what its cursor does around that, and Python's waiting for the answer: libpq waits
itself, while other threads run.
"""

from collections.abc import Sequence
from functools import cache
from hashlib import sha256
from typing import Any

from psycopg import Connection, OperationalError
from psycopg.adapt import PyFormat, Transformer
from psycopg.errors import error_from_result
from psycopg.pq import DiagnosticField, ExecStatus, TransactionStatus

# The values of one statement may be of other types another time, and each way of it is prepared by itself.
MOST = 200
# The server has forgotten what was prepared (a pooler gave us another session), or the tables changed since.
_OUTDATED = (b"26000", b"0A000")
_THERE = b"42P05"
_SQLSTATE = DiagnosticField.SQLSTATE
# As numbers: an enum's member is looked up each time it is named.
_IDLE = int(TransactionStatus.IDLE)
_ROWS, _DONE = int(ExecStatus.TUPLES_OK), int(ExecStatus.COMMAND_OK)


class Found:
    """The rows that a statement gave, as a cursor shows them. `description` is only whether it gives rows."""

    description = True

    def __init__(self, result: Any, adapts: Any) -> None:
        self._size, self._adapts = result.ntuples, adapts
        adapts.set_pgresult(result)

    def fetchone(self) -> tuple[Any, ...] | None:
        row: tuple[Any, ...] | None = self._adapts.load_row(0, tuple) if self._size else None
        return row

    def fetchall(self) -> list[tuple[Any, ...]]:
        rows: list[tuple[Any, ...]] = self._adapts.load_rows(0, self._size, tuple)
        return rows


class Nothing:
    """What a statement gave that has no rows."""

    description = False

    def fetchall(self) -> list[tuple[Any, ...]]:
        return []


_NOTHING = Nothing()


class Direct:
    """The short way to one connection, of which `prepared_after` uses a statement is prepared; None: never."""

    def __init__(self, connection: "Connection[Any]", prepared_after: int | None) -> None:
        self._connection, self._libpq = connection, connection.pgconn
        # One for all statements, as it remembers how values of each type are written and read.
        self._adapts = Transformer(connection)
        self._prepared_after = prepared_after
        self._uses: dict[tuple[str, tuple[int, ...]], int] = {}
        self._names: dict[tuple[str, tuple[int, ...]], bytes] = {}
        self._forgotten = 0
        # When it last answered, by `time.monotonic`.
        self.lived_at = float("-inf")

    @property
    def is_at_rest(self) -> bool:
        """Whether no transaction is open."""
        return bool(self._libpq.transaction_status == _IDLE)

    def execute(self, sql: str, values: Sequence[Any]) -> Any:
        """What the statement found, which has a `%s` for each value. As long as it is read before the next one."""
        if self._libpq.transaction_status == _IDLE and not self._connection.autocommit:
            self._begin()
        adapts = self._adapts
        sent: Sequence[Any] = adapts.dump_sequence(values, _as_they_are(len(values)))
        if name := self._names.get((sql, adapts.types or ())):
            result = self._libpq.exec_prepared(name, sent, adapts.formats)
        else:
            result = self._sent(sql, sent)
        status = result.status
        if status not in (_ROWS, _DONE):
            result = self._tried_again(sql, sent, result)
            status = result.status
        return Found(result, adapts) if status == _ROWS else _NOTHING

    def _begin(self) -> None:
        """The transaction that psycopg's cursor would begin before its first statement, in the same words."""
        result = self._libpq.exec_(self._connection._get_tx_start_command())
        if result.status != _DONE:
            raise self._error(result)

    def _sent(self, sql: str, sent: Sequence[Any]) -> Any:
        types, formats = self._adapts.types or (), self._adapts.formats
        if (name := self._name((sql, types))) is None:
            return self._libpq.exec_params(_numbered(sql), sent, types, formats)
        return self._libpq.exec_prepared(name, sent, formats)

    def _tried_again(self, sql: str, sent: Sequence[Any], failed: Any) -> Any:
        """What it gives the second time, where it failed only as prepared; raises otherwise."""
        result = self._sent(sql, sent) if self._forget_outdated(failed) else failed
        if result.status not in (_ROWS, _DONE):
            raise self._error(result)
        return result

    def _name(self, key: tuple[str, tuple[int, ...]]) -> bytes | None:
        """What the statement is called where it is prepared, or was used often enough to be."""
        if (name := self._names.get(key)) is not None or self._prepared_after is None:
            return name
        used = self._uses[key] = self._uses.get(key, 0) + 1
        if used <= self._prepared_after or len(self._names) >= MOST:
            return None
        # Named by what it is: where a pooler gives sessions away, nobody runs another's statement for their own.
        name = f"mago_{sha256(repr(key).encode()).hexdigest()[:24]}_{self._forgotten}".encode()
        result = self._libpq.prepare(name, _numbered(key[0]), key[1])
        if result.status != ExecStatus.COMMAND_OK and result.error_field(_SQLSTATE) != _THERE:
            raise self._error(result)
        self._names[key] = name
        return name

    def _forget_outdated(self, result: Any) -> bool:
        """Whether the statement fails only as prepared, and may be sent again: not inside a transaction that it broke."""
        if result.error_field(_SQLSTATE) not in _OUTDATED:
            return False
        self._names.clear()
        self._uses.clear()
        self._forgotten += 1
        return self._libpq.transaction_status == TransactionStatus.IDLE

    @staticmethod
    def _error(result: Any) -> Exception:
        if result.error_field(_SQLSTATE) is None:
            # The server says nothing any more: it is libpq that tells of the connection's end.
            return OperationalError(result.get_error_message())
        return error_from_result(result)


@cache
def _as_they_are(count: int) -> list[PyFormat]:
    """The driver chooses how so many values are written."""
    return [PyFormat.AUTO] * count


@cache
def _numbered(sql: str) -> bytes:
    """As the server wants it: $1, $2 …"""
    first, *rest = sql.split("%s")
    return "".join([first, *(f"${n}{part}" for n, part in enumerate(rest, 1))]).encode()
