"""On PostgreSQL, the role that Mago runs as can add to the audit trail and not change it.

Triggers refuse already; but whoever owns a table can take its triggers away. So the tables belong to
one role, which runs migrations, and Mago runs as another, which has no right to change the trail.
"""

from django.db import connection
from psycopg import sql

from .append_only import TABLES
from .models import AuditKey

TRAIL = sql.SQL(", ").join(map(sql.Identifier, TABLES))
# {role}, {database}, {schema}, {trail} and {keys}; the last lines take back what the ones before gave for all tables.
# Of a key that signed only the private half is ever changed. A temporary table could stand in the place of one of ours.
_STATEMENTS = (
    "GRANT USAGE ON SCHEMA {schema} TO {role}",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {schema} TO {role}",
    "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA {schema} TO {role}",
    "ALTER DEFAULT PRIVILEGES IN SCHEMA {schema} GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {role}",
    "ALTER DEFAULT PRIVILEGES IN SCHEMA {schema} GRANT USAGE, SELECT ON SEQUENCES TO {role}",
    "REVOKE CREATE ON SCHEMA {schema} FROM {role}, PUBLIC",
    "REVOKE UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER ON {trail} FROM {role}, PUBLIC",
    "REVOKE UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER ON {keys} FROM {role}, PUBLIC",
    "GRANT UPDATE (private) ON {keys} TO {role}",
    "REVOKE TEMPORARY ON DATABASE {database} FROM {role}, PUBLIC",
    "REVOKE EXECUTE ON FUNCTION audit_remove(bigint, bigint) FROM PUBLIC",
    "GRANT EXECUTE ON FUNCTION audit_remove(bigint, bigint) TO {role}",
)


class CannotRestrict(Exception):
    """The role could take back what would be taken from it; the message says why."""


def statements(role: str) -> list[str]:
    """What `restrict_role` runs, to read or to run oneself."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_schema(), current_database()")
        schema, database = cursor.fetchone()
        names = {
            "role": sql.Identifier(role),
            "database": sql.Identifier(database),
            "schema": sql.Identifier(schema),
            "trail": TRAIL,
            "keys": sql.Identifier(AuditKey._meta.db_table),
        }
        raw = cursor.connection
        return [sql.SQL(text).format(**names).as_string(raw) for text in _STATEMENTS]


def restrict_role(role: str) -> None:
    """The role can read and add to the trail, and neither change nor delete; CannotRestrict if in vain."""
    if connection.vendor != "postgresql":
        raise CannotRestrict("SQLite has no roles: its triggers are all that refuses.")
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT rolsuper, pg_has_role(oid, (SELECT relowner FROM pg_class WHERE oid = %s::regclass), 'MEMBER')
            FROM pg_roles WHERE rolname = %s
            """,
            [TABLES[0], role],
        )
        found = cursor.fetchone()
        if found is None:
            raise CannotRestrict(f"There is no role {role}.")
        is_superuser, is_owner = found
        if is_superuser:
            raise CannotRestrict(f"{role} is a superuser: nothing can be taken from it.")
        if is_owner:
            raise CannotRestrict(
                f"The tables belong to {role}, or to a role it is a member of: it could take its"
                " rights back. Run migrations as another role."
            )
        for statement in statements(role):
            cursor.execute(statement)
