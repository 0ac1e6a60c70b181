"""Sealed values are sealed anew with the newest key, so that an old one can be thrown away."""

from collections.abc import Iterator

from django.apps import apps
from django.db import connection, models, transaction

from .crypto import SealedTextField, is_current, seal, unseal

BATCH = 500


def sealed_fields() -> Iterator[tuple[type[models.Model], SealedTextField]]:
    """Every model and field that holds sealed values."""
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            if isinstance(field, SealedTextField):
                yield model, field


def reseal() -> int:
    """Nothing in the database is sealed with an old key any more; the number of values that were."""
    return sum(_reseal_column(model, field) for model, field in sealed_fields())


def _reseal_column(model: type[models.Model], field: SealedTextField) -> int:
    # Below the ORM: the field would unseal what it reads, and what matters here is which key sealed it.
    quote = connection.ops.quote_name
    pk = model._meta.pk
    assert pk is not None
    assert pk.column
    assert field.column
    table, key, column = quote(model._meta.db_table), quote(pk.column), quote(field.column)
    resealed, last = 0, None
    while True:
        after = f"AND {key} > %s" if last is not None else ""
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                f"SELECT {key}, {column} FROM {table} WHERE {column} <> '' {after} ORDER BY {key} LIMIT {BATCH}",  # noqa: S608
                [] if last is None else [last],
            )
            rows = cursor.fetchall()
            for row_key, old in rows:
                if not is_current(old):
                    new = seal(unseal(old, purpose=field.purpose), purpose=field.purpose)
                    # Only what is still there: a message that was sent meanwhile has wiped its own.
                    cursor.execute(
                        f"UPDATE {table} SET {column} = %s WHERE {key} = %s AND {column} = %s",  # noqa: S608
                        [new, row_key, old],
                    )
                    resealed += cursor.rowcount
        if len(rows) < BATCH:
            return resealed
        last = rows[-1][0]
