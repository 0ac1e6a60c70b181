"""Rows by the keys that another query gives, looked up one by one, as the few that they are.

Told `IN`, PostgreSQL reads the whole table where it expects the lookups of a bounded number of keys to take
longer: a tenth of a second among some hundred thousand rows, for two thousand keys.
"""

from typing import Any

from django.db import connection
from django.db.models import BooleanField, F, Func, Q, QuerySet, Subquery
from django.db.models.expressions import RawSQL


class _Among(Func):
    template, arg_joiner, output_field = "%(expressions)s)", " = ANY(ARRAY", BooleanField()


def among(keys: QuerySet[Any, Any] | RawSQL) -> Q:
    """The rows whose key is one of `keys`, which are bounded in number."""
    if connection.vendor == "sqlite":
        return Q(pk__in=keys)
    return Q(_Among(F("pk"), keys if isinstance(keys, RawSQL) else Subquery(keys)))
