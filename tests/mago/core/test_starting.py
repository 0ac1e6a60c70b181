"""What an operator has to mend is said in a sentence; what we have to mend keeps its traceback."""

import sys

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, IntegrityError, OperationalError, ProgrammingError
from django.db.migrations.exceptions import MigrationSchemaMissing

from mago.core.starting import said_in_a_sentence


def caused(error: Exception, sqlstate: str | None) -> Exception:
    """As Django has it from psycopg."""
    error.__cause__ = type("Cause", (Exception,), {"sqlstate": sqlstate})()
    return error


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (ImproperlyConfigured("PORT is x. Give y."), "Mago cannot start: PORT is x. Give y."),
        (
            caused(OperationalError("refused\n\tIs it running?"), None),
            "The database of DATABASE_URL cannot be used: refused Is it running?",
        ),
        (DatabaseError("file is not a database"), "The database of DATABASE_URL cannot be used"),
        (
            OperationalError("unable to open database file"),
            "The database of DATABASE_URL cannot be used",
        ),
        (
            OperationalError("attempt to write a readonly database"),
            "The database of DATABASE_URL cannot be used",
        ),
        (
            caused(OperationalError("no such database"), "3D000"),
            "The database of DATABASE_URL cannot be used",
        ),
        (
            caused(OperationalError("starting up"), "57P03"),
            "The database of DATABASE_URL cannot be used",
        ),
        (
            caused(MigrationSchemaMissing("Unable to create"), "42501"),
            "The database of DATABASE_URL cannot be used: Unable to create",
        ),
        (OperationalError("no such table: x"), "The database has not the tables of this version"),
        (
            caused(ProgrammingError("relation x"), "42P01"),
            "The database has not the tables of this version",
        ),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else "",
)
def test_what_the_operator_has_to_mend_is_one_line(error: Exception, said: str) -> None:
    with pytest.raises(SystemExit) as ended, said_in_a_sentence():
        raise error
    assert str(ended.value).startswith(said)
    assert "\n" not in str(ended.value)


@pytest.mark.parametrize(
    "error",
    [
        IntegrityError("UNIQUE"),
        KeyError(),
        # To SQLite, a wrong statement and one that had to wait too long are such errors as well.
        OperationalError('near "x": syntax error'),
        OperationalError("database is locked"),
        caused(OperationalError("canceling statement due to statement timeout"), "57014"),
        caused(ProgrammingError("syntax"), "42601"),
        caused(ProgrammingError("the query has 1 placeholder but 2 parameters were passed"), None),
    ],
)
def test_what_we_have_to_mend_goes_up_as_it_came(error: Exception) -> None:
    with pytest.raises(type(error)), said_in_a_sentence():
        raise error


def test_whoever_asks_is_shown_where(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["manage.py", "migrate", "--traceback"])
    with pytest.raises(OperationalError), said_in_a_sentence():
        raise OperationalError("unable to open database file")
