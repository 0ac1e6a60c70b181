"""The database itself refuses to change or delete what the trail holds.

A trigger on each table, so that neither a slip in our code nor a statement injected into it can
rewrite the past. Whoever owns the database can take the triggers away: the chain tells of that.

There is one door: what a segment record covers can be deleted, and nothing else. The record is
signed, so a false one opens the door too, but is found by whoever verifies the trail.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db.backends.base.base import BaseDatabaseWrapper

EVENTS, LINKS, SEGMENTS = "audit_auditevent", "audit_auditlink", "audit_auditsegment"
TABLES = (EVENTS, LINKS, "audit_auditcheckpoint", SEGMENTS)

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

# What keeps a row from being deleted: no segment covers it.
_LAST = f"(SELECT MAX(last_sequence) FROM {SEGMENTS})"  # noqa: S608 - our own names
_KEPT = {
    LINKS: f"OLD.sequence > COALESCE({_LAST}, 0)",
    EVENTS: f"NOT EXISTS (SELECT 1 FROM {LINKS} WHERE event_id = OLD.id AND sequence <= {_LAST})",  # noqa: S608
}
# The statements read and delete by ranges of links, which have no gaps: no row is looked at twice.
_DELETIONS = (
    f"DELETE FROM {EVENTS} WHERE id IN (SELECT event_id FROM {LINKS} WHERE sequence BETWEEN %s AND %s)",  # noqa: S608
    f"DELETE FROM {LINKS} WHERE sequence BETWEEN %s AND %s",  # noqa: S608
)
# With its owner's rights: the role that Mago runs as needs no right to delete. By a list of numbers, each of
# which is looked up: a planner that knows nothing of the tables yet would read all of them at each step.
_REMOVE = f"""
    CREATE OR REPLACE FUNCTION audit_remove(first bigint, last bigint) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
    BEGIN
        DELETE FROM {EVENTS} WHERE id = ANY (ARRAY(
            SELECT event_id FROM {LINKS} WHERE sequence BETWEEN audit_remove.first AND audit_remove.last));
        DELETE FROM {LINKS} WHERE sequence BETWEEN audit_remove.first AND audit_remove.last;
    END $$
"""  # noqa: S608
# Whoever may make a temporary table could give it the name of ours: without this it would be looked at first, and the
# functions would do as it says, with their owner's rights.
_PINNED = tuple(
    f"ALTER FUNCTION {function} SET search_path TO {{schema}}, pg_temp"
    for function in (
        f"{EVENTS}_refuse_delete()",
        f"{LINKS}_refuse_delete()",
        "audit_remove(bigint, bigint)",
    )
)
_DOORS = {
    "postgresql": (
        "DROP TRIGGER {table}_append_only ON {table}",
        """
        CREATE TRIGGER {table}_append_only BEFORE UPDATE OR TRUNCATE ON {table}
        FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change()
        """,
        """
        CREATE OR REPLACE FUNCTION {table}_refuse_delete() RETURNS trigger LANGUAGE plpgsql
        SECURITY DEFINER SET search_path FROM CURRENT AS $$
        BEGIN
            IF {kept} THEN
                RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = '23001';
            END IF;
            RETURN OLD;
        END $$
        """,
        """
        CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table}
        FOR EACH ROW EXECUTE FUNCTION {table}_refuse_delete()
        """,
    ),
    "sqlite": (
        "DROP TRIGGER {table}_no_delete",
        """
        CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} WHEN {kept}
        BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END
        """,
    ),
}


def protect(connection: BaseDatabaseWrapper, *tables: str) -> None:
    """UPDATE, DELETE and TRUNCATE on these tables fail with IntegrityError."""
    _execute(connection, _PROTECT[connection.vendor], tables)


def release(connection: BaseDatabaseWrapper, *tables: str) -> None:
    """The tables can be changed again: for undoing the migration, and for tests."""
    _execute(connection, _RELEASE[connection.vendor], tables)


def open_door(connection: BaseDatabaseWrapper) -> None:
    """Of events and links, which are protected, those can be deleted that a segment covers."""
    for table, kept in _KEPT.items():
        _execute(connection, _DOORS[connection.vendor], (table,), kept=kept)
    make_removal(connection)


def make_removal(connection: BaseDatabaseWrapper) -> None:
    """PostgreSQL has the function that removes what is behind the door; it and the door know our tables alone."""
    if connection.vendor == "postgresql":
        _execute(connection, (_REMOVE,), ("",))
        pin(connection)


def pin(connection: BaseDatabaseWrapper) -> None:
    """On PostgreSQL the functions of the door look into our schema before anything that is temporary."""
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT quote_ident(current_schema())")
        schema = cursor.fetchone()[0]
    _execute(connection, _PINNED, ("",), schema=schema)


def close_door(connection: BaseDatabaseWrapper) -> None:
    """Events and links are released; for undoing the migration, and for tests."""
    if connection.vendor == "postgresql":
        _execute(connection, ("DROP TRIGGER {table}_no_delete ON {table}",), tuple(_KEPT))
    release(connection, *_KEPT)


def remove(connection: BaseDatabaseWrapper, first: int, last: int) -> None:
    """The events of these links are gone, with the links; IntegrityError if no segment covers them."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT audit_remove(%s, %s)", [first, last])
            return
        for deletion in _DELETIONS:
            cursor.execute(deletion, [first, last])


@contextmanager
def lifted(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """The trail can be changed for the length of the block. Only tests do this."""
    others = [table for table in TABLES if table not in _KEPT]
    close_door(connection)
    release(connection, *others)
    try:
        yield
    finally:
        protect(connection, *TABLES)
        open_door(connection)


def _execute(
    connection: BaseDatabaseWrapper,
    statements: tuple[str, ...],
    tables: tuple[str, ...],
    **names: str,
) -> None:
    with connection.cursor() as cursor:
        for table in tables:
            for statement in statements:
                cursor.execute(statement.format(table=table, **names))
