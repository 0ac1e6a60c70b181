"""What an operator has to mend ends a process with a sentence, not with a traceback."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from django.core.exceptions import ImproperlyConfigured
from django.db.utils import DatabaseError, OperationalError

# SQLite's words, and the codes of PostgreSQL: a table or a column is not there.
_SQLITE_MISSES = ("no such table", "no such column", "table has no column")
_POSTGRESQL_MISSES = ("42P01", "42703")
# What SQLite says of a file that it cannot open, read or write; its class says nothing: to SQLite a wrong
# statement is an `OperationalError` too, and a damaged file is none.
_SQLITE_SHUT = (
    "unable to open database file",
    "file is not a database",
    "database disk image is malformed",
    "disk I/O error",
    "database or disk is full",
    "attempt to write a readonly database",
)
# PostgreSQL cannot be reached, lets nobody in, has no such database, or is shutting down or starting up.
_POSTGRESQL_SHUT = ("08", "28", "3D", "57P")


@contextmanager
def said_in_a_sentence() -> Iterator[None]:
    """Settings that are refused and a database that cannot be used end the process by saying so, with code 1.

    `--traceback` shows where, as for Django's own commands. What is our fault goes up as it came.
    """
    try:
        yield
    except ImproperlyConfigured as error:
        sys.exit(f"Mago cannot start: {error}")
    except DatabaseError as error:
        reason = _reason(error)
        if not reason or "--traceback" in sys.argv:
            raise
        sys.exit(reason)


def _reason(error: DatabaseError) -> str:
    said = " ".join(str(error).split())
    if said.startswith(_SQLITE_MISSES) or _code(error) in _POSTGRESQL_MISSES:
        return f"The database has not the tables of this version ({said}): run `manage.py migrate`."
    if said.startswith(_SQLITE_SHUT) or _is_shut(error) or _is_forbidden(error):
        return f"The database of DATABASE_URL cannot be used: {said}"
    return ""


def _code(error: DatabaseError) -> str:
    return getattr(error.__cause__, "sqlstate", None) or ""


def _is_shut(error: DatabaseError) -> bool:
    """Whether PostgreSQL is not there: psycopg then has an error without a code, or one of a few classes."""
    if not isinstance(code := getattr(error.__cause__, "sqlstate", ""), str):
        # Without a code it also says that a statement of ours is wrong, before it is sent.
        return isinstance(error, OperationalError)
    return code.startswith(_POSTGRESQL_SHUT)


def _is_forbidden(error: BaseException | None) -> bool:
    """Whether PostgreSQL refused a right, which Django's migrations may have said in their own words."""
    while error is not None:
        if getattr(error, "sqlstate", None) == "42501":
            return True
        error = error.__cause__ or error.__context__
    return False
