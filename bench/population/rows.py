"""Rows by the million, by SQL: copies of one that a model would write, with what differs between them."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection
from django.utils import timezone

from mago.core.sql import IS_SQLITE


def copies(template: Any, count: int, **own: str) -> None:
    """`count` rows like `template`; `own` says as SQL what differs, by column, where `n` is the number from 1."""
    columns, values, parameters = [], [], []
    for field in template._meta.concrete_fields:
        if (
            field.column not in own
            and field.primary_key
            and field.get_internal_type() != "UUIDField"
        ):
            continue  # The database counts by itself.
        columns.append(connection.ops.quote_name(field.column))
        if field.column in own:
            values.append(own[field.column].replace("%", "%%"))
        else:
            values.append("%s")
            value = getattr(template, field.attname)
            if getattr(field, "auto_now_add", False) or getattr(field, "auto_now", False):
                value = timezone.now()
            parameters.append(field.get_db_prep_save(value, connection))
    with connection.cursor() as cursor, indexed_afterwards(template):
        cursor.execute(
            f"INSERT INTO {template._meta.db_table} ({', '.join(columns)})"
            f" WITH RECURSIVE series(n) AS"
            f" (SELECT CAST(1 AS BIGINT) UNION ALL SELECT n + 1 FROM series WHERE n < {count})"
            f" SELECT {', '.join(values)} FROM series",
            parameters,
        )


@contextmanager
def indexed_afterwards(model: Any) -> Iterator[None]:
    """What is inserted inside the block is put into the table's indexes at its end, which takes a tenth of the time."""
    table = model._meta.db_table
    indexes = (
        "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = %s AND sql IS NOT NULL"
        if IS_SQLITE
        else "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = %s AND indexname NOT IN"
        " (SELECT conname FROM pg_constraint WHERE conrelid = tablename::regclass)"
    )
    with connection.cursor() as cursor:
        if not IS_SQLITE:
            # No key is looked up in the other table: ours are right.
            cursor.execute("SET session_replication_role = replica")
            cursor.execute("SET maintenance_work_mem = '1GB'")
        cursor.execute(indexes, [table])
        found = cursor.fetchall()
        for name, _ in found:
            cursor.execute(f'DROP INDEX "{name}"')
        yield
        for _, definition in found:
            cursor.execute(definition)


def key(kind: str, number: str = "n") -> str:
    """The identifier of a thing of this kind (a hexadecimal digit), by its number."""
    if IS_SQLITE:
        return f"printf('{kind}%031x', {number})"
    return f"('{kind}' || lpad(to_hex({number}), 31, '0'))::uuid"


def numbered(word: str) -> str:
    """This word, and the number in seven digits."""
    return f"'{word}-' || " + ("printf('%07d', n)" if IS_SQLITE else "lpad(n::text, 7, '0')")


def moment(count: int) -> str:
    """The times of `count` things, a second apart; the last one is now."""
    if IS_SQLITE:
        return f"strftime('%Y-%m-%d %H:%M:%f000', 'now', (n - {count}) || ' seconds')"
    return f"now() - ({count} - n) * interval '1 second'"
