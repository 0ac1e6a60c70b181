"""The database itself refuses to change or delete what the trail holds.

A trigger on each table, so that neither a slip in our code nor a statement injected into it can
rewrite the past. Whoever owns the database can take the triggers away: the chain tells of that.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db.backends.base.base import BaseDatabaseWrapper

TABLES = ("audit_auditevent", "audit_auditlink", "audit_auditcheckpoint")

# A statement trigger also covers TRUNCATE; Django makes 23001 (restrict_violation) IntegrityError.
_POSTGRESQL = (
    """
    CREATE OR REPLACE FUNCTION audit_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = '23001';
    END $$
    """,
    """
    CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change()
    """,
)
_SQLITE = tuple(
    f"""
    CREATE TRIGGER {{table}}_no_{verb.lower()} BEFORE {verb} ON {{table}}
    BEGIN SELECT RAISE(ABORT, '{{table}} is append-only'); END
    """
    for verb in ("UPDATE", "DELETE")
)
_PROTECT = {"postgresql": _POSTGRESQL, "sqlite": _SQLITE}
_RELEASE = {
    "postgresql": ("DROP TRIGGER {table}_append_only ON {table}",),
    "sqlite": ("DROP TRIGGER {table}_no_update", "DROP TRIGGER {table}_no_delete"),
}


def protect(connection: BaseDatabaseWrapper, *tables: str) -> None:
    """UPDATE, DELETE and TRUNCATE on these tables fail with IntegrityError."""
    _execute(connection, _PROTECT[connection.vendor], tables)


def release(connection: BaseDatabaseWrapper, *tables: str) -> None:
    """The tables can be changed again: for undoing the migration, and for tests."""
    _execute(connection, _RELEASE[connection.vendor], tables)


@contextmanager
def lifted(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """The trail can be changed for the length of the block. Only tests do this."""
    release(connection, *TABLES)
    try:
        yield
    finally:
        protect(connection, *TABLES)


def _execute(
    connection: BaseDatabaseWrapper, statements: tuple[str, ...], tables: tuple[str, ...]
) -> None:
    with connection.cursor() as cursor:
        for table in tables:
            for statement in statements:
                cursor.execute(statement.format(table=table))
